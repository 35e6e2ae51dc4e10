output "rotation_id" {
  description = "The schedule: whoever needs a password that only a rotation makes waits for it."
  value       = aws_secretsmanager_secret_rotation.this.id
}

output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}
