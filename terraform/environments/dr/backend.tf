# A bucket of the second region: this state is needed when the first one is lost.
# terraform init -backend-config=bucket=$(terraform -chdir=…/bootstrap output -raw second_state_bucket)
terraform {
  backend "s3" {
    key          = "dr/terraform.tfstate"
    region       = "us-west-2"
    encrypt      = true
    use_lockfile = true
  }
}
