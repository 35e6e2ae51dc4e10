# A function that changes a password on a schedule, in the four steps that Secrets Manager asks for. What it changes
# it on (a cache, a database) is the caller's: its handler, its names, and what it may do there.

resource "aws_secretsmanager_secret_rotation" "this" {
  #checkov:skip=CKV_AWS_304:The scanner does not resolve `days`, which refuses more than 90.
  secret_id           = var.secret_arn
  rotation_lambda_arn = aws_lambda_function.this.arn
  rotate_immediately  = var.at_once

  rotation_rules {
    automatically_after_days = var.days
  }

  depends_on = [
    aws_iam_role_policy.this,
    aws_lambda_permission.this,
    aws_vpc_security_group_egress_rule.this,
    aws_vpc_security_group_ingress_rule.this,
  ]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 365
  kms_key_id        = var.log_key_arn
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:Secrets Manager calls, waits and tries again by itself; a dead-letter queue would never get anything.
  #checkov:skip=CKV_AWS_117:It is inside the VPC where it signs in to something there (`network`); else it calls AWS's own interfaces only.
  #checkov:skip=CKV_AWS_272:The package is built from this repository's source and compared with it by a test; there is no signing profile to check.
  #checkov:skip=CKV_AWS_173:The environment holds names and an address, no secret.
  function_name    = var.name
  description      = var.description
  role             = aws_iam_role.this.arn
  filename         = "${path.module}/function.zip"
  source_code_hash = filebase64sha256("${path.module}/function.zip")
  handler          = "${var.handler}.handle"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  timeout          = 300
  memory_size      = 256

  # Two rotations at a time would take away each other's password.
  reserved_concurrent_executions = 1

  environment {
    variables = var.environment
  }

  tracing_config {
    mode = "Active"
  }

  dynamic "vpc_config" {
    for_each = local.networks

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = [aws_security_group.this["inside"].id]
    }
  }

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}

locals {
  networks = var.network == null ? {} : { inside = var.network }
}

resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:The function is in it, by a dynamic block that the scanner does not resolve.
  for_each = local.networks

  name        = var.name
  description = "Password rotation: out to AWS and to what it signs in to"
  vpc_id      = each.value.vpc_id

  tags = { Name = var.name }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = merge([
    for key, network in local.networks : {
      aws  = { port = 443, cidr = "0.0.0.0/0", group = null } # AWS's own interfaces have no fixed addresses
      user = { port = network.port, cidr = null, group = network.security_group_id }
    }
  ]...)

  security_group_id            = aws_security_group.this["inside"].id
  description                  = each.key == "aws" ? "To AWS" : "To what it signs in to"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.group
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = local.networks

  security_group_id            = each.value.security_group_id
  description                  = "From the password rotation, which tries the new password"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = aws_security_group.this[each.key].id
}

data "aws_caller_identity" "current" {}

resource "aws_lambda_permission" "this" {
  statement_id   = "SecretsManagerRotatesThisSecret"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this.function_name
  principal      = "secretsmanager.amazonaws.com"
  source_arn     = var.secret_arn
  source_account = data.aws_caller_identity.current.account_id
}
