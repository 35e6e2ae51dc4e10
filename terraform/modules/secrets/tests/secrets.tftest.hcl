mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "codeguardians-gateway/test"
  key_arn     = "arn:aws:kms:us-east-1:123456789012:key/data"
  first_keys  = "{\"SECRET_KEY\": \"made up for this test\"}"
  database    = { host = "db.internal", port = 5432, database = "aiguardian", username = "aiguardian" }
  database_id = "db-ONE"

  first_database_password = "made up for this test"
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
        aws_secretsmanager_secret_version.database[0],
      ] : version.secret_string_wo == null && version.secret_string_wo_version != null
    ])
    error_message = "A value is in the state."
  }
}

run "another_regions_keys_are_not_made_again" {
  command = apply

  variables {
    with_keys = false
  }

  assert {
    condition     = join(",", keys(aws_secretsmanager_secret.this)) == "redis"
    error_message = "Two regions would have different keys under similar names."
  }
}

run "an_instance_that_is_made_anew_gets_its_password_written" {
  command = apply

  variables {
    database_id = "db-ANOTHER"
  }

  assert {
    condition     = aws_secretsmanager_secret_version.database[0].secret_string_wo_version != parseint(substr(sha1("db-ONE"), 0, 8), 16)
    error_message = "The secret would keep the password of the instance before."
  }
}

run "facts_that_change_do_not_write_over_a_rotated_password" {
  command = apply

  variables {
    database = { host = "other.internal", port = 5432, database = "aiguardian", username = "aiguardian" }
  }

  assert {
    condition     = aws_secretsmanager_secret_version.database[0].secret_string_wo_version == parseint(substr(sha1("db-ONE"), 0, 8), 16)
    error_message = "The first password would come back, which the database has forgotten."
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
