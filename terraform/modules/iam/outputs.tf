output "execution_role_arns" {
  description = "ECS's role for each service."
  value       = { for name, role in aws_iam_role.execution : name => role.arn }

  # A task that starts before its role may pull the image fails and counts as a broken deployment.
  depends_on = [aws_iam_role_policy.execution]
}

output "task_role_arns" {
  description = "The program's role for each service."
  value       = { for name, role in aws_iam_role.task : name => role.arn }

  depends_on = [aws_iam_role_policy.secrets]
}
