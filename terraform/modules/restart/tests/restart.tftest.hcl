mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  prefix       = "codeguardians-gateway-test"
  log_key_arn  = "arn:aws:kms:us-east-1:123456789012:key/logs"
  cluster      = "codeguardians-gateway-test"
  services     = ["codeguardians-gateway"]
  service_arns = ["arn:aws:ecs:us-east-1:123456789012:service/codeguardians-gateway-test/codeguardians-gateway"]
  secret_arns  = ["arn:aws:secretsmanager:us-east-1:123456789012:secret:test/redis-AbCdEf"]
}

run "a_rotation_restarts_the_readers_one_after_the_other" {
  command = apply

  assert {
    condition = one([
      for state in values(jsondecode(aws_sfn_state_machine.this.definition).States) : "${state.Items[0]} ${state.MaxConcurrency}"
    ]) == "codeguardians-gateway 1"
    error_message = "The reader of the rotated secret is not started again, or all are at once."
  }

  assert {
    condition     = one(jsondecode(aws_cloudwatch_event_rule.rotated.event_pattern).detail.additionalEventData.SecretId) == var.secret_arns[0]
    error_message = "Nobody listens for the rotation."
  }
}

run "listening_for_no_secret_is_refused" {
  command = plan

  variables {
    secret_arns = []
  }

  expect_failures = [var.secret_arns]
}
