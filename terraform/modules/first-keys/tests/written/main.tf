# The keys as an environment uses them: handed to write-only arguments, at each number anew. Of the tests only.

terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "number" {
  type        = number
  description = "Another one writes what the keys are by then."
}

module "keys" {
  source = "../../"
}

resource "aws_secretsmanager_secret" "main" {
  #checkov:skip=CKV_AWS_149:It lives in an emulator, for the time of a test.
  #checkov:skip=CKV2_AWS_57:As above.
  name                    = "first-keys/main"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "main" {
  secret_id                = aws_secretsmanager_secret.main.id
  secret_string_wo         = module.keys.json
  secret_string_wo_version = var.number
}

resource "aws_secretsmanager_secret" "database" {
  #checkov:skip=CKV_AWS_149:It lives in an emulator, for the time of a test.
  #checkov:skip=CKV2_AWS_57:As above.
  name                    = "first-keys/database"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id                = aws_secretsmanager_secret.database.id
  secret_string_wo         = module.keys.database_password
  secret_string_wo_version = var.number
}
