# Two roles a service. The execution role is ECS's: it pulls this image, reads these secrets, writes this log.
# The task role is the program's: it has what the program itself calls, and for most services that is nothing.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role" "execution" {
  for_each = var.services

  name               = "${var.name}-${each.key}-execution"
  description        = "ECS, to start ${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role" "task" {
  for_each = var.services

  name               = "${var.name}-${each.key}-task"
  description        = "The program in ${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "execution" {
  for_each = var.services

  #checkov:skip=CKV_AWS_356:ecr:GetAuthorizationToken knows no resource; it gives a token, not access to an image.
  statement {
    sid       = "Token"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid       = "ThisImage"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [each.value.repository_arn]
  }

  # GuardDuty puts its own agent beside each task; its image lies in an account of AWS, another one in each region.
  statement {
    sid       = "GuardDutysAgent"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = ["arn:${data.aws_partition.current.partition}:ecr:${data.aws_region.current.name}:*:repository/aws-guardduty-agent-fargate"]
  }

  statement {
    sid       = "ThisLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${each.value.log_group_arn}:*"]
  }

  # Only where ECS hands the service a secret.
  dynamic "statement" {
    for_each = length(each.value.injected_secret_arns) > 0 ? [1] : []

    content {
      sid       = "TheseSecrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = values(each.value.injected_secret_arns)
    }
  }

  dynamic "statement" {
    for_each = length(each.value.injected_secret_arns) > 0 ? [1] : []

    content {
      sid       = "TheirKeys"
      actions   = ["kms:Decrypt"]
      resources = var.secret_key_arns

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${data.aws_region.current.name}.amazonaws.com"]
      }
    }
  }
}

resource "aws_iam_role_policy" "execution" {
  for_each = var.services

  name   = "start"
  role   = aws_iam_role.execution[each.key].id
  policy = data.aws_iam_policy_document.execution[each.key].json
}

locals {
  readers = { for name, service in var.services : name => service if length(service.read_secret_arns) > 0 }
  writers = { for name, service in var.services : name => service if length(service.bucket_arns) > 0 }
  traced  = { for name, service in var.services : name => service if service.traced }
}

data "aws_iam_policy_document" "secrets" {
  for_each = local.readers

  statement {
    sid       = "TheseSecrets"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    resources = values(each.value.read_secret_arns)
  }

  statement {
    sid       = "TheirKeys"
    actions   = ["kms:Decrypt"]
    resources = var.secret_key_arns

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${data.aws_region.current.name}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "secrets" {
  for_each = local.readers

  name   = "read-secrets"
  role   = aws_iam_role.task[each.key].id
  policy = data.aws_iam_policy_document.secrets[each.key].json
}

data "aws_iam_policy_document" "documents" {
  for_each = local.writers

  statement {
    sid       = "TheseBuckets"
    actions   = ["s3:ListBucket"]
    resources = values(each.value.bucket_arns)
  }

  statement {
    sid       = "TheirObjects"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = [for arn in values(each.value.bucket_arns) : "${arn}/*"]
  }

  statement {
    sid       = "TheirKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.bucket_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${data.aws_region.current.name}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "documents" {
  for_each = local.writers

  name   = "documents"
  role   = aws_iam_role.task[each.key].id
  policy = data.aws_iam_policy_document.documents[each.key].json
}

data "aws_iam_policy_document" "traces" {
  #checkov:skip=CKV_AWS_111:X-Ray's segments belong to no resource; AWS documents "*".
  #checkov:skip=CKV_AWS_356:As above.
  statement {
    sid = "Traces"
    actions = [
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "traces" {
  for_each = local.traced

  name   = "traces"
  role   = aws_iam_role.task[each.key].id
  policy = data.aws_iam_policy_document.traces.json
}
