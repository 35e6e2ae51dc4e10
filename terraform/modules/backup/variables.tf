variable "name" {
  description = "Name of the vault and the plan."
  type        = string
}

variable "key_arn" {
  description = "KMS key of the vault."
  type        = string
}

variable "resource_arns" {
  description = "What is backed up: the database and the documents' bucket."
  type        = list(string)

  validation {
    condition     = length(var.resource_arns) > 0
    error_message = "A plan that backs up nothing is no backup."
  }
}

variable "copy_to_vault_arn" {
  description = "Vault in another region that gets a copy, or null for none."
  type        = string
  default     = null
}

variable "lock_changeable_days" {
  description = "Days after which the vault's lock can never be undone, or null for a lock that an administrator can lift."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.lock_changeable_days, 3) >= 3
    error_message = "AWS Backup gives three days at least to think again."
  }
}

variable "topic_arn" {
  description = "Topic that hears of failures."
  type        = string
}
