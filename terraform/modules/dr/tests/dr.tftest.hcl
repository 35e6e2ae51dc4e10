mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name         = "test"
  database_arn = "arn:aws:rds:us-east-1:123456789012:db:test"
}

run "copies_have_a_key_a_locked_vault_and_a_bucket" {
  command = apply

  assert {
    condition     = aws_db_instance_automated_backups_replication.this.source_db_instance_arn == var.database_arn
    error_message = "The database could not be restored in this region."
  }

  assert {
    condition     = aws_backup_vault_lock_configuration.this.min_retention_days == 7
    error_message = "Copies can be deleted at once."
  }

  assert {
    condition     = output.vault_arn != "" && output.bucket_arn != "" && output.key_arn != ""
    error_message = "The first region does not learn where to send copies."
  }
}
