# What gives the service's user its password and changes it: two passwords are valid at a time, so nobody is cut off.

resource "aws_secretsmanager_secret_rotation" "this" {
  secret_id           = var.secret_arn
  rotation_lambda_arn = aws_lambda_function.rotation.arn
  rotate_immediately  = true

  rotation_rules {
    automatically_after_days = var.password_rotation_days
  }

  depends_on = [
    aws_iam_role_policy.rotation,
    aws_lambda_permission.rotation,
    aws_vpc_security_group_ingress_rule.rotation,
    aws_vpc_security_group_egress_rule.rotation,
  ]
}

resource "aws_security_group" "rotation" {
  name        = "${var.name}-cache-rotation"
  description = "Password rotation: out to AWS and to the cache"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-cache-rotation" }
}

resource "aws_vpc_security_group_egress_rule" "rotation" {
  for_each = {
    aws   = { port = 443, cidr = "0.0.0.0/0", group = null } # ElastiCache's API has no fixed addresses
    cache = { port = 6379, cidr = null, group = aws_security_group.this.id }
  }

  security_group_id            = aws_security_group.rotation.id
  description                  = "To ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.group
}

resource "aws_vpc_security_group_ingress_rule" "rotation" {
  security_group_id            = aws_security_group.this.id
  description                  = "Redis from the password rotation, which tries the new password"
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
  referenced_security_group_id = aws_security_group.rotation.id
}

resource "aws_cloudwatch_log_group" "rotation" {
  name              = "/aws/lambda/${var.name}-cache-rotation"
  retention_in_days = 365
  kms_key_id        = var.log_key_arn
}

resource "aws_lambda_function" "rotation" {
  #checkov:skip=CKV_AWS_116:Secrets Manager calls, waits and tries again by itself; a dead-letter queue would never get anything.
  #checkov:skip=CKV_AWS_272:The package is built from this repository's source and compared with it by a test; there is no signing profile to check.
  #checkov:skip=CKV_AWS_173:The environment holds names and an address, no secret.
  function_name    = "${var.name}-cache-rotation"
  description      = "Changes the password of the cache's user"
  role             = aws_iam_role.rotation.arn
  filename         = "${path.module}/rotation.zip"
  source_code_hash = filebase64sha256("${path.module}/rotation.zip")
  handler          = "rotation.handle"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  timeout          = 120
  memory_size      = 256

  # Two rotations of one user at a time would take away each other's password.
  reserved_concurrent_executions = 1

  environment {
    variables = {
      CACHE_HOST      = aws_elasticache_replication_group.this.primary_endpoint_address
      CACHE_PORT      = tostring(aws_elasticache_replication_group.this.port)
      CACHE_USER_ID   = aws_elasticache_user.service.user_id
      CACHE_USER_NAME = aws_elasticache_user.service.user_name
    }
  }

  tracing_config {
    mode = "Active"
  }

  vpc_config {
    subnet_ids         = var.rotation_subnet_ids
    security_group_ids = [aws_security_group.rotation.id]
  }

  depends_on = [aws_cloudwatch_log_group.rotation, aws_iam_role_policy.rotation]
}

data "aws_caller_identity" "current" {}

resource "aws_lambda_permission" "rotation" {
  statement_id   = "SecretsManagerRotatesThisSecret"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.rotation.function_name
  principal      = "secretsmanager.amazonaws.com"
  source_arn     = var.secret_arn
  source_account = data.aws_caller_identity.current.account_id
}

data "aws_iam_policy_document" "rotation_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "rotation" {
  #checkov:skip=CKV_AWS_111:The network interfaces of a function and its traces have no names to limit to; AWS documents "*" for them.
  #checkov:skip=CKV_AWS_356:As above.
  statement {
    sid = "ThisSecret"
    actions = [
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage",
    ]
    resources = [var.secret_arn]
  }

  statement {
    sid       = "RandomPassword"
    actions   = ["secretsmanager:GetRandomPassword"]
    resources = ["*"]
  }

  statement {
    sid       = "ThisUser"
    actions   = ["elasticache:DescribeUsers", "elasticache:ModifyUser"]
    resources = [aws_elasticache_user.service.arn]
  }

  statement {
    sid       = "ThisKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.key_arn]
  }

  statement {
    sid       = "OwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.rotation.arn}:*"]
  }

  statement {
    sid = "OwnInterfacesAndTraces"
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "rotation" {
  name               = "${var.name}-cache-rotation"
  assume_role_policy = data.aws_iam_policy_document.rotation_assume.json
}

resource "aws_iam_role_policy" "rotation" {
  name   = "rotate"
  role   = aws_iam_role.rotation.id
  policy = data.aws_iam_policy_document.rotation.json
}
