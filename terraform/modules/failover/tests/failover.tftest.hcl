mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  domain_name   = "api.example.com"
  zone_id       = "Z0000000000000"
  health_path   = "/health/ready"
  load_balancer = { dns_name = "lb.us-east-1.elb.amazonaws.com", zone_id = "Z35SXDOTRQ7X7K" }
}

run "one_region_has_a_plain_record" {
  command = apply

  assert {
    condition     = length(aws_route53_record.this.failover_routing_policy) == 0 && length(aws_route53_health_check.this) == 0
    error_message = "A record that fails over needs a second region."
  }
}

run "the_first_region_is_watched_under_its_own_name" {
  command = apply

  variables {
    role = "PRIMARY"
  }

  assert {
    condition     = aws_route53_health_check.this[0].fqdn == var.load_balancer.dns_name && aws_route53_health_check.this[0].type == "HTTPS"
    error_message = "The health check would follow the failover and find the other region."
  }

  assert {
    condition     = aws_route53_record.this.failover_routing_policy[0].type == "PRIMARY" && aws_route53_record.this.set_identifier == "primary"
    error_message = "The record is not the first of two."
  }
}

run "the_second_region_waits" {
  command = apply

  variables {
    role = "SECONDARY"
  }

  assert {
    condition     = length(aws_route53_health_check.this) == 0 && aws_route53_record.this.failover_routing_policy[0].type == "SECONDARY"
    error_message = "The record is not the second of two."
  }
}

run "a_third_role_is_refused" {
  command = plan

  variables {
    role = "TERTIARY"
  }

  expect_failures = [var.role]
}
