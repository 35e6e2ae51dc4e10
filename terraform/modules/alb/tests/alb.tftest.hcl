mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                   = "test"
  vpc_id                 = "vpc-1"
  subnet_ids             = ["subnet-1", "subnet-2", "subnet-3"]
  domain_name            = "api.example.com"
  zone_id                = "Z0000000000000"
  target_port            = 8000
  health_path            = "/health/ready"
  idle_timeout_s         = 310
  deregistration_delay_s = 60
  log_bucket             = "test-alb-123456789012"
  protected              = true
}

run "https_only_and_logged" {
  command = apply

  assert {
    condition     = aws_lb_listener.https.protocol == "HTTPS" && startswith(aws_lb_listener.https.ssl_policy, "ELBSecurityPolicy-TLS13")
    error_message = "The listener speaks old TLS, or none."
  }

  assert {
    condition     = aws_lb.this.access_logs[0].enabled && aws_lb.this.drop_invalid_header_fields && aws_lb.this.enable_deletion_protection
    error_message = "The load balancer is not logged, lets broken headers in, or can be deleted."
  }
}

run "metrics_and_documentation_are_not_public" {
  command = apply

  assert {
    condition     = length(setsubtract(["/metrics", "/docs", "/openapi.json"], one(aws_lb_listener_rule.not_public.condition).path_pattern[0].values)) == 0
    error_message = "A path is public that should not be."
  }

  assert {
    condition     = aws_lb_listener_rule.not_public.action[0].fixed_response[0].status_code == "404"
    error_message = "A private path must look like one that does not exist."
  }
}

run "only_443_is_open" {
  command = apply

  assert {
    condition     = aws_vpc_security_group_ingress_rule.https.from_port == 443 && aws_vpc_security_group_ingress_rule.https.to_port == 443
    error_message = "Another port is open."
  }
}

run "a_long_name_is_refused" {
  command = plan

  variables {
    name = "a-name-of-more-than-thirty-two-letters"
  }

  expect_failures = [var.name]
}

run "six_paths_are_too_many_for_a_rule" {
  command = plan

  variables {
    private_paths = ["/1", "/2", "/3", "/4", "/5", "/6"]
  }

  expect_failures = [var.private_paths]
}
