# Production's parts, smaller: one NAT, one database, one cache node, and Spot for whatever can be taken away.

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = "aiguardian", Environment = "staging", ManagedBy = "terraform/environments/staging" }
  }
}

locals {
  name = "codeguardians-gateway-staging"
}

module "first_keys" {
  source = "../../modules/first-keys"
}

module "stack" {
  source = "../../modules/stack"

  name                = local.name
  environment         = "staging"
  program_environment = "staging"
  cidr                = "10.1.0.0/16"
  zones               = [for letter in ["a", "b", "c"] : "${var.region}${letter}"]
  nat_per_zone        = false
  private_endpoints   = false
  domain_name         = var.domain_name
  zone_id             = var.zone_id

  first_keys              = module.first_keys.json
  first_database_password = module.first_keys.database_password
  images                  = var.images
  architecture            = var.architecture
  tasks                   = { least = 1, most = 2, steady = 0 }
  spot_percent            = 99

  gateway_settings = var.gateway_settings
  allowed_origins  = var.allowed_origins
  collector_image  = var.collector_image

  database = {
    instance_class        = "db.t4g.small"
    multi_az              = false
    backup_retention_days = 7
  }
  cache = {
    node_type = "cache.t4g.micro"
    nodes     = 1
  }

  log_retention_days = 30
  page_emails        = []
  ticket_emails      = var.ticket_emails
  protected          = false
}

module "budget" {
  source = "../../modules/budget"

  name        = local.name
  environment = "staging"
  limit_usd   = var.budget_usd
  emails      = var.ticket_emails
}
