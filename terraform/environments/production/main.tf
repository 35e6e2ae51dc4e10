# Production: three zones, a NAT in each, a database with a standby, copies in a second region, everything protected.

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "second"
  region = var.second_region

  default_tags {
    tags = local.tags
  }
}

locals {
  name = "codeguardians-gateway-production"
  tags = { Project = "aiguardian", Environment = "production", ManagedBy = "terraform/environments/production" }
}

module "first_keys" {
  source = "../../modules/first-keys"
}

module "stack" {
  source = "../../modules/stack"

  name              = local.name
  environment       = "production"
  cidr              = "10.0.0.0/16"
  zones             = [for letter in ["a", "b", "c"] : "${var.region}${letter}"]
  nat_per_zone      = true
  private_endpoints = true
  domain_name       = var.domain_name
  zone_id           = var.zone_id
  failover_role     = "PRIMARY"

  first_keys              = module.first_keys.json
  first_database_password = module.first_keys.database_password
  images                  = var.images
  architecture            = var.architecture
  tasks                   = { least = 2 } # one may be in a zone that is lost
  spot_percent            = 50

  gateway_settings = var.gateway_settings
  allowed_origins  = var.allowed_origins
  collector_image  = var.collector_image

  database = {
    instance_class        = "db.m7g.large"
    multi_az              = true
    backup_retention_days = 35
  }
  cache = {
    node_type = "cache.t4g.small"
    nodes     = 2
  }

  secrets_replica = { region = var.second_region, key_arn = module.dr.key_arn }
  copies = {
    vault_arn  = module.dr.vault_arn
    bucket_arn = module.dr.bucket_arn
    key_arn    = module.dr.key_arn
  }
  backup_lock_changeable_days = 7

  log_retention_days = 365
  page_emails        = var.page_emails
  ticket_emails      = var.ticket_emails
  protected          = true
}

# What lies ready in the second region while nothing runs there.
module "dr" {
  source    = "../../modules/dr"
  providers = { aws = aws.second }

  name         = local.name
  database_arn = module.stack.database_arn
}

module "budget" {
  source = "../../modules/budget"

  name        = local.name
  environment = "production"
  limit_usd   = var.budget_usd
  emails      = var.ticket_emails
  anomalies   = true
}
