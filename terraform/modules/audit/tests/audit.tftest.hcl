mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name    = "test"
  bucket  = "test-audit-123456789012"
  key_arn = "arn:aws:kms:us-east-1:123456789012:key/audit"
  trail   = true
  emails  = ["security@example.com"]
}

run "the_trail_covers_all_regions_and_proves_itself" {
  command = apply

  assert {
    condition     = aws_cloudtrail.this[0].is_multi_region_trail && aws_cloudtrail.this[0].enable_log_file_validation && aws_cloudtrail.this[0].kms_key_id == var.key_arn
    error_message = "Something would not be recorded, or could be changed unseen."
  }

  assert {
    condition     = aws_config_configuration_recorder_status.this.is_enabled && length(aws_config_config_rule.this) == length(local.rules)
    error_message = "Changes are not recorded."
  }

  assert {
    condition     = aws_guardduty_detector.this.enable && length(aws_sns_topic_subscription.findings) == 1
    error_message = "Nobody looks for attacks, or nobody hears of them."
  }
}

run "a_second_region_has_no_trail_of_its_own" {
  command = apply

  variables {
    trail = false
  }

  assert {
    condition     = length(aws_cloudtrail.this) == 0 && output.trail_arn == null
    error_message = "Two trails record everything twice, and cost twice."
  }

  assert {
    condition     = !aws_config_configuration_recorder.this.recording_group[0].include_global_resource_types
    error_message = "Roles and users would be recorded twice."
  }
}

run "records_of_a_week_are_refused" {
  command = plan

  variables {
    retention_days = 7
  }

  expect_failures = [var.retention_days]
}
