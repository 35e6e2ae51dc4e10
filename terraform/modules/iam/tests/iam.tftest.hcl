# The real provider, which writes policies without asking AWS; only who we are is made up.

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

variables {
  name            = "test"
  secret_key_arns = ["arn:aws:kms:us-east-1:123456789012:key/data", "arn:aws:kms:us-east-1:123456789012:key/copies"]
  bucket_key_arn  = "arn:aws:kms:us-east-1:123456789012:key/data"
  services = {
    codeguardians-gateway = {
      repository_arn       = "arn:aws:ecr:us-east-1:123456789012:repository/aiguards-gateway"
      log_group_arn        = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/test/codeguardians-gateway"
      injected_secret_arns = { redis = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test/redis-AbCdEf" }
      read_secret_arns     = { main = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test-AbCdEf" }
      bucket_arns          = { documents = "arn:aws:s3:::documents" }
      traced               = true
    }
    tokenguard = {
      repository_arn       = "arn:aws:ecr:us-east-1:123456789012:repository/aiguards-tokenguard"
      log_group_arn        = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/test/tokenguard"
      injected_secret_arns = { main = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test-AbCdEf" }
      read_secret_arns     = {}
    }
  }
}

run "each_service_has_two_roles_of_its_own" {
  command = plan

  assert {
    condition     = length(aws_iam_role.execution) == 2 && length(aws_iam_role.task) == 2
    error_message = "Two services share a role."
  }
}

run "a_guard_can_call_nothing" {
  command = plan

  assert {
    condition = !anytrue([
      for policies in [aws_iam_role_policy.secrets, aws_iam_role_policy.documents, aws_iam_role_policy.traces] :
      contains(keys(policies), "tokenguard")
    ])
    error_message = "A guard's program has rights that it does not need."
  }
}

run "ecs_reads_the_secrets_of_this_service_and_no_other" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(data.aws_iam_policy_document.execution["tokenguard"].json).Statement :
      statement.Resource if statement.Sid == "TheseSecrets"
    ]) == "arn:aws:secretsmanager:us-east-1:123456789012:secret:test-AbCdEf"
    error_message = "ECS could read another service's secret."
  }

  assert {
    condition = one([
      for statement in jsondecode(data.aws_iam_policy_document.execution["tokenguard"].json).Statement :
      statement.Resource if statement.Sid == "ThisImage"
    ]) == "arn:aws:ecr:us-east-1:123456789012:repository/aiguards-tokenguard"
    error_message = "ECS could start another service's image under this role."
  }
}

run "keys_open_secrets_and_documents_and_nothing_else" {
  command = plan

  assert {
    condition = alltrue([
      for statement in concat(
        jsondecode(data.aws_iam_policy_document.execution["tokenguard"].json).Statement,
        jsondecode(data.aws_iam_policy_document.secrets["codeguardians-gateway"].json).Statement,
        jsondecode(data.aws_iam_policy_document.documents["codeguardians-gateway"].json).Statement,
      ) : can(regex("^(secretsmanager|s3)[.]us-east-1[.]amazonaws[.]com$", statement.Condition.StringEquals["kms:ViaService"]))
      if anytrue([for action in flatten([statement.Action]) : startswith(action, "kms:")])
    ])
    error_message = "A role could use the key on the database's or the logs' data, too."
  }

  assert {
    condition = length(one([
      for statement in jsondecode(data.aws_iam_policy_document.secrets["codeguardians-gateway"].json).Statement :
      statement.Resource if statement.Sid == "TheirKeys"
    ])) == 2
    error_message = "The copies of another region's secrets could not be opened."
  }
}

run "who_is_handed_no_secret_has_no_right_to_one" {
  command = plan

  variables {
    services = {
      codeguardians-gateway = {
        repository_arn       = "arn:aws:ecr:us-east-1:123456789012:repository/aiguards-gateway"
        log_group_arn        = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/test/codeguardians-gateway"
        injected_secret_arns = {}
        read_secret_arns     = { main = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test-AbCdEf" }
      }
    }
  }

  assert {
    condition = !anytrue([
      for statement in jsondecode(data.aws_iam_policy_document.execution["codeguardians-gateway"].json).Statement :
      contains(["TheseSecrets", "TheirKeys"], statement.Sid)
    ])
    error_message = "ECS could read a secret that it hands to nobody."
  }
}

run "only_ecs_tasks_of_this_account_take_on_a_role" {
  command = plan

  assert {
    condition = (
      one(jsondecode(data.aws_iam_policy_document.assume.json).Statement).Principal.Service == "ecs-tasks.amazonaws.com"
      && one(jsondecode(data.aws_iam_policy_document.assume.json).Statement).Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    )
    error_message = "Another account's tasks could take on the role."
  }
}

run "a_wildcard_secret_is_refused" {
  command = plan

  variables {
    services = {
      tokenguard = {
        repository_arn       = "arn:aws:ecr:us-east-1:123456789012:repository/aiguards-tokenguard"
        log_group_arn        = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/test/tokenguard"
        injected_secret_arns = { main = "arn:aws:secretsmanager:us-east-1:123456789012:secret:codeguardians-gateway/production*" }
        read_secret_arns     = {}
      }
    }
  }

  expect_failures = [var.services]
}
