output "json" {
  description = "First value of the main secret: SECRET_KEY, UNIFIED_API_KEY and METRICS_KEY as JSON. Different at each run."
  ephemeral   = true
  value = jsonencode({
    SECRET_KEY      = ephemeral.aws_secretsmanager_random_password.secret_key.random_password
    METRICS_KEY     = ephemeral.aws_secretsmanager_random_password.metrics_key.random_password
    UNIFIED_API_KEY = ephemeral.aws_secretsmanager_random_password.api_key.random_password
  })
}

output "database_password" {
  description = "First password of the database's user. Different at each run."
  ephemeral   = true
  value       = ephemeral.aws_secretsmanager_random_password.database.random_password
}
