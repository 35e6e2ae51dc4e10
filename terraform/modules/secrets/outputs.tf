output "arns" {
  description = "ARN of each secret that is here: main, database, redis, optional. Exact, so that a policy admits to these alone."
  value       = { for key, secret in aws_secretsmanager_secret.this : key => secret.arn }

  # A reader needs a value, not only a name.
  depends_on = [
    aws_secretsmanager_secret_version.database,
    aws_secretsmanager_secret_version.main,
    aws_secretsmanager_secret_version.optional,
    aws_secretsmanager_secret_version.redis,
  ]
}
