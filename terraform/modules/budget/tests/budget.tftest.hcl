mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "test"
  environment = "test"
  limit_usd   = 1000
  emails      = ["money@example.com"]
}

run "people_are_told_before_the_money_is_gone" {
  command = apply

  assert {
    condition     = length(aws_budgets_budget.this.notification) == 4 && alltrue([for notice in aws_budgets_budget.this.notification : length(notice.subscriber_email_addresses) == 1])
    error_message = "A notice reaches nobody."
  }

  assert {
    condition     = anytrue([for notice in aws_budgets_budget.this.notification : notice.notification_type == "FORECASTED"])
    error_message = "The notice would come when it is too late."
  }

  assert {
    condition     = one(aws_budgets_budget.this.cost_filter).values[0] == "user:Environment$test"
    error_message = "The budget counts another environment's costs."
  }
}

run "unusual_days_are_reported_once_an_account" {
  command = apply

  variables {
    anomalies = true
  }

  assert {
    condition     = length(aws_ce_anomaly_subscription.this) == 1
    error_message = "Nobody hears of an unusual day."
  }
}

run "a_budget_that_tells_nobody_is_refused" {
  command = plan

  variables {
    emails = []
  }

  expect_failures = [var.emails]
}
