output "state_bucket" {
  description = "Bucket for `terraform init -backend-config=bucket=…`."
  value       = module.states.bucket
}

output "state_key_arn" {
  description = "KMS key of the states, for `-backend-config=kms_key_id=…`."
  value       = module.key.arn
}

output "second_state_bucket" {
  description = "Bucket of the second region's state, for environments/dr."
  value       = module.second_states.bucket
}

output "deploy_role_arns" {
  description = "Role that a workflow takes on, for each environment."
  value       = { for environment, role in module.deploy_role : environment => role.arn }
}
