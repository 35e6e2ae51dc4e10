mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "test-rotation"
  description = "Changes the password of the test's user"
  handler     = "cache"
  environment = { CACHE_HOST = "cache.internal" }
  secret_arn  = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test/redis-AbCdEf"
  key_arn     = "arn:aws:kms:us-east-1:123456789012:key/data"
  log_key_arn = "arn:aws:kms:us-east-1:123456789012:key/logs"
  days        = 30
  at_once     = true
  policy      = "{\"Version\": \"2012-10-17\", \"Statement\": []}"
  network     = { vpc_id = "vpc-1", subnet_ids = ["subnet-1", "subnet-2"], port = 6379, security_group_id = "sg-cache" }
}

run "a_password_changes_on_a_schedule_and_the_first_at_once" {
  command = apply

  assert {
    condition     = aws_secretsmanager_secret_rotation.this.rotate_immediately && aws_secretsmanager_secret_rotation.this.rotation_rules[0].automatically_after_days == 30
    error_message = "The password would never change."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 1
    error_message = "Two rotations would take away each other's password."
  }

  assert {
    condition     = aws_lambda_permission.this.source_arn == var.secret_arn && aws_lambda_permission.this.principal == "secretsmanager.amazonaws.com"
    error_message = "Anybody's secret could call the function."
  }
}

run "it_reaches_what_it_signs_in_to_and_aws" {
  command = apply

  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["inside"].security_group_id == "sg-cache" && aws_vpc_security_group_ingress_rule.this["inside"].from_port == 6379
    error_message = "The new password could not be tried."
  }

  assert {
    condition     = join(",", sort([for rule in aws_vpc_security_group_egress_rule.this : tostring(rule.from_port)])) == "443,6379"
    error_message = "It goes elsewhere than it must."
  }
}

run "what_calls_aws_only_stands_in_no_network" {
  command = apply

  variables {
    handler = "database"
    network = null
  }

  assert {
    condition     = length(aws_lambda_function.this.vpc_config) == 0 && length(aws_security_group.this) == 0
    error_message = "It has a way to more than it needs."
  }
}

run "a_password_for_a_year_is_refused" {
  command = plan

  variables {
    days = 365
  }

  expect_failures = [var.days]
}

run "an_unknown_handler_is_refused" {
  command = plan

  variables {
    handler = "mail"
  }

  expect_failures = [var.handler]
}
