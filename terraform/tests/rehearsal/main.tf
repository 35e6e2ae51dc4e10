# What an emulated AWS can hold, wired as the stack wires it: made, planned again without a difference, and taken away.
# Not in it, because the emulator knows no such thing: the cache, the observability (X-Ray, composite alarms), the backup
# selection and the automated backups' replication. Their modules have tests with a mocked provider.

terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { Project = "aiguardian", Environment = "rehearsal", ManagedBy = "terraform/tests/rehearsal" }
  }
}

provider "aws" {
  alias  = "second"
  region = "us-west-2"
}

data "aws_caller_identity" "current" {}

locals {
  name    = "codeguardians-gateway-rehearsal"
  account = data.aws_caller_identity.current.account_id
  zones   = ["us-east-1a", "us-east-1b", "us-east-1c"]
  catalogue = {
    for service in jsondecode(file("${path.module}/../../../deploy/services.json")).services : service.name => service
  }
  gateway  = local.catalogue["codeguardians-gateway"]
  rehearse = { for name in ["codeguardians-gateway", "tokenguard"] : name => local.catalogue[name] }
}

resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_38:A zone of the rehearsal; a real one is the operator's, and given by its id.
  #checkov:skip=CKV2_AWS_39:As above.
  name = "example.com"
}

module "data_key" {
  source = "../../modules/encryption"

  name        = "${local.name}-data"
  description = "Data"
}

module "log_key" {
  source = "../../modules/encryption"

  name        = "${local.name}-logs"
  description = "Logs"
  log_groups  = true
  services    = ["cloudtrail.amazonaws.com", "config.amazonaws.com", "events.amazonaws.com"]
}

module "networking" {
  source = "../../modules/networking"

  name        = local.name
  zones       = local.zones
  log_key_arn = module.log_key.arn

  interface_endpoints = ["logs", "secretsmanager"]
}

module "alb" {
  source = "../../modules/alb"

  name                   = local.name
  vpc_id                 = module.networking.vpc_id
  subnet_ids             = module.networking.public_subnet_ids
  domain_name            = "api.example.com"
  zone_id                = aws_route53_zone.this.zone_id
  target_port            = local.gateway.port
  health_path            = local.gateway.ready_path
  idle_timeout_s         = 310
  deregistration_delay_s = 60
  log_bucket             = "${local.name}-alb-${local.account}"
  protected              = false
}

module "waf" {
  source = "../../modules/waf"

  name              = local.name
  load_balancer_arn = module.alb.arn
  log_key_arn       = module.log_key.arn
}

module "failover" {
  source = "../../modules/failover"

  domain_name   = "api.example.com"
  zone_id       = aws_route53_zone.this.zone_id
  role          = "PRIMARY"
  health_path   = local.gateway.ready_path
  load_balancer = { dns_name = module.alb.dns_name, zone_id = module.alb.zone_id }
}

module "ecr" {
  source = "../../modules/ecr"

  repositories   = toset([for service in local.catalogue : service.image])
  key_arn        = module.data_key.arn
  replica_region = "us-west-2"
}

module "database" {
  source = "../../modules/database"

  name                  = local.name
  vpc_id                = module.networking.vpc_id
  subnet_ids            = module.networking.data_subnet_ids
  key_arn               = module.data_key.arn
  log_key_arn           = module.log_key.arn
  instance_class        = "db.t4g.small"
  multi_az              = false
  backup_retention_days = 7
  first_password        = module.first_keys.database_password
  has_password          = true
  secret_arn            = module.secrets.arns["database"]
  protected             = false
}

module "first_keys" {
  source = "../../modules/first-keys"
}

module "second_key" {
  source    = "../../modules/encryption"
  providers = { aws = aws.second }

  name        = "${local.name}-copies"
  description = "Copies"
}

module "copies" {
  source    = "../../modules/storage"
  providers = { aws = aws.second }

