mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "codeguardians-gateway/test"
  prefix      = "codeguardians-gateway-test"
  key_arn     = "arn:aws:kms:us-east-1:123456789012:key/data"
  log_key_arn = "arn:aws:kms:us-east-1:123456789012:key/logs"
  first_keys  = "{\"SECRET_KEY\": \"made up for this test\"}"
  database    = { host = "db.internal", port = 5432, database = "aiguardian", username = "aiguardian" }
  restart = {
    cluster      = "codeguardians-gateway-test"
    services     = ["codeguardians-gateway"]
    service_arns = ["arn:aws:ecs:us-east-1:123456789012:service/codeguardians-gateway-test/codeguardians-gateway"]
    secret_arns  = { redis = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test/redis-AbCdEf" }
  }
}

run "four_secrets_under_one_name" {
  command = apply

  assert {
    condition = join(" ", [for key in ["main", "database", "redis", "optional"] : aws_secretsmanager_secret.this[key].name]) == join(" ", [
      "codeguardians-gateway/test",
      "codeguardians-gateway/test/database",
      "codeguardians-gateway/test/redis",
      "codeguardians-gateway/test/optional",
    ])
    error_message = "The program looks for its secrets under other names."
  }

  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.this : secret.kms_key_id == var.key_arn])
    error_message = "A secret is not encrypted with our key."
  }
}

run "no_value_is_kept_by_terraform" {
  command = apply

  assert {
    condition = alltrue([
      for version in [
        aws_secretsmanager_secret_version.main[0],
        aws_secretsmanager_secret_version.optional[0],
        aws_secretsmanager_secret_version.redis,
        aws_secretsmanager_secret_version.database,
      ] : version.secret_string_wo == null && version.secret_string_wo_version != null
    ])
    error_message = "A value is in the state."
  }
}

run "a_rotation_restarts_the_readers" {
  command = apply

  assert {
    condition = one([
      for state in values(jsondecode(aws_sfn_state_machine.restart.definition).States) : state.Items
    ])[0] == "codeguardians-gateway"
    error_message = "The reader of the rotated secret is not started again."
  }

  assert {
    condition     = contains(jsondecode(aws_cloudwatch_event_rule.rotated.event_pattern).detail.additionalEventData.SecretId, var.restart.secret_arns["redis"])
    error_message = "Nobody listens for the rotation of the cache's password."
  }
}

run "another_regions_keys_are_not_made_again" {
  command = apply

  variables {
    with_keys = false
  }

  assert {
    condition     = join(",", sort(keys(aws_secretsmanager_secret.this))) == "database,redis"
    error_message = "Two regions would have different keys under similar names."
  }
}

run "new_facts_about_the_database_are_written_again" {
  command = apply

  variables {
    database = { host = "other.internal", port = 5432, database = "aiguardian", username = "aiguardian" }
  }

  assert {
    condition     = aws_secretsmanager_secret_version.database.secret_string_wo_version != parseint(substr(sha1(jsonencode({ host = "db.internal", port = 5432, database = "aiguardian", username = "aiguardian" })), 0, 8), 16)
    error_message = "The secret would go on naming the old database."
  }
}

run "a_name_without_an_environment_is_refused" {
  command = plan

  variables {
    name = "codeguardians-gateway"
  }

  expect_failures = [var.name]
}

run "three_days_to_recover_are_refused" {
  command = plan

  variables {
    recovery_window_days = 3
  }

  expect_failures = [var.recovery_window_days]
}
