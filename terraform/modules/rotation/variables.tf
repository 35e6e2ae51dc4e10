variable "name" {
  description = "Name of the function, its role and its log."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,62}$", var.name))
    error_message = "Lambda and IAM allow 63 lower-case letters, digits and hyphens here."
  }
}

variable "description" {
  description = "Whose password it changes, in words."
  type        = string
}

variable "handler" {
  description = "Which password it changes: cache or database, a module of function/."
  type        = string

  validation {
    condition     = contains(["cache", "database"], var.handler)
    error_message = "There are the handlers cache and database."
  }
}

variable "environment" {
  description = "Names and addresses that the handler needs; no secret."
  type        = map(string)
}

variable "secret_arn" {
  description = "Secret that holds the password."
  type        = string
}

variable "key_arn" {
  description = "KMS key of the secret."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the function's log."
  type        = string
}

variable "days" {
  description = "Days between two changes of the password."
  type        = number

  validation {
    condition     = var.days >= 1 && var.days <= 90
    error_message = "A password changes once in 1 to 90 days."
  }
}

variable "at_once" {
  description = "Whether the first change is made now: where there is no password yet."
  type        = bool
}

variable "policy" {
  description = "What it may do to whom the password belongs to, as a policy's JSON."
  type        = string
}

variable "network" {
  description = "Where it signs in to something inside a VPC: subnets with a way out, and the port and the security group that it has to reach. Null where it calls AWS only."
  type = object({
    vpc_id            = string
    subnet_ids        = list(string)
    port              = number
    security_group_id = string
  })
  default = null
}
