# The second region. In waiting: everything stands, the database follows production's, and no task runs.
# `-var stage=serving` makes the replica a database of its own and starts the tasks (docs/aws.md, disaster recovery).

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = "aiguardian", Environment = "dr", ManagedBy = "terraform/environments/dr" }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  serving = var.stage == "serving"

  name    = "codeguardians-gateway-dr"
  primary = "codeguardians-gateway-production"

  # Production's secrets have a copy in this region under the same name.
  shared = {
    main     = local.secret
    database = "${local.secret}/database"
    redis    = "${local.secret}/redis"
    optional = "${local.secret}/optional"
  }
  secret = "codeguardians-gateway/production"
}

# Production made it here, for the copies of its secrets (module dr).
data "aws_kms_alias" "copies" {
  name = "alias/${local.primary}-copies"
}

data "aws_secretsmanager_secret" "shared" {
  for_each = local.shared

  name = each.value
}

module "stack" {
  source = "../../modules/stack"

  name              = local.name
  environment       = "dr"
  cidr              = "10.2.0.0/16"
  zones             = [for letter in ["a", "b", "c"] : "${var.region}${letter}"]
  nat_per_zone      = local.serving
  private_endpoints = local.serving
  domain_name       = var.domain_name
  zone_id           = var.zone_id
  failover_role     = "SECONDARY"

  images       = var.images
  architecture = var.architecture
  tasks        = local.serving ? { least = 2, most = 100 } : { least = 0, most = 0 }
  spot_percent = 0 # when a region is lost, everybody wants Spot in the next one

  gateway_settings = var.gateway_settings
  allowed_origins  = var.allowed_origins
  collector_image  = var.collector_image

  database = {
    instance_class        = "db.m7g.large"
    multi_az              = local.serving
    backup_retention_days = 7
    replica_of = local.serving ? null : format(
      "arn:%s:rds:%s:%s:db:%s",
      data.aws_partition.current.partition,
      var.first_region,
      data.aws_caller_identity.current.account_id,
      local.primary,
    )
  }
  cache = {
    node_type = "cache.t4g.small"
    nodes     = local.serving ? 2 : 1
  }

  shared_secrets = {
    name    = local.secret
    arns    = { for key, secret in data.aws_secretsmanager_secret.shared : key => secret.arn }
    key_arn = data.aws_kms_alias.copies.target_key_arn
  }

  log_retention_days = 365
  page_emails        = var.page_emails
  ticket_emails      = var.ticket_emails
  protected          = true
}

module "budget" {
  source = "../../modules/budget"

  name        = local.name
  environment = "dr"
  limit_usd   = var.budget_usd
  emails      = var.ticket_emails
}
