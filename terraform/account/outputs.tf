output "repository_urls" {
  description = "Address of each image's repository."
  value       = module.ecr.repository_urls
}

output "trail_arn" {
  description = "ARN of the account's trail."
  value       = module.audit.trail_arn
}
