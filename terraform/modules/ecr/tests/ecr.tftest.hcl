mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  repositories = ["aiguards-gateway", "aiguards-tokenguard"]
  key_arn      = "arn:aws:kms:us-east-1:123456789012:key/images"
}

run "tags_are_fixed_and_images_are_scanned_and_encrypted" {
  command = apply

  assert {
    condition = alltrue([
      for repository in aws_ecr_repository.this :
      repository.image_tag_mutability == "IMMUTABLE"
      && repository.image_scanning_configuration[0].scan_on_push
      && repository.encryption_configuration[0].encryption_type == "KMS"
    ])
    error_message = "A tag could be moved, or an image goes in unseen."
  }

  assert {
    condition     = length(aws_ecr_lifecycle_policy.this) == 2
    error_message = "A repository would grow for ever."
  }

  assert {
    condition     = length(aws_ecr_replication_configuration.this) == 0
    error_message = "Nobody asked for copies."
  }
}

run "another_region_gets_every_image" {
  command = apply

  variables {
    replica_region = "us-west-2"
  }

  assert {
    condition     = length(aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[0].repository_filter) == 2
    error_message = "An image is missing where it will be needed."
  }
}

run "too_few_to_roll_back_to_is_refused" {
  command = plan

  variables {
    kept_images = 1
  }

  expect_failures = [var.kept_images]
}

run "an_upper_case_name_is_refused" {
  command = plan

  variables {
    repositories = ["AIGuards"]
  }

  expect_failures = [var.repositories]
}
