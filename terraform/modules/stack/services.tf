locals {
  # From the outside in, each limit above the next, so that whoever is nearest to the fault says what it was:
  # the gateway's patience with an idle connection > the load balancer's > a request's own limit (300 s) > silence
  # of a stream. Were the first one shorter, the load balancer would send into connections that are just closed: 502.
  keep_alive_s           = 350 # longer than any balancer waits: the ALB 310 s, Service Connect 330 s
  idle_timeout_s         = 310
  deregistration_delay_s = 60

  # ECS takes a task out of the target group, then tells it to stop. The load balancer may follow some seconds later:
  # for so long the gateway serves on.
  leave_s = 20
  drain_s = 90

  program_secret = coalesce(try(var.shared_secrets.name, null), "codeguardians-gateway/${var.environment}")
  program_arns   = var.shared_secrets == null ? module.secrets.arns : var.shared_secrets.arns
  main_arn       = local.program_arns["main"]

  environment = {
    gateway = merge(
      {
        AWS_SECRETS_ENABLED = "true"
        AWS_SECRETS_NAME    = local.program_secret
        ALLOWED_HOSTS       = var.domain_name
        ALLOWED_ORIGINS     = join(",", var.allowed_origins)
        DATABASE_ENABLED    = "true"
        DATABASE_HOST       = module.database.host
        DATABASE_PORT       = tostring(module.database.port)
        DATABASE_USER       = module.database.username
        DATABASE_NAME       = module.database.database
        DATABASE_SSLMODE    = "verify-full" # the database takes TLS only; the images bring RDS's authorities along

        DATABASE_SSLROOTCERT    = "/opt/aiguardian/certificates/rds.pem"
        AIGUARDIAN_KEEP_ALIVE_S = tostring(local.keep_alive_s)
      },
      { for name, guard in local.guards : "${upper(name)}_URL" => "http://${name}:${guard.port}" },
      var.collector_image == null ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:4318" },
      var.gateway_settings,
    )
    guard = { AIGUARDIAN_KEEP_ALIVE_S = tostring(local.keep_alive_s) }
  }

  # The gateway reads its secrets by itself, and again when they change. What ECS hands it wins over what it reads: in
  # a second region, whose secrets are copies, that region's own cache. A guard is handed the keys that the catalogue
  # names, and can read nothing. None of it depends on whether the region waits or serves: when the first region is
  # lost, IAM, which is at home there, may not take a change.
  shares = var.shared_secrets != null
  injected = {
    for name, service in local.catalogue : name => merge(
      service.public ? {} : { for key in service.needs.secrets : key => "${local.main_arn}:${key}::" },
      service.needs.redis && local.shares ? { REDIS_URL = module.cache.url_secret } : {},
    )
  }
  injected_arns = {
    for name, service in local.catalogue : name => merge(
      service.public ? {} : { main = local.main_arn },
      service.needs.redis && local.shares ? { redis = module.secrets.arns["redis"] } : {},
    )
  }
}

module "cluster" {
  source = "../ecs-cluster"

  name        = var.name
  log_key_arn = module.log_key.arn
}

module "iam" {
  source = "../iam"

  name            = var.name
  secret_key_arns = concat([module.data_key.arn], local.shares ? [var.shared_secrets.key_arn] : [])
  bucket_key_arn  = module.data_key.arn

  services = {
    for name, service in local.catalogue : name => {
      repository_arn       = "arn:${local.partition}:ecr:${local.region}:${local.account}:repository/${service.image}"
      log_group_arn        = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/ecs/${var.name}/${name}"
      injected_secret_arns = local.injected_arns[name]
      read_secret_arns     = service.public ? local.program_arns : {}
      bucket_arns          = service.public ? { documents = module.documents.arn } : {}
      traced               = service.public && var.collector_image != null
    }
  }
}

module "service" {
  source   = "../ecs-service"
  for_each = local.catalogue

  prefix        = var.name
  service       = each.value
  capacity      = local.capacity[each.key]
  image         = "${local.account}.dkr.ecr.${local.region}.amazonaws.com/${each.value.image}@${var.images[each.key]}"
  architecture  = var.architecture
  spot_percent  = var.spot_percent
  cluster_arn   = module.cluster.arn
  cluster_name  = module.cluster.name
  namespace_arn = module.cluster.namespace_arn
  vpc_id        = module.networking.vpc_id
  subnet_ids    = module.networking.private_subnet_ids

  execution_role_arn = module.iam.execution_role_arns[each.key]
  task_role_arn      = module.iam.task_role_arns[each.key]

  environment = merge(
    { ENVIRONMENT = var.program_environment },
    local.environment[each.value.public ? "gateway" : "guard"],
  )
  secrets         = local.injected[each.key]
  leave_s         = each.value.public ? local.leave_s : 0
  drain_s         = local.drain_s
  collector_image = each.value.public ? var.collector_image : null

  load_balancer = each.value.public ? {
    target_group_arn        = module.alb.target_group_arn
    target_group_arn_suffix = module.alb.target_group_arn_suffix
    arn_suffix              = module.alb.arn_suffix
    deregistration_delay_s  = local.deregistration_delay_s
  } : null

  log_retention_days = var.log_retention_days
  log_key_arn        = module.log_key.arn
}
