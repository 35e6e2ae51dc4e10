# What the second region must hold before anything happens: a key, a vault for copies, a bucket for documents, and the
# database's log and snapshots, from which any second of the last days can be restored there. Call it with that region's provider.

data "aws_caller_identity" "current" {}

module "key" {
  source = "../encryption"

  name        = "${var.name}-copies"
  description = "Copies of ${var.name} for disaster recovery"
}

resource "aws_backup_vault" "this" {
  name        = "${var.name}-copies"
  kms_key_arn = module.key.arn
}

resource "aws_backup_vault_lock_configuration" "this" {
  backup_vault_name  = aws_backup_vault.this.name
  min_retention_days = 7
  max_retention_days = 400
}

module "documents" {
  source = "../storage"

  bucket                = "${var.name}-documents-copy-${data.aws_caller_identity.current.account_id}"
  key_arn               = module.key.arn
  noncurrent_days       = 90
  infrequent_after_days = 30
}

resource "aws_db_instance_automated_backups_replication" "this" {
  source_db_instance_arn = var.database_arn
  kms_key_id             = module.key.arn
  retention_period       = var.backup_retention_days
}
