# What an account has once, whatever environments are in it: images, and the record of what happens.

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "second"
  region = var.second_region

  default_tags {
    tags = local.tags
  }
}

data "aws_caller_identity" "current" {}

locals {
  name      = "codeguardians-gateway"
  tags      = { Project = "aiguardian", Environment = "account", ManagedBy = "terraform/account" }
  catalogue = jsondecode(file("${path.module}/../../deploy/services.json")).services
  recorders = ["cloudtrail.amazonaws.com", "config.amazonaws.com", "events.amazonaws.com"]
}

module "image_key" {
  source = "../modules/encryption"

  name        = "${local.name}-images"
  description = "Images"
}

# One set of repositories for all environments: what staging ran is, byte for byte, what production gets.
module "ecr" {
  source = "../modules/ecr"

  repositories   = toset([for service in local.catalogue : service.image])
  key_arn        = module.image_key.arn
  replica_region = var.second_region

  depends_on = [module.second_ecr]
}

# The copies' repositories, made before anything is copied: those that ECR makes by itself let tags be moved, keep
# everything, and have a key of AWS's.
module "second_image_key" {
  source    = "../modules/encryption"
  providers = { aws = aws.second }

  name        = "${local.name}-images"
  description = "Copies of images"
}

module "second_ecr" {
  source    = "../modules/ecr"
  providers = { aws = aws.second }

  repositories = toset([for service in local.catalogue : service.image])
  key_arn      = module.second_image_key.arn
}

module "audit_key" {
  source = "../modules/encryption"

  name        = "${local.name}-audit"
  description = "Records of who did what"
  services    = local.recorders
  log_groups  = true
}

module "audit" {
  source = "../modules/audit"

  name    = local.name
  bucket  = "${local.name}-audit-${data.aws_caller_identity.current.account_id}"
  key_arn = module.audit_key.arn
  trail   = true
  emails  = var.security_emails
}

module "second_audit_key" {
  source    = "../modules/encryption"
  providers = { aws = aws.second }

  name        = "${local.name}-audit"
  description = "Records of who did what"
  services    = local.recorders
  log_groups  = true
}

module "second_audit" {
  source    = "../modules/audit"
  providers = { aws = aws.second }

  name    = local.name
  bucket  = "${local.name}-audit-${var.second_region}-${data.aws_caller_identity.current.account_id}"
  key_arn = module.second_audit_key.arn
  trail   = false
  emails  = var.security_emails
}
