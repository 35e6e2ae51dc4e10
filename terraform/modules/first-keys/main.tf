# Random values that exist only while Terraform runs: never in a plan, never in a state. A module of its own, called by
# each environment, because Terraform's tests can give a value to a variable and not yet to an ephemeral resource: the
# stack's tests hand values in, and this module's run against an emulated AWS (`make terraform`).

ephemeral "aws_secretsmanager_random_password" "secret_key" {
  password_length     = 96
  exclude_punctuation = true
}

ephemeral "aws_secretsmanager_random_password" "api_key" {
  password_length     = 48
  exclude_punctuation = true
}

ephemeral "aws_secretsmanager_random_password" "metrics_key" {
  password_length     = 48
  exclude_punctuation = true
}

ephemeral "aws_secretsmanager_random_password" "database" {
  password_length     = 64
  exclude_punctuation = true
}
