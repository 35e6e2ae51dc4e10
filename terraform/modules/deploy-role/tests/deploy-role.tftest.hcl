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
  prefix       = "codeguardians-gateway-production"
  environment  = "production"
  region       = "us-east-1"
  repository   = "example/aiguardian"
  provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  services     = ["codeguardians-gateway", "tokenguard"]
  images       = ["aiguards-gateway", "aiguards-tokenguard"]
}

run "only_a_job_in_this_environment_signs_in" {
  command = plan

  assert {
    condition = (
      one(jsondecode(data.aws_iam_policy_document.assume.json).Statement).Condition.StringEquals["token.actions.githubusercontent.com:sub"]
      == "repo:example/aiguardian:environment:production"
    )
    error_message = "A branch, a fork or another environment could deploy."
  }
}

run "only_the_services_roles_are_passed_and_only_to_tasks" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(data.aws_iam_policy_document.deploy.json).Statement : [
        for arn in statement.Resource : can(regex("^arn:aws:iam::123456789012:role/codeguardians-gateway-production-(codeguardians-gateway|tokenguard)-(execution|task)$", arn))
      ] if statement.Action == "iam:PassRole"
    ]))
    error_message = "A release could run its code with another role."
  }

  assert {
    condition = one([
      for statement in jsondecode(data.aws_iam_policy_document.deploy.json).Statement :
      statement.Condition.StringEquals["iam:PassedToService"] if statement.Action == "iam:PassRole"
    ]) == "ecs-tasks.amazonaws.com"
    error_message = "A role could be passed to something else than a task."
  }
}

run "nothing_but_reading_and_registering_is_allowed_everywhere" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(data.aws_iam_policy_document.deploy.json).Statement : [
        for action in flatten([statement.Action]) : contains([
          "cloudwatch:DescribeAlarms",
          "ecr:GetAuthorizationToken",
          "ecs:DescribeTaskDefinition",
          "ecs:DescribeTasks",
          "ecs:ListTaskDefinitions",
          "ecs:ListTasks",
          "ecs:RegisterTaskDefinition",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
        ], action)
      ] if jsonencode(statement.Resource) == jsonencode("*")
    ]))
    error_message = "The role may change what is not its own."
  }
}

run "a_repository_with_a_wildcard_is_refused" {
  command = plan

  variables {
    repository = "example/*"
  }

  expect_failures = [var.repository]
}
