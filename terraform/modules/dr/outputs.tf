output "key_arn" {
  description = "KMS key of the copies."
  value       = module.key.arn
}

output "vault_arn" {
  description = "Vault for copies of backups."
  value       = aws_backup_vault.this.arn
}

output "bucket_arn" {
  description = "Bucket for copies of documents."
  value       = module.documents.arn

  # S3 replicates only to a bucket that keeps versions.
  depends_on = [module.documents]
}
