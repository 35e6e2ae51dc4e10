mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "test"
  log_key_arn = "arn:aws:kms:us-east-1:123456789012:key/logs"
}

run "it_has_both_capacities_and_records_shells" {
  command = apply

  assert {
    condition     = toset(aws_ecs_cluster_capacity_providers.this.capacity_providers) == toset(["FARGATE", "FARGATE_SPOT"])
    error_message = "Spot can't be used."
  }

  assert {
    condition     = aws_ecs_cluster.this.configuration[0].execute_command_configuration[0].log_configuration[0].cloud_watch_encryption_enabled
    error_message = "A shell in a task would leave no encrypted record."
  }

  assert {
    condition     = one(aws_ecs_cluster.this.setting).value == "enhanced"
    error_message = "Container Insights feed the alarm on missing tasks."
  }
}
