output "name" {
  description = "Name of the service in its cluster."
  value       = aws_ecs_service.this.name
}

output "arn" {
  description = "ARN of the service."
  value       = aws_ecs_service.this.id
}

output "task_family" {
  description = "Family of its task definitions; a deployment starts from the newest revision."
  value       = aws_ecs_task_definition.this.family
}

output "security_group_id" {
  description = "Security group of its tasks."
  value       = aws_security_group.this.id
}

output "log_group" {
  description = "Log group of its tasks."
  value       = aws_cloudwatch_log_group.this.name
}
