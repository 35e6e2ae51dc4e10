variable "name" {
  description = "Prefix of the names."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket, made here, for the trail and Config's snapshots."
  type        = string
}

variable "key_arn" {
  description = "KMS key of the records; cloudtrail, config, events and this region's logs must be allowed to use it."
  type        = string
}

variable "trail" {
  description = "Whether the account's trail is made here: in one region only."
  type        = bool
}

variable "retention_days" {
  description = "Days that records are kept."
  type        = number
  default     = 2557

  validation {
    condition     = var.retention_days >= 365
    error_message = "Records of an audit are kept for a year at least."
  }
}

variable "emails" {
  description = "Who hears of findings."
  type        = list(string)
}
