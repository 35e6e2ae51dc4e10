# One service of the catalogue: its security group, log, task and service.

data "aws_region" "current" {}

locals {
  service = var.service
  balanced = (
    var.load_balancer == null ? {} : { gateway = var.load_balancer }
  )

  # In this order: the load balancer stops sending while the program serves on, the program drains, ECS kills.
  stop_timeout_s = 120 # Fargate's limit

  environment = merge(
    {
      HOST                = "0.0.0.0"
      PORT                = tostring(local.service.port)
      AIGUARDIAN_HOME     = "/var/lib/aiguardian"
      AIGUARDIAN_LEAVE_S  = tostring(var.leave_s)
      AIGUARDIAN_DRAIN_S  = tostring(var.drain_s)
      AWS_REGION          = data.aws_region.current.name
      AWS_SECRETS_ENABLED = "false"
    },
    var.environment,
  )

  log = {
    logDriver = "awslogs"
    options = {
      "awslogs-group"         = aws_cloudwatch_log_group.this.name
      "awslogs-region"        = data.aws_region.current.name
      "awslogs-stream-prefix" = "ecs"
      # A full buffer drops lines; it never makes the program wait.
      "mode"            = "non-blocking"
      "max-buffer-size" = "8m"
    }
  }

  program = {
    name        = local.service.name
    image       = var.image
    essential   = true
    cpu         = 0
    stopTimeout = local.stop_timeout_s

    user                   = "10001:10001"
    privileged             = false
    readonlyRootFilesystem = true
    linuxParameters = {
      initProcessEnabled = true
      capabilities       = { drop = ["ALL"], add = [] }
    }

    portMappings = [{
      name          = local.service.name
      containerPort = local.service.port
      hostPort      = local.service.port
      protocol      = "tcp"
      appProtocol   = "http"
    }]

    environment = [for name, value in local.environment : { name = name, value = value }]
    secrets     = [for name, from in var.secrets : { name = name, valueFrom = from }]

    mountPoints = [
      { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      { sourceVolume = "home", containerPath = "/var/lib/aiguardian", readOnly = false },
    ]

    healthCheck = {
      command     = ["CMD", "aiguardian", "healthcheck"]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 30
    }

    logConfiguration = local.log
    systemControls   = []
    volumesFrom      = []
  }

  # X-Ray's collector beside the program: OTLP in, X-Ray out. It may fail without taking the program along.
  collector = {
    name                   = "collector"
    image                  = coalesce(var.collector_image, "none")
    essential              = false
    cpu                    = 0
    user                   = "10001:10001"
    readonlyRootFilesystem = true
    linuxParameters = {
      initProcessEnabled = false
      capabilities       = { drop = ["ALL"], add = [] }
    }
    environment = [{
      name = "AOT_CONFIG_CONTENT"
      value = yamlencode({
        receivers  = { otlp = { protocols = { http = { endpoint = "127.0.0.1:4318" } } } }
        processors = { batch = {} }
        exporters  = { awsxray = {} }
        service = {
          pipelines = { traces = { receivers = ["otlp"], processors = ["batch"], exporters = ["awsxray"] } }
        }
      })
    }]
    mountPoints      = []
    portMappings     = []
    logConfiguration = local.log
    systemControls   = []
    volumesFrom      = []
  }
}

resource "aws_security_group" "this" {
  name        = "${var.prefix}-${local.service.name}"
  description = "Tasks of ${local.service.name}"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.prefix}-${local.service.name}" }

  # A group in use can't be deleted; a new one stands before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:Days are chosen for each environment; a year where it is production.
  name              = "/ecs/${var.prefix}/${local.service.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_key_arn
}

resource "aws_ecs_task_definition" "this" {
  family                   = "${var.prefix}-${local.service.name}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = local.service.cpu
  memory                   = local.service.memory_mib
  execution_role_arn       = var.execution_role_arn
  task_role_arn            = var.task_role_arn

  container_definitions = jsonencode(concat(
    [local.program],
    var.collector_image == null ? [] : [local.collector],
  ))

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  volume {
    name = "tmp"
  }

  volume {
    name = "home"
  }

  # Old revisions are what a rollback starts.
  skip_destroy = true

  lifecycle {
    precondition {
      condition     = var.drain_s > try(var.load_balancer.deregistration_delay_s, 0) && var.leave_s + var.drain_s < local.stop_timeout_s
      error_message = "The program must drain longer than the load balancer takes to let go of it, and leave and drain before ECS kills it after ${local.stop_timeout_s} s."
    }
  }
}
