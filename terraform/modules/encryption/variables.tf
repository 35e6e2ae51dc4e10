variable "name" {
  description = "Name of the key; its alias is alias/NAME."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9/_-]{1,240}$", var.name))
    error_message = "A key's name holds letters, digits, '/', '_' and '-'."
  }
}

variable "description" {
  description = "What is encrypted with it."
  type        = string
}

variable "services" {
  description = "AWS service principals that use the key for this account without a role of ours, such as cloudwatch.amazonaws.com."
  type        = list(string)
  default     = []
}

variable "log_groups" {
  description = "Whether CloudWatch Logs encrypts log groups with it."
  type        = bool
  default     = false
}

variable "deletion_window_days" {
  description = "Days between a deletion and its effect."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "KMS allows 7 to 30 days."
  }
}
