# The only door from the internet: HTTPS on 443. Nothing answers on 80: a redirect would come after a key was sent in
# the clear.

resource "aws_security_group" "this" {
  name        = "${var.name}-alb"
  description = "Load balancer: HTTPS from anywhere"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-alb" }
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS from anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

module "logs" {
  source = "../storage"

  bucket            = var.log_bucket
  policy_documents  = [data.aws_iam_policy_document.log_delivery.json]
  expire_after_days = var.log_retention_days
  noncurrent_days   = 7
  force_destroy     = !var.protected
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

data "aws_iam_policy_document" "log_delivery" {
  statement {
    sid       = "LoadBalancersOfThisAccountWriteLogs"
    actions   = ["s3:PutObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.log_bucket}/AWSLogs/${data.aws_caller_identity.current.account_id}/*"]

    principals {
      type        = "Service"
      identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${data.aws_partition.current.partition}:elasticloadbalancing:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:loadbalancer/*"]
    }
  }
}

resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_150:Deletion protection follows `protected`: on in production and DR, off where environments come and go.
  #checkov:skip=CKV2_AWS_28:The web ACL is attached by the waf module, which takes this load balancer's ARN.
  name                       = var.name
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.this.id]
  subnets                    = var.subnet_ids
  idle_timeout               = var.idle_timeout_s
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = var.protected

  access_logs {
    bucket  = module.logs.bucket
    enabled = true
  }
}

resource "aws_lb_target_group" "gateway" {
  #checkov:skip=CKV_AWS_378:TLS ends here; inside the VPC the way to the task is guarded by security groups on both sides.
  name_prefix          = "gw-"
  vpc_id               = var.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = var.target_port
  deregistration_delay = var.deregistration_delay_s

  # Requests differ by a thousand times in cost: the free task gets the next one.
  load_balancing_algorithm_type = "least_outstanding_requests"

  health_check {
    path                = var.health_path
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  lifecycle {
    create_before_destroy = true
  }
}
