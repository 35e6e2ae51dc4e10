mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  bucket  = "test-documents-123456789012"
  key_arn = "arn:aws:kms:us-east-1:123456789012:key/data"
}

run "it_is_closed_encrypted_and_keeps_versions" {
  command = apply

  assert {
    condition = (
      aws_s3_bucket_public_access_block.this.block_public_acls
      && aws_s3_bucket_public_access_block.this.block_public_policy
      && aws_s3_bucket_public_access_block.this.ignore_public_acls
      && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    )
    error_message = "The bucket could become public."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "Objects are not encrypted with our key."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "What is deleted would be gone."
  }

  assert {
    condition     = length(aws_s3_bucket_replication_configuration.this) == 0 && length(aws_iam_role.replication) == 0
    error_message = "A role is left over that nobody asked for."
  }
}

run "a_copy_goes_to_another_region_with_its_key" {
  command = apply

  variables {
    replica = { bucket_arn = "arn:aws:s3:::copy", key_arn = "arn:aws:kms:us-west-2:123456789012:key/copy" }
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this["replica"].rule[0].destination[0].encryption_configuration[0].replica_kms_key_id == var.replica.key_arn
    error_message = "The copy would not be encrypted with the other region's key."
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this["replica"].rule[0].destination[0].replication_time[0].time[0].minutes == 15
    error_message = "The copy has no promised time."
  }
}

run "a_copy_without_a_key_is_refused" {
  command = plan

  variables {
    key_arn = null
    replica = { bucket_arn = "arn:aws:s3:::copy", key_arn = "arn:aws:kms:us-west-2:123456789012:key/copy" }
  }

  expect_failures = [var.replica]
}

run "a_name_with_capitals_is_refused" {
  command = plan

  variables {
    bucket = "Documents"
  }

  expect_failures = [var.bucket]
}

run "cheaper_storage_after_a_day_is_refused" {
  command = plan

  variables {
    infrequent_after_days = 1
  }

  expect_failures = [var.infrequent_after_days]
}
