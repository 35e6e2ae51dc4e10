# Where ECS hands a service a secret, the service has it from its start on. So a rotation that succeeded starts it
# again, task after task: Secrets Manager's event -> state machine -> a new deployment of each service.

data "aws_caller_identity" "current" {}

resource "aws_cloudwatch_event_rule" "rotated" {
  name        = "${var.prefix}-secret-rotated"
  description = "A secret that services read has a new value"
  event_pattern = jsonencode({
    source      = ["aws.secretsmanager"]
    detail-type = ["AWS Service Event via CloudTrail"]
    detail = {
      eventName           = ["RotationSucceeded"]
      additionalEventData = { SecretId = var.secret_arns }
    }
  })
}

resource "aws_cloudwatch_event_target" "restart" {
  rule     = aws_cloudwatch_event_rule.rotated.name
  arn      = aws_sfn_state_machine.this.arn
  role_arn = aws_iam_role.this["start"].arn
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/vendedlogs/states/${var.prefix}-restart"
  retention_in_days = 365
  kms_key_id        = var.log_key_arn
}

resource "aws_sfn_state_machine" "this" {
  name     = "${var.prefix}-restart"
  role_arn = aws_iam_role.this["run"].arn

  definition = jsonencode({
    Comment       = "Start the services that read a rotated secret again"
    QueryLanguage = "JSONata"
    StartAt       = "EachService"
    States = {
      EachService = {
        Type           = "Map"
        Items          = var.services
        MaxConcurrency = 1
        End            = true
        ItemProcessor = {
          StartAt = "Deploy"
          States = {
            Deploy = {
              Type     = "Task"
              Resource = "arn:aws:states:::aws-sdk:ecs:updateService"
              Arguments = {
                Cluster            = var.cluster
                Service            = "{% $states.input %}"
                ForceNewDeployment = true
              }
              Output = {}
              Retry  = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 10, MaxAttempts = 3, BackoffRate = 2 }]
              End    = true
            }
          }
        }
      }
    }
  })

  logging_configuration {
    level                  = "ALL"
    include_execution_data = true # names of services; secrets are not in it
    log_destination        = "${aws_cloudwatch_log_group.this.arn}:*"
  }

  tracing_configuration {
    enabled = true
  }

  depends_on = [aws_iam_role_policy.run]
}

data "aws_iam_policy_document" "assume" {
  for_each = toset(["events.amazonaws.com", "states.amazonaws.com"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.key]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "start" {
  statement {
    actions   = ["states:StartExecution"]
    resources = [aws_sfn_state_machine.this.arn]
  }
}

data "aws_iam_policy_document" "run" {
  #checkov:skip=CKV_AWS_111:Log delivery and traces have no names to limit to; AWS documents "*" for them.
  #checkov:skip=CKV_AWS_356:As above.
  statement {
    sid       = "TheseServices"
    actions   = ["ecs:UpdateService"]
    resources = var.service_arns
  }

  statement {
    sid = "OwnLogAndTraces"
    actions = [
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "this" {
  for_each = { start = "events.amazonaws.com", run = "states.amazonaws.com" }

  name               = "${var.prefix}-restart-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume[each.value].json
}

resource "aws_iam_role_policy" "run" {
  name   = "run"
  role   = aws_iam_role.this["run"].id
  policy = data.aws_iam_policy_document.run.json
}

resource "aws_iam_role_policy" "start" {
  name   = "start"
  role   = aws_iam_role.this["start"].id
  policy = data.aws_iam_policy_document.start.json
}
