# What is worth waking somebody for goes to the page topic; what can wait for the morning goes to the ticket topic.
# Every alarm's description names its section of docs/aws.md.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

resource "aws_sns_topic" "this" {
  for_each = { page = "Somebody must act now", ticket = "Somebody must act this week" }

  name              = "${var.name}-${each.key}"
  display_name      = each.value
  kms_master_key_id = var.alert_key_arn
}

data "aws_iam_policy_document" "topic" {
  for_each = aws_sns_topic.this

  statement {
    sid       = "AlarmsAndEventsOfThisAccount"
    actions   = ["sns:Publish"]
    resources = [each.value.arn]

    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com", "budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  for_each = aws_sns_topic.this

  arn    = each.value.arn
  policy = data.aws_iam_policy_document.topic[each.key].json
}

resource "aws_sns_topic_subscription" "email" {
  for_each = merge([
    for topic, addresses in { page = var.page_emails, ticket = var.ticket_emails } : {
      for address in addresses : "${topic}/${address}" => { topic = topic, address = address }
    }
  ]...)

  topic_arn = aws_sns_topic.this[each.value.topic].arn
  protocol  = "email"
  endpoint  = each.value.address
}

# A share is enough for steady traffic; the first request of each second shows what is rare.
resource "aws_xray_sampling_rule" "this" {
  rule_name      = substr(var.name, 0, 32)
  priority       = 1000
  version        = 1
  reservoir_size = 1
  fixed_rate     = var.trace_ratio
  host           = "*"
  http_method    = "*"
  url_path       = "*"
  service_name   = var.public_service
  service_type   = "*"
  resource_arn   = "*"
}

# A rotation that fails is silent until the old password is taken away.
resource "aws_cloudwatch_event_rule" "rotation_failed" {
  name        = "${var.name}-rotation-failed"
  description = "A secret could not be rotated. See docs/aws.md#rotation-failed"
  event_pattern = jsonencode({
    source      = ["aws.secretsmanager"]
    detail-type = ["AWS Service Event via CloudTrail"]
    detail      = { eventName = ["RotationAbandoned", "RotationFailed"] }
  })
}

resource "aws_cloudwatch_event_target" "rotation_failed" {
  rule = aws_cloudwatch_event_rule.rotation_failed.name
  arn  = aws_sns_topic.this["ticket"].arn
}
