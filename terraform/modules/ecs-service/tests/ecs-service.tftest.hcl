mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  prefix             = "test"
  service            = { name = "tokenguard", port = 8001, cpu = 256, memory_mib = 512, public = false, scaling = { cpu_percent = 60, memory_percent = 75 } }
  capacity           = { min = 2, max = 6 }
  image              = "123456789012.dkr.ecr.us-east-1.amazonaws.com/aiguards-tokenguard@sha256:1111111111111111111111111111111111111111111111111111111111111111"
  cluster_arn        = "arn:aws:ecs:us-east-1:123456789012:cluster/test"
  cluster_name       = "test"
  namespace_arn      = "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-test"
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-1", "subnet-2", "subnet-3"]
  execution_role_arn = "arn:aws:iam::123456789012:role/test-execution"
  task_role_arn      = "arn:aws:iam::123456789012:role/test-task"
  secrets            = { SECRET_KEY = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test-AbCdEf:SECRET_KEY::" }
  log_retention_days = 30
  log_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/logs"
}

run "an_internal_service_is_found_by_name_and_only_inside" {
  command = apply

  assert {
    condition     = aws_ecs_service.this.service_connect_configuration[0].service[0].client_alias[0].dns_name == "tokenguard"
    error_message = "The gateway would not find the guard."
  }

  assert {
    condition     = length(aws_ecs_service.this.load_balancer) == 0 && aws_ecs_service.this.network_configuration[0].assign_public_ip == false
    error_message = "A guard must not be reached from outside."
  }

  assert {
    condition     = aws_ecs_service.this.service_connect_configuration[0].service[0].timeout[0].per_request_timeout_seconds >= 300
    error_message = "Service Connect would cut requests that callers may make (300 s)."
  }
}

run "the_task_can_do_as_little_as_possible" {
  command = apply

  assert {
    condition = (
      local.program.readonlyRootFilesystem
      && local.program.user == "10001:10001"
      && !local.program.privileged
      && join(",", local.program.linuxParameters.capabilities.drop) == "ALL"
    )
    error_message = "The program runs with more rights than it needs."
  }

  assert {
    condition     = !strcontains(aws_ecs_task_definition.this.container_definitions, "CMD-SHELL")
    error_message = "The image has no shell: such a health check fails for ever."
  }

  assert {
    condition     = !contains([for variable in local.program.environment : variable.name], "SECRET_KEY")
    error_message = "A secret stands in the environment in the clear."
  }
}

run "another_spot_share_changes_the_service_in_place" {
  command = apply

  assert {
    condition     = aws_ecs_service.this.force_new_deployment
    error_message = "The provider would replace a service that runs: an outage."
  }
}

run "a_broken_deployment_goes_back" {
  command = apply

  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback
    error_message = "A broken deployment would stay."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_minimum_healthy_percent == 100
    error_message = "A deployment would take tasks away before their successors are healthy."
  }

  assert {
    condition     = aws_ecs_task_definition.this.skip_destroy
    error_message = "There would be nothing to roll back to."
  }
}

run "it_scales_on_cpu_and_memory" {
  command = apply

  assert {
    condition     = join(",", sort(keys(aws_appautoscaling_policy.this))) == "cpu,memory"
    error_message = "A scaling target without a policy scales nothing."
  }
}

run "the_public_service_scales_on_requests_too_and_has_an_alarm_that_rolls_back" {
  command = apply

  variables {
    service      = { name = "codeguardians-gateway", port = 8000, cpu = 1024, memory_mib = 2048, public = true, scaling = { requests_per_target = 1000, cpu_percent = 60, memory_percent = 75 } }
    spot_percent = 50
    load_balancer = {
      target_group_arn        = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/gw/0123456789abcdef"
      target_group_arn_suffix = "targetgroup/gw/0123456789abcdef"
      arn_suffix              = "app/test/0123456789abcdef"
      deregistration_delay_s  = 60
    }
  }

  assert {
    condition     = aws_appautoscaling_policy.this["requests"].target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].resource_label == "app/test/0123456789abcdef/targetgroup/gw/0123456789abcdef"
    error_message = "The policy on requests reads another target's."
  }

  assert {
    condition     = one(aws_ecs_service.this.alarms).rollback
    error_message = "Healthy tasks that answer with errors would stay."
  }

  assert {
    condition     = one([for strategy in aws_ecs_service.this.capacity_provider_strategy : strategy.base if strategy.capacity_provider == "FARGATE"]) == 2
    error_message = "The fewest tasks must not be on Spot."
  }

  assert {
    condition     = length(aws_ecs_service.this.service_connect_configuration[0].service) == 0
    error_message = "The gateway is found by the load balancer, not by other tasks."
  }
}

run "traces_bring_a_collector_that_may_fail" {
  command = apply

  variables {
    collector_image = "public.ecr.aws/aws-observability/aws-otel-collector@sha256:2222222222222222222222222222222222222222222222222222222222222222"
  }

  assert {
    condition     = length(jsondecode(aws_ecs_task_definition.this.container_definitions)) == 2 && !local.collector.essential
    error_message = "The collector is missing, or takes the program along when it fails."
  }
}

run "a_program_that_drains_shorter_than_the_balancer_lets_go_is_refused" {
  command = plan

  variables {
    drain_s = 30
    load_balancer = {
      target_group_arn        = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/gw/0123456789abcdef"
      target_group_arn_suffix = "targetgroup/gw/0123456789abcdef"
      arn_suffix              = "app/test/0123456789abcdef"
      deregistration_delay_s  = 60
    }
  }

  expect_failures = [aws_ecs_task_definition.this]
}

run "a_program_that_leaves_and_drains_until_ecs_kills_it_is_refused" {
  command = plan

  variables {
    leave_s = 30
    drain_s = 90
  }

  expect_failures = [aws_ecs_task_definition.this]
}

run "a_program_that_serves_on_is_told_for_how_long" {
  command = apply

  variables {
    leave_s = 20
  }

  assert {
    condition     = one([for variable in local.program.environment : variable.value if variable.name == "AIGUARDIAN_LEAVE_S"]) == "20"
    error_message = "The program would close its door while the load balancer still sends."
  }
}

run "a_tag_instead_of_a_digest_is_refused" {
  command = plan

  variables {
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/aiguards-tokenguard:latest"
  }

  expect_failures = [var.image]
}

run "memory_that_fargate_has_not_is_refused" {
  command = plan

  variables {
    service = { name = "tokenguard", port = 8001, cpu = 1024, memory_mib = 512, public = false, scaling = { cpu_percent = 60, memory_percent = 75 } }
  }

  expect_failures = [var.service]
}