  bucket        = "${local.name}-copies-${local.account}"
  key_arn       = module.second_key.arn
  force_destroy = true
}

module "documents" {
  source = "../../modules/storage"

  bucket        = "${local.name}-documents-${local.account}"
  key_arn       = module.data_key.arn
  force_destroy = true
  replica       = { bucket_arn = module.copies.arn, key_arn = module.second_key.arn }
}

module "secrets" {
  source = "../../modules/secrets"

  name                 = "codeguardians-gateway/rehearsal"
  key_arn              = module.data_key.arn
  recovery_window_days = 0
  first_keys           = module.first_keys.json
  replica              = { region = "us-west-2", key_arn = module.second_key.arn }

  database_id             = module.database.resource_id
  first_database_password = module.first_keys.database_password
  database = {
    host     = module.database.host
    port     = module.database.port
    database = module.database.database
    username = module.database.username
  }
}

# In the first region nothing needs it; here it stands for the second one's.
module "restart" {
  source = "../../modules/restart"

  prefix       = local.name
  log_key_arn  = module.log_key.arn
  cluster      = local.name
  services     = [local.gateway.name]
  service_arns = ["arn:aws:ecs:us-east-1:${local.account}:service/${local.name}/${local.gateway.name}"]
  secret_arns  = [module.secrets.arns["redis"]]
}

module "cluster" {
  source = "../../modules/ecs-cluster"

  name        = local.name
  log_key_arn = module.log_key.arn
}

module "iam" {
  source = "../../modules/iam"

  name            = local.name
  secret_key_arns = [module.data_key.arn]
  bucket_key_arn  = module.data_key.arn

  services = {
    for name, service in local.rehearse : name => {
      repository_arn       = module.ecr.repository_arns[service.image]
      log_group_arn        = "arn:aws:logs:us-east-1:${local.account}:log-group:/ecs/${local.name}/${name}"
      injected_secret_arns = { main = module.secrets.arns["main"] }
      read_secret_arns     = service.public ? module.secrets.arns : {}
      bucket_arns          = service.public ? { documents = module.documents.arn } : {}
    }
  }
}

module "service" {
  source   = "../../modules/ecs-service"
  for_each = local.rehearse

  prefix             = local.name
  service            = each.value
  capacity           = { min = 2, max = 4 }
  image              = "${module.ecr.repository_urls[each.value.image]}@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  cluster_arn        = module.cluster.arn
  cluster_name       = module.cluster.name
  namespace_arn      = module.cluster.namespace_arn
  vpc_id             = module.networking.vpc_id
  subnet_ids         = module.networking.private_subnet_ids
  execution_role_arn = module.iam.execution_role_arns[each.key]
  task_role_arn      = module.iam.task_role_arns[each.key]
  secrets            = { SECRET_KEY = "${module.secrets.arns["main"]}:SECRET_KEY::" }
  spot_percent       = 50
  log_retention_days = 30
  log_key_arn        = module.log_key.arn

  load_balancer = each.value.public ? {
    target_group_arn        = module.alb.target_group_arn
    target_group_arn_suffix = module.alb.target_group_arn_suffix
    arn_suffix              = module.alb.arn_suffix
    deregistration_delay_s  = 60
  } : null
}

module "audit" {
  source = "../../modules/audit"

  name    = local.name
  bucket  = "${local.name}-audit-${local.account}"
  key_arn = module.log_key.arn
  trail   = true
  emails  = ["security@example.com"]
}

module "budget" {
  source = "../../modules/budget"

  name        = local.name
  environment = "rehearsal"
  limit_usd   = 100
  emails      = ["money@example.com"]
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

module "deploy_role" {
  source = "../../modules/deploy-role"

  prefix       = local.name
  environment  = "rehearsal"
  region       = "us-east-1"
  repository   = "example/aiguardian"
  provider_arn = aws_iam_openid_connect_provider.github.arn
  services     = keys(local.rehearse)
  images       = [for service in local.rehearse : service.image]
}
