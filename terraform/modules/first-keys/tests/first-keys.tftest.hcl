# Terraform 1.11 can mock no ephemeral value and give none out of a root: so this runs with the provider itself, against
# an emulated AWS (`make terraform` starts it), and reads what was written. No other account is touched.

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["123456789012"]
}

run "they_are_written_and_not_kept" {
  module {
    source = "./tests/written"
  }

  variables {
    number = 1
  }

  assert {
    condition = alltrue([
      for version in [aws_secretsmanager_secret_version.main, aws_secretsmanager_secret_version.database] :
      version.secret_string_wo == null && version.secret_string == ""
    ])
    error_message = "A value is in the state."
  }
}

run "they_are_as_long_as_promised" {
  module {
    source = "./tests/read"
  }

  assert {
    condition = nonsensitive({ for name, value in output.values : name => length(value) }) == {
      SECRET_KEY = 96, UNIFIED_API_KEY = 48, METRICS_KEY = 48, database = 64
    }
    error_message = "A key is missing, or has another length."
  }

  assert {
    condition     = nonsensitive(alltrue([for value in values(output.values) : can(regex("^[A-Za-z0-9]+$", value))]))
    error_message = "A value has a character in it that a shell, a URL or an .env file reads amiss."
  }

  assert {
    condition = nonsensitive(length(distinct(flatten([
      for value in values(output.values) : [substr(value, 0, 48), substr(strrev(value), 0, 48)]
    ])))) == 8
    error_message = "Two values are the same, or begin or end alike."
  }

  assert {
    condition = nonsensitive(alltrue([
      for value in values(output.values) : length(distinct(split("", value))) >= 16
    ]))
    error_message = "A value is of few characters: not random."
  }
}

run "another_run_has_others" {
  module {
    source = "./tests/written"
  }

  variables {
    number = 2
  }
}

run "all_of_them_are_others" {
  module {
    source = "./tests/read"
  }

  assert {
    condition = nonsensitive(alltrue([
      for name, value in output.values : value != run.they_are_as_long_as_promised.values[name]
    ]))
    error_message = "A value is the same as that of the run before."
  }
}
