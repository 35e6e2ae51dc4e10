# One environment in one region: every module, wired. The services are those of deploy/services.json, so that
# compose, Prometheus and AWS run the same ones on the same ports.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  catalogue = {
    for service in jsondecode(file("${path.module}/../../../deploy/services.json")).services : service.name => service
  }
  gateway = one([for service in values(local.catalogue) : service if service.public])
  guards  = { for name, service in local.catalogue : name => service if !service.public }

  users_of_cache = [for name, service in local.catalogue : name if service.needs.redis]

  # What tasks call: images, keys, logs, secrets, roles, traces.
  aws_services = ["ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "sts", "xray"]

  capacity = {
    for name, service in local.catalogue : name => {
      min = min(coalesce(var.tasks.least, service.scaling.min), var.tasks.most)
      max = min(max(service.scaling.max, coalesce(var.tasks.least, 0)), var.tasks.most)

      steady = var.tasks.steady
    }
  }
}

module "data_key" {
  source = "../encryption"

  name        = "${var.name}-data"
  description = "Database, cache, documents, secrets and backups of ${var.name}"
}

module "log_key" {
  source = "../encryption"

  name        = "${var.name}-logs"
  description = "Logs of ${var.name}"
  log_groups  = true
}

module "alert_key" {
  source = "../encryption"

  name        = "${var.name}-alerts"
  description = "Messages of alarms of ${var.name}"
  services    = ["backup.amazonaws.com", "budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"]
}

module "networking" {
  source = "../networking"

  name         = var.name
  cidr         = var.cidr
  zones        = var.zones
  nat_per_zone = var.nat_per_zone
  log_key_arn  = module.log_key.arn

  interface_endpoints = var.private_endpoints ? local.aws_services : []
}

module "alb" {
  source = "../alb"

  name                   = var.name
  vpc_id                 = module.networking.vpc_id
  subnet_ids             = module.networking.public_subnet_ids
  domain_name            = var.domain_name
  zone_id                = var.zone_id
  target_port            = local.gateway.port
  health_path            = local.gateway.ready_path
  idle_timeout_s         = local.idle_timeout_s
  deregistration_delay_s = local.deregistration_delay_s
  log_bucket             = "${var.name}-alb-${local.account}"
  protected              = var.protected
}

module "waf" {
  source = "../waf"

  name              = var.name
  load_balancer_arn = module.alb.arn
  log_key_arn       = module.log_key.arn
}

module "failover" {
  source = "../failover"

  domain_name = var.domain_name
  zone_id     = var.zone_id
  role        = var.failover_role
  health_path = local.gateway.ready_path
  load_balancer = {
    dns_name = module.alb.dns_name
    zone_id  = module.alb.zone_id
  }
}

module "database" {
  source = "../database"

  name                  = var.name
  vpc_id                = module.networking.vpc_id
  subnet_ids            = module.networking.data_subnet_ids
  key_arn               = module.data_key.arn
  log_key_arn           = module.log_key.arn
  instance_class        = var.database.instance_class
  multi_az              = var.database.multi_az
  backup_retention_days = var.database.backup_retention_days
  replica_of            = var.database.replica_of
  first_password        = var.first_database_password
  has_password          = !local.shares
  secret_arn            = local.program_arns["database"]
  protected             = var.protected
}

module "cache" {
  source = "../cache"

  name                = var.name
  vpc_id              = module.networking.vpc_id
  subnet_ids          = module.networking.data_subnet_ids
  rotation_subnet_ids = module.networking.private_subnet_ids
  key_arn             = module.data_key.arn
  log_key_arn         = module.log_key.arn
  node_type           = var.cache.node_type
  nodes               = var.cache.nodes
  secret_arn          = module.secrets.arns["redis"]
}

module "documents" {
  source = "../storage"

  bucket                = "${var.name}-documents-${local.account}"
  key_arn               = module.data_key.arn
  log_bucket            = module.access_logs.bucket
  infrequent_after_days = 90
  replica               = var.copies == null ? null : { bucket_arn = var.copies.bucket_arn, key_arn = var.copies.key_arn }
  force_destroy         = !var.protected
}

# Whoever reads a document leaves a line here.
module "access_logs" {
  source = "../storage"

  bucket            = "${var.name}-access-${local.account}"
  expire_after_days = 365
  noncurrent_days   = 7
  force_destroy     = !var.protected
  policy_documents = [jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AccessLogsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "arn:${local.partition}:s3:::${var.name}-access-${local.account}/*"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })]
}

module "secrets" {
  source = "../secrets"

  name                 = "codeguardians-gateway/${var.environment}"
  key_arn              = module.data_key.arn
  recovery_window_days = var.protected ? 30 : 0
  replica              = var.secrets_replica
  first_keys           = var.first_keys
  with_keys            = !local.shares

  database_id             = module.database.resource_id
  first_database_password = var.first_database_password
  database = {
    host     = module.database.host
    port     = module.database.port
    database = module.database.database
    username = module.database.username
  }
}

# The gateway looks at its secrets again by itself. Only where it is handed the address of the cache, because the
# secrets that it reads are another region's, a rotation has to start it again.
module "restart" {
  source = "../restart"
  count  = local.shares ? 1 : 0

  prefix       = var.name
  log_key_arn  = module.log_key.arn
  cluster      = var.name
  services     = local.users_of_cache
  service_arns = [for name in local.users_of_cache : "arn:${local.partition}:ecs:${local.region}:${local.account}:service/${var.name}/${name}"]
  secret_arns  = [module.secrets.arns["redis"]]
}

module "observability" {
  source = "../observability"

  name                 = var.name
  alert_key_arn        = module.alert_key.arn
  page_emails          = var.page_emails
  ticket_emails        = var.ticket_emails
  public_service       = local.gateway.name
  services             = { for name, capacity in local.capacity : name => capacity.min }
  cluster              = module.cluster.name
  certificate_arn      = module.alb.certificate_arn
  database             = module.database.identifier
  database_is_replica  = var.database.replica_of != null
  cache                = module.cache.name
  cache_nodes          = var.cache.nodes
  backup_vault         = var.name # as the backup module names it, which needs our topics
  restart_machine_arns = local.shares ? { restart = module.restart[0].machine_arn } : {}

  load_balancer = {
    arn_suffix              = module.alb.arn_suffix
    target_group_arn_suffix = module.alb.target_group_arn_suffix
  }
}

module "backup" {
  source = "../backup"

  name                 = var.name
  key_arn              = module.data_key.arn
  resource_arns        = [module.database.arn, module.documents.arn]
  copy_to_vault_arn    = try(var.copies.vault_arn, null)
  lock_changeable_days = var.backup_lock_changeable_days
  topic_arn            = module.observability.topic_arns["ticket"]
}
