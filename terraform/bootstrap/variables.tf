variable "region" {
  description = "Region of the states."
  type        = string
  default     = "us-east-1"
}

variable "second_region" {
  description = "Region of disaster recovery, and of its state."
  type        = string
  default     = "us-west-2"

  validation {
    condition     = var.second_region != var.region
    error_message = "A state in the region that is lost is lost with it."
  }
}

variable "repository" {
  description = "Owner and name of the repository on GitHub whose workflows deploy."
  type        = string
}

variable "environments" {
  description = "Region of each environment that workflows deploy to."
  type        = map(string)
  default = {
    production = "us-east-1"
    staging    = "us-east-1"
    dr         = "us-west-2"
  }
}
