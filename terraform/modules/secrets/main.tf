# Four secrets under one name: NAME holds the program's own keys, NAME/database, NAME/redis and NAME/optional
# what their names say. Values are write-only: they never are in a plan or a state.

locals {
  all = {
    main     = { name = var.name, about = "Keys of the program itself: SECRET_KEY, UNIFIED_API_KEY and what an operator adds" }
    database = { name = "${var.name}/database", about = "Where the database is, and its password; changed by its rotation" }
    redis    = { name = "${var.name}/redis", about = "Address and password of the cache; written by its rotation" }
    optional = { name = "${var.name}/optional", about = "Keys of Clerk and Stripe" }
  }

  secrets = { for key, secret in local.all : key => secret if var.with_keys || key == "redis" }
}

resource "aws_secretsmanager_secret" "this" {
  for_each = local.secrets

  #checkov:skip=CKV2_AWS_57:The cache's secret and the database's rotate by schedule; SECRET_KEY and vendors' keys rotate by `setup-secrets --rotate`, which keeps the old key valid beside the new one.
  name                    = each.value.name
  description             = each.value.about
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.recovery_window_days

  dynamic "replica" {
    for_each = var.replica == null ? [] : [var.replica]

    content {
      region     = replica.value.region
      kms_key_id = replica.value.key_arn
    }
  }
}

# First values only. The version stays 1: writing again would throw away what an operator added since,
# and sign out everybody whose key is derived from SECRET_KEY.
resource "aws_secretsmanager_secret_version" "main" {
  count = var.with_keys ? 1 : 0

  secret_id                = aws_secretsmanager_secret.this["main"].id
  secret_string_wo_version = 1
  secret_string_wo         = var.first_keys
}

resource "aws_secretsmanager_secret_version" "optional" {
  count = var.with_keys ? 1 : 0

  secret_id                = aws_secretsmanager_secret.this["optional"].id
  secret_string_wo_version = 1
  secret_string_wo         = jsonencode({})
}

# A rotation needs a version to start from; the first one brings the password.
resource "aws_secretsmanager_secret_version" "redis" {
  secret_id                = aws_secretsmanager_secret.this["redis"].id
  secret_string_wo_version = 1
  secret_string_wo         = jsonencode({})
}

# The password that the instance was made with, and never again for that instance: its rotation has changed it since.
# A number that follows the instance's own id writes it anew where the instance is made anew.
resource "aws_secretsmanager_secret_version" "database" {
  count = var.with_keys ? 1 : 0

  secret_id                = aws_secretsmanager_secret.this["database"].id
  secret_string_wo_version = parseint(substr(sha1(var.database_id), 0, 8), 16)
  secret_string_wo         = jsonencode(merge(var.database, { password = var.first_database_password }))
}
