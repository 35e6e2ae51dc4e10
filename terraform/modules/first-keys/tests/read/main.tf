# What was written, read back as somebody else would: with a state of its own, which only a test may have.

terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

data "aws_secretsmanager_secret_version" "main" {
  secret_id = "first-keys/main"
}

data "aws_secretsmanager_secret_version" "database" {
  secret_id = "first-keys/database"
}

output "values" {
  description = "Every value by its name."
  sensitive   = true
  value = merge(
    jsondecode(data.aws_secretsmanager_secret_version.main.secret_string),
    { database = data.aws_secretsmanager_secret_version.database.secret_string },
  )
}
