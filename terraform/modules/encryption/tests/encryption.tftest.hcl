mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "test"
  description = "Tests"
}

run "the_key_turns_by_itself" {
  command = apply

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "The key must rotate, and leave a month to think again."
  }

  assert {
    condition     = aws_kms_alias.this.name == "alias/test"
    error_message = "The key is not found under its name."
  }
}

run "a_name_with_a_space_is_refused" {
  command = plan

  variables {
    name = "two words"
  }

  expect_failures = [var.name]
}

run "a_day_is_too_short_to_think_again" {
  command = plan

  variables {
    deletion_window_days = 1
  }

  expect_failures = [var.deletion_window_days]
}
