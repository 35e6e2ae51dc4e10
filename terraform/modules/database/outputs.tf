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

output "resource_id" {
  description = "AWS's id of this very instance: another one under the same name has another, and another first password."
  value       = aws_db_instance.this.resource_id
}

output "security_group_id" {
  description = "Security group of the instance; rules that admit services go here."
  value       = aws_security_group.this.id
}
