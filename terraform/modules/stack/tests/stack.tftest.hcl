# The whole of an environment, wired, with nothing behind the provider.

mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  first_database_password = "made up for this test"

  first_keys         = "{\"SECRET_KEY\": \"made up for this test\"}"
  name               = "codeguardians-gateway-test"
  environment        = "production"
  cidr               = "10.9.0.0/16"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  nat_per_zone       = true
  private_endpoints  = true
  domain_name        = "api.example.com"
  zone_id            = "Z0000000000000"
  log_retention_days = 365
  page_emails        = ["page@example.com"]
  ticket_emails      = ["ticket@example.com"]
  protected          = true
  database           = { instance_class = "db.m7g.large", multi_az = true, backup_retention_days = 35 }
  cache              = { node_type = "cache.t4g.small", nodes = 2 }
  tasks              = { least = 2 }
  images = {
    codeguardians-gateway = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
    tokenguard            = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
    trustguard            = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
    contextguard          = "sha256:3333333333333333333333333333333333333333333333333333333333333333"
    biasguard             = "sha256:4444444444444444444444444444444444444444444444444444444444444444"
    securityguard         = "sha256:5555555555555555555555555555555555555555555555555555555555555555"
    healthguard           = "sha256:6666666666666666666666666666666666666666666666666666666666666666"
  }
}

run "every_service_of_the_catalogue_runs" {
  command = apply

  assert {
    condition = output.services == sort([
      for service in jsondecode(file("../../../deploy/services.json")).services : service.name
    ])
    error_message = "The cluster's services are not the catalogue's."
  }

  assert {
    condition     = alltrue([for capacity in values(local.capacity) : capacity.min >= 2])
    error_message = "A service has fewer tasks than asked for."
  }

  assert {
    condition = local.environment.gateway["TRUSTGUARD_URL"] == "http://trustguard:${local.catalogue["trustguard"].port}"

    error_message = "The gateway looks for a guard elsewhere than where it listens."
  }

  # A guard is called by the gateway alone.
  assert {
    condition = alltrue([
      for name in keys(local.guards) : [
        for key, connection in local.connections : key if connection.port == local.guards[name].port
      ] == ["gateway to ${name}"]
    ])
    error_message = "A guard's port is open to somebody else than the gateway."
  }

  assert {
    condition     = local.idle_timeout_s > 300 && local.drain_s > local.deregistration_delay_s
    error_message = "The load balancer would cut what the gateway still works on."
  }

  assert {
    condition     = tonumber(local.environment.gateway["AIGUARDIAN_KEEP_ALIVE_S"]) > local.idle_timeout_s
    error_message = "The gateway would close connections that the load balancer still sends into."
  }

  assert {
    condition     = local.leave_s > 0 && local.leave_s + local.drain_s < 120
    error_message = "The gateway would stop before the load balancer has let go of it, or ECS would kill it."
  }

  assert {
    condition     = local.environment.gateway["DATABASE_SSLMODE"] == "verify-full" && local.environment.gateway["DATABASE_SSLROOTCERT"] == "/opt/aiguardian/certificates/rds.pem"
    error_message = "The gateway would speak to the database in the clear if it were let."
  }

  # A guard is given the keys that the catalogue names, and can read no secret by itself.
  assert {
    condition = alltrue([
      for name in keys(local.guards) : join(",", keys(local.injected[name])) == join(",", sort(local.catalogue[name].needs.secrets)) && join(",", keys(local.injected_arns[name])) == "main"
    ])
    error_message = "A guard gets more than it needs."
  }

  assert {
    condition     = join(",", keys(aws_vpc_security_group_egress_rule.outside)) == "codeguardians-gateway"
    error_message = "A guard could send texts out."
  }

  # What changes while it runs is read by the gateway itself, again and again.
  assert {
    condition     = length(local.injected["codeguardians-gateway"]) == 0 && contains(keys(local.program_arns), "database")
    error_message = "The gateway would go on with a password that has changed."
  }

  assert {
    condition     = length(module.restart) == 0
    error_message = "The gateway is started again although it looks at its secrets by itself."
  }
}

run "a_region_in_waiting_runs_nothing_and_alarms_about_nothing" {
  command = apply

  variables {
    tasks         = { least = 0, most = 0 }
    failover_role = "SECONDARY"
    database = {
      instance_class        = "db.m7g.large"
      multi_az              = false
      backup_retention_days = 7
      replica_of            = "arn:aws:rds:us-east-1:123456789012:db:codeguardians-gateway-production"
    }
    shared_secrets = {
      name    = "codeguardians-gateway/production"
      key_arn = "arn:aws:kms:us-west-2:123456789012:key/copies"
      arns = {
        main     = "arn:aws:secretsmanager:us-west-2:123456789012:secret:codeguardians-gateway/production-AbCdEf"
        database = "arn:aws:secretsmanager:us-west-2:123456789012:secret:codeguardians-gateway/production/database-AbCdEf"
        redis    = "arn:aws:secretsmanager:us-west-2:123456789012:secret:codeguardians-gateway/production/redis-AbCdEf"
        optional = "arn:aws:secretsmanager:us-west-2:123456789012:secret:codeguardians-gateway/production/optional-AbCdEf"
      }
    }
  }

  assert {
    condition     = alltrue([for capacity in values(local.capacity) : capacity.min == 0 && capacity.max == 0])
    error_message = "Something runs in the region that waits."
  }

  assert {
    condition     = local.environment.gateway["AWS_SECRETS_NAME"] == "codeguardians-gateway/production"
    error_message = "The second region would run with other keys: everybody would be signed out."
  }

  assert {
    condition     = contains(keys(local.injected["codeguardians-gateway"]), "REDIS_URL")
    error_message = "The second region would look for the first one's cache."
  }

  assert {
    condition     = local.environment.gateway["DATABASE_HOST"] == "mock.rds.amazonaws.com"
    error_message = "The second region would look for the first one's database."
  }

  # Hand-outs and rights are those of a region that serves: IAM may not answer when it begins to.
  assert {
    condition     = join(",", keys(local.injected["codeguardians-gateway"])) == "REDIS_URL" && local.program_arns["database"] == var.shared_secrets.arns["database"]
    error_message = "To serve, the region would need something that it has not."
  }

  assert {
    condition     = length(module.restart) == 1
    error_message = "The gateway would keep the address of the cache for ever."
  }
}

run "a_region_that_serves_differs_in_no_right_from_one_that_waits" {
  command = apply

  variables {
    tasks         = { least = 2, most = 100 }
    failover_role = "SECONDARY"
    database      = { instance_class = "db.m7g.large", multi_az = true, backup_retention_days = 7 }
    shared_secrets = {
      name    = "codeguardians-gateway/production"
      key_arn = "arn:aws:kms:us-west-2:123456789012:key/copies"
      arns    = { for key in ["main", "database", "redis", "optional"] : key => "arn:aws:secretsmanager:us-west-2:123456789012:secret:${key}-AbCdEf" }
    }
  }

  assert {
    condition     = join(",", keys(local.injected["codeguardians-gateway"])) == "REDIS_URL" && join(",", keys(local.injected_arns["codeguardians-gateway"])) == "redis"
    error_message = "To serve, the region needs other rights than while it waited: IAM may not answer then."
  }
}

run "a_tag_is_no_image" {
  command = plan

  variables {
    images = { codeguardians-gateway = "latest" }
  }

  expect_failures = [var.images]
}

run "development_is_not_put_on_the_internet" {
  command = plan

  variables {
    program_environment = "development"
  }

  expect_failures = [var.program_environment]
}
