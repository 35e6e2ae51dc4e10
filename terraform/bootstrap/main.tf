# First of all and once an account: where states are kept, and how workflows sign in. Its own state begins as a file
# here and then moves into the bucket that it made (README.md).

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = "aiguardian", Environment = "account", ManagedBy = "terraform/bootstrap" }
  }
}

provider "aws" {
  alias  = "second"
  region = var.second_region

  default_tags {
    tags = { Project = "aiguardian", Environment = "account", ManagedBy = "terraform/bootstrap" }
  }
}

data "aws_caller_identity" "current" {}

locals {
  catalogue = jsondecode(file("${path.module}/../../deploy/services.json")).services
}

module "key" {
  source = "../modules/encryption"

  name        = "codeguardians-gateway-terraform-state"
  description = "Terraform's states"
}

# Locking is S3's own (`use_lockfile` in each environment's backend): no table of locks.
module "states" {
  source = "../modules/storage"

  bucket          = "codeguardians-gateway-terraform-${data.aws_caller_identity.current.account_id}"
  key_arn         = module.key.arn
  noncurrent_days = 365
}

# The second region's state is there: who needs it, needs it when the first region is lost.
module "second_key" {
  source    = "../modules/encryption"
  providers = { aws = aws.second }

  name        = "codeguardians-gateway-terraform-state"
  description = "Terraform's state of the second region"
}

module "second_states" {
  source    = "../modules/storage"
  providers = { aws = aws.second }

  bucket          = "codeguardians-gateway-terraform-${var.second_region}-${data.aws_caller_identity.current.account_id}"
  key_arn         = module.second_key.arn
  noncurrent_days = 365
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

module "deploy_role" {
  source   = "../modules/deploy-role"
  for_each = var.environments

  prefix       = "codeguardians-gateway-${each.key}"
  environment  = each.key
  region       = each.value
  repository   = var.repository
  provider_arn = aws_iam_openid_connect_provider.github.arn
  services     = toset([for service in local.catalogue : service.name])
  images       = toset([for service in local.catalogue : service.image])
}
