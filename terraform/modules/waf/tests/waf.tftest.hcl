mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name              = "test"
  load_balancer_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/test/0123456789abcdef"
  log_key_arn       = "arn:aws:kms:us-east-1:123456789012:key/logs"
}

run "texts_to_be_judged_get_through" {
  command = apply

  assert {
    condition = alltrue([
      for name in ["CrossSiteScripting_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "SizeRestrictions_BODY"] :
      contains(local.managed["AWSManagedRulesCommonRuleSet"].only_count, name)
    ])
    error_message = "WAF would block the attacks that callers send to be judged."
  }
}

run "one_address_can_not_send_without_end" {
  command = apply

  assert {
    condition     = one([for rule in aws_wafv2_web_acl.this.rule : rule.statement[0].rate_based_statement[0].limit if rule.priority == 1]) == 6000
    error_message = "There is no bound on one address."
  }
}

run "no_key_is_logged" {
  command = apply

  assert {
    condition = length(setsubtract(["authorization", "x-api-key"], flatten([
      for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : [for header in field.single_header : header.name]
    ]))) == 0
    error_message = "A caller's key would be in the log."
  }

  assert {
    condition     = startswith(aws_cloudwatch_log_group.this.name, "aws-waf-logs-")
    error_message = "WAF refuses to write to a group of another name."
  }
}

run "a_limit_below_ten_is_refused" {
  command = plan

  variables {
    requests_per_5_minutes = 5
  }

  expect_failures = [var.requests_per_5_minutes]
}
