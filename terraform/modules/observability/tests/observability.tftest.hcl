mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                 = "test"
  alert_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/alerts"
  page_emails          = ["page@example.com"]
  ticket_emails        = ["ticket@example.com", "other@example.com"]
  public_service       = "codeguardians-gateway"
  services             = { codeguardians-gateway = 2, tokenguard = 2 }
  cluster              = "test"
  load_balancer        = { arn_suffix = "app/test/0123456789abcdef", target_group_arn_suffix = "targetgroup/gw/0123456789abcdef" }
  certificate_arn      = "arn:aws:acm:us-east-1:123456789012:certificate/test"
  database             = "test"
  cache                = "test"
  cache_nodes          = 2
  backup_vault         = "test"
  restart_machine_arns = { restart = "arn:aws:states:us-east-1:123456789012:stateMachine:restart" }
}

run "silence_of_a_service_is_an_alarm" {
  command = apply

  assert {
    condition = alltrue([
      for name in ["codeguardians-gateway-tasks", "gateway-hosts", "tokenguard-tasks"] :
      aws_cloudwatch_metric_alarm.this[name].treat_missing_data == "breaching"
      && aws_cloudwatch_metric_alarm.this[name].comparison_operator == "LessThanThreshold"
    ])
    error_message = "A dead service would raise no alarm."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["tokenguard-tasks"].metric_name == "RunningTaskCount" && aws_cloudwatch_metric_alarm.this["tokenguard-tasks"].threshold == 2
    error_message = "The alarm reads another number than the tasks that run."
  }
}

run "one_outage_is_one_page" {
  command = apply

  assert {
    condition     = try(length(aws_cloudwatch_metric_alarm.errors[0].alarm_actions), 0) == 0 && try(length(aws_cloudwatch_metric_alarm.this["gateway-hosts"].alarm_actions), 0) == 0
    error_message = "Somebody would be woken twice for one thing."
  }

  assert {
    condition     = length(aws_cloudwatch_composite_alarm.unavailable[0].alarm_actions) == 1
    error_message = "Nobody would be woken at all."
  }
}

run "every_alarm_names_what_to_do" {
  command = apply

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : strcontains(alarm.alarm_description, "See docs/aws.md#")])
    error_message = "An alarm without a page of what to do."
  }
}

run "topics_are_encrypted_and_heard" {
  command = apply

  assert {
    condition     = alltrue([for topic in aws_sns_topic.this : topic.kms_master_key_id == var.alert_key_arn]) && length(aws_sns_topic_subscription.email) == 3
    error_message = "A message is readable, or reaches nobody."
  }
}

run "a_region_in_waiting_is_quiet_but_watches_its_replica" {
  command = apply

  variables {
    services            = { codeguardians-gateway = 0, tokenguard = 0 }
    database_is_replica = true
  }

  assert {
    condition     = length(aws_cloudwatch_composite_alarm.unavailable) == 0 && !contains(keys(aws_cloudwatch_metric_alarm.this), "tokenguard-tasks")
    error_message = "Somebody would be woken for what is meant to be off."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["database-replica-lag"].threshold < 3600
    error_message = "The replica may be further behind than what may be lost (1 h)."
  }
}

run "a_restart_that_fails_wakes_somebody_where_there_is_one" {
  command = apply

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["restart-failed"].alarm_actions == toset([aws_sns_topic.this["page"].arn])
    error_message = "Services would go on with a password that has changed, and nobody would know."
  }
}

run "a_share_above_one_is_refused" {
  command = plan

  variables {
    trace_ratio = 5
  }

  expect_failures = [var.trace_ratio]
}
