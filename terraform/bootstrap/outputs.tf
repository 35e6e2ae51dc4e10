output "state_bucket" {
  description = "Bucket for `terraform init -backend-config=bucket=…`."
  value       = module.states.bucket
}

output "state_key_arn" {
  description = "KMS key of the states, for `-backend-config=kms_key_id=…`."
  value       = module.key.arn
}

output "deploy_role_arns" {
  description = "Role that a workflow takes on, for each environment."
  value       = { for environment, role in module.deploy_role : environment => role.arn }
}
