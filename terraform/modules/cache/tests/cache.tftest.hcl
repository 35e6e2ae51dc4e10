mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                = "test"
  vpc_id              = "vpc-1"
  subnet_ids          = ["subnet-1", "subnet-2", "subnet-3"]
  rotation_subnet_ids = ["subnet-4", "subnet-5", "subnet-6"]
  key_arn             = "arn:aws:kms:us-east-1:123456789012:key/data"
  log_key_arn         = "arn:aws:kms:us-east-1:123456789012:key/logs"
  node_type           = "cache.t4g.small"
  nodes               = 2
  secret_arn          = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test/redis-AbCdEf"
}

run "it_is_encrypted_signed_in_to_and_doubled" {
  command = apply

  assert {
    condition = (
      aws_elasticache_replication_group.this.transit_encryption_enabled
      && aws_elasticache_replication_group.this.transit_encryption_mode == "required"
      && tobool(aws_elasticache_replication_group.this.at_rest_encryption_enabled)
    )
    error_message = "The cache is readable on the way or at rest."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.automatic_failover_enabled && aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "The loss of one node would be the loss of the cache."
  }

  assert {
    condition     = length(aws_elasticache_replication_group.this.user_group_ids) == 1 && aws_elasticache_replication_group.this.auth_token == null
    error_message = "Anybody in the network could use the cache, or a token would be in the state."
  }

  assert {
    condition     = startswith(aws_elasticache_user.default.access_string, "off ")
    error_message = "Whoever does not sign in could do something."
  }
}

run "its_password_is_made_by_a_rotation" {
  command = apply

  assert {
    condition     = module.rotation.function_name == "test-cache-rotation" && aws_elasticache_user.service.passwords == null
    error_message = "The user has no password, or one in the state."
  }

  assert {
    condition     = endswith(output.url_secret, ":url::")
    error_message = "A container gets more than the address."
  }
}

run "one_node_can_not_fail_over" {
  command = apply

  variables {
    nodes = 1
  }

  assert {
    condition     = !aws_elasticache_replication_group.this.automatic_failover_enabled
    error_message = "ElastiCache refuses failover for one node."
  }
}

run "a_database_size_is_refused" {
  command = plan

  variables {
    node_type = "db.t4g.small"
  }

  expect_failures = [var.node_type]
}
