resource "aws_ecs_service" "this" {
  name            = local.service.name
  cluster         = var.cluster_arn
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.capacity.min
  propagate_tags  = "SERVICE"

  platform_version                   = "LATEST"
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  availability_zone_rebalancing      = "ENABLED"

  # Without it, another Spot share would replace the whole service: taken away first, then made anew.
  force_new_deployment = true

  health_check_grace_period_seconds = var.load_balancer == null ? null : 60

  # The first `base` tasks can't be taken away; of the rest, this share is on Spot at about a third of the price.
  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = coalesce(var.capacity.steady, var.capacity.min)
    weight            = 100 - var.spot_percent
  }

  dynamic "capacity_provider_strategy" {
    for_each = var.spot_percent > 0 ? [var.spot_percent] : []

    content {
      capacity_provider = "FARGATE_SPOT"
      weight            = capacity_provider_strategy.value
    }
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  # Healthy and still answering with errors: the alarm takes the deployment back.
  dynamic "alarms" {
    for_each = aws_cloudwatch_metric_alarm.deployment

    content {
      enable      = true
      rollback    = true
      alarm_names = [alarms.value.alarm_name]
    }
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [aws_security_group.this.id]
    assign_public_ip = false
  }

  dynamic "load_balancer" {
    for_each = local.balanced

    content {
      target_group_arn = load_balancer.value.target_group_arn
      container_name   = local.service.name
      container_port   = local.service.port
    }
  }

  # Internal services are found by name; the public one only finds others.
  service_connect_configuration {
    enabled   = true
    namespace = var.namespace_arn

    dynamic "service" {
      for_each = local.service.public ? [] : [local.service]

      content {
        port_name      = service.value.name
        discovery_name = service.value.name

        client_alias {
          dns_name = service.value.name
          port     = service.value.port
        }

        # Its own default of 15 s a request is below what a caller may ask for (300 s).
        timeout {
          idle_timeout_seconds        = 330
          per_request_timeout_seconds = 310
        }
      }
    }
  }

  lifecycle {
    # Autoscaling sets the count. A deployment by digest sets the task: from the newest revision, so that
    # what Terraform changed in it comes along.
    ignore_changes = [desired_count, task_definition]
  }
}

resource "aws_cloudwatch_metric_alarm" "deployment" {
  for_each = local.balanced

  alarm_name          = "${var.prefix}-${local.service.name}-deployment"
  alarm_description   = "More than 5 % of answers are errors of the service: a deployment in progress is rolled back."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "share"
    label       = "errors of the service, per cent"
    expression  = "100 * FILL(errors, 0) / all"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { errors = "HTTPCode_Target_5XX_Count", all = "RequestCount" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        stat        = "Sum"
        period      = 60
        dimensions = {
          LoadBalancer = each.value.arn_suffix
          TargetGroup  = each.value.target_group_arn_suffix
        }
      }
    }
  }
}
