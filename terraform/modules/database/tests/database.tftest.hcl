mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                  = "test"
  vpc_id                = "vpc-1"
  subnet_ids            = ["subnet-1", "subnet-2", "subnet-3"]
  key_arn               = "arn:aws:kms:us-east-1:123456789012:key/data"
  log_key_arn           = "arn:aws:kms:us-east-1:123456789012:key/logs"
  instance_class        = "db.m7g.large"
  multi_az              = true
  backup_retention_days = 35
  protected             = true
  first_password        = "made up for this test"
  has_password          = true
  secret_arn            = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test/database-AbCdEf"
}

run "it_is_encrypted_private_doubled_and_backed_up" {
  command = apply

  assert {
    condition     = aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible && aws_db_instance.this.multi_az
    error_message = "The database is readable, reachable or alone."
  }

  assert {
    condition     = aws_db_instance.this.backup_retention_period == 35 && aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot
    error_message = "The database can be lost."
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "rds.force_ssl"]) == "1"
    error_message = "A client could speak without TLS."
  }
}

# RDS makes no replica of a PostgreSQL whose password it keeps by itself.
run "its_password_is_written_once_and_kept_by_nobody_here" {
  command = apply

  assert {
    condition     = aws_db_instance.this.password == null && aws_db_instance.this.password_wo == null && aws_db_instance.this.password_wo_version == 1
    error_message = "A password would be in the state."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password == null
    error_message = "RDS would refuse a replica of this database in the second region."
  }
}

run "its_password_changes_on_a_schedule" {
  command = apply

  assert {
    condition     = module.rotation[0].function_name == "test-database-rotation"
    error_message = "The first password would stay for ever."
  }
}

run "a_replica_follows_its_primary" {
  command = apply

  variables {
    replica_of   = "arn:aws:rds:us-east-1:123456789012:db:production"
    has_password = false
  }

  assert {
    condition     = aws_db_instance.this.replicate_source_db == var.replica_of && aws_db_instance.this.password_wo_version == null
    error_message = "A replica has the primary's users and no password of its own."
  }

  assert {
    condition     = length(module.rotation) == 0
    error_message = "Two regions would change one password."
  }
}

run "a_promoted_replica_keeps_its_password" {
  command = apply

  variables {
    has_password = false
  }

  assert {
    condition     = aws_db_instance.this.replicate_source_db == null && aws_db_instance.this.password_wo_version == null && length(module.rotation) == 0
    error_message = "The second region would change a password that the first one's secret says."
  }
}

run "a_replica_with_a_password_of_its_own_is_refused" {
  command = plan

  variables {
    replica_of = "arn:aws:rds:us-east-1:123456789012:db:production"
  }

  expect_failures = [var.has_password]
}

run "an_old_major_is_refused" {
  command = plan

  variables {
    engine_version = "13.7"
  }

  expect_failures = [var.engine_version]
}

run "no_backups_are_refused" {
  command = plan

  variables {
    backup_retention_days = 0
  }

  expect_failures = [var.backup_retention_days]
}
