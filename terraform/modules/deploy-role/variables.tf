variable "prefix" {
  description = "Name of the environment's cluster and prefix of its roles, such as codeguardians-gateway-production."
  type        = string
}

variable "environment" {
  description = "Environment of the workflow's job, as GitHub names it."
  type        = string
}

variable "region" {
  description = "Region that is deployed to."
  type        = string
}

variable "repository" {
  description = "Owner and name of the repository on GitHub."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.repository))
    error_message = "The repository is OWNER/NAME, without a wildcard."
  }
}

variable "provider_arn" {
  description = "ARN of the account's provider for GitHub's tokens."
  type        = string
}

variable "services" {
  description = "Names of the services."
  type        = set(string)
}

variable "images" {
  description = "Names of the images."
  type        = set(string)
}
