mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name          = "test"
  key_arn       = "arn:aws:kms:us-east-1:123456789012:key/data"
  topic_arn     = "arn:aws:sns:us-east-1:123456789012:ticket"
  resource_arns = ["arn:aws:rds:us-east-1:123456789012:db:test", "arn:aws:s3:::test-documents"]
}

run "days_and_months_are_kept_and_locked" {
  command = apply

  assert {
    condition     = length(aws_backup_plan.this.rule) == 2 && aws_backup_vault_lock_configuration.this.min_retention_days == 7
    error_message = "Backups are missing, or can be deleted at once."
  }

  assert {
    condition     = length(aws_backup_selection.this.resources) == 2
    error_message = "Something is not backed up."
  }

  assert {
    condition     = contains(aws_backup_vault_notifications.this.backup_vault_events, "BACKUP_JOB_FAILED")
    error_message = "A backup could fail in silence."
  }
}

run "each_backup_has_a_copy_elsewhere" {
  command = apply

  variables {
    copy_to_vault_arn = "arn:aws:backup:us-west-2:123456789012:backup-vault:copies"
  }

  assert {
    condition     = alltrue([for rule in aws_backup_plan.this.rule : one(rule.copy_action).destination_vault_arn == var.copy_to_vault_arn])
    error_message = "A backup would be lost with its region."
  }
}

run "a_plan_for_nothing_is_refused" {
  command = plan

  variables {
    resource_arns = []
  }

  expect_failures = [var.resource_arns]
}

run "a_lock_at_once_is_refused" {
  command = plan

  variables {
    lock_changeable_days = 1
  }

  expect_failures = [var.lock_changeable_days]
}
