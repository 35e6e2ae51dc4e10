# What changes the password, by RDS's interface. RDS knows one password a user: whoever connects anew in the seconds
# until its next look at the secret is refused once.

module "rotation" {
  source = "../rotation"
  count  = var.has_password ? 1 : 0

  name        = "${var.name}-database-rotation"
  description = "Changes the password of the database's user"
  handler     = "database"
  secret_arn  = var.secret_arn
  key_arn     = var.key_arn
  log_key_arn = var.log_key_arn
  days        = var.password_rotation_days
  at_once     = false # the first password is as random as the next
  policy      = data.aws_iam_policy_document.rotation.json
  environment = { DATABASE_INSTANCE = var.name }
}

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

data "aws_iam_policy_document" "rotation" {
  statement {
    sid       = "ThisInstance"
    actions   = ["rds:DescribeDBInstances", "rds:ModifyDBInstance"]
    resources = ["arn:${data.aws_partition.current.partition}:rds:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:db:${var.name}"]
  }
}
