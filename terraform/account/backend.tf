# The bucket is the account's own: terraform init -backend-config=bucket=$(terraform -chdir=…/bootstrap output -raw state_bucket)
terraform {
  backend "s3" {
    key          = "account/terraform.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
