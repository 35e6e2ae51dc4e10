output "arn" {
  description = "ARN of the instance."
  value       = aws_db_instance.this.arn
}

output "identifier" {
  description = "Identifier of the instance, as CloudWatch names it."
  value       = aws_db_instance.this.identifier
}

output "host" {
  description = "Address of the instance."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Port of the instance."
  value       = aws_db_instance.this.port
}

output "database" {
  description = "Name of the database."
  value       = var.database
}

output "username" {
  description = "Name of the user."
  value       = var.username
}

output "password_secret_arn" {
  description = "Secret that RDS keeps the password in, under the key `password`; null where there is none."
  value       = !local.keeps ? null : aws_db_instance.this.master_user_secret[0].secret_arn
}

output "security_group_id" {
  description = "Security group of the instance; rules that admit services go here."
  value       = aws_security_group.this.id
}
