variable "bucket" {
  description = "Name of the bucket; all of AWS shares one space of names, so end it with the account's number."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "key_arn" {
  description = "KMS key of the objects, or null for S3's own key."
  type        = string
  default     = null
}

variable "policy_documents" {
  description = "Further statements of the bucket's policy, each a JSON document."
  type        = list(string)
  default     = []
}

variable "log_bucket" {
  description = "Bucket that gets the access log, or null for none."
  type        = string
  default     = null
}

variable "noncurrent_days" {
  description = "Days that a replaced or deleted object can be brought back."
  type        = number
  default     = 90
}

variable "infrequent_after_days" {
  description = "Days until objects move to cheaper storage, or null for never; S3 allows no fewer than 30."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.infrequent_after_days, 30) >= 30
    error_message = "S3 moves nothing to STANDARD_IA before 30 days."
  }
}

variable "expire_after_days" {
  description = "Days until objects are deleted, or null for never."
  type        = number
  default     = null
}

variable "replica" {
  description = "Bucket and key of another region that get every object, or null for none. Needs key_arn."
  type = object({
    bucket_arn = string
    key_arn    = string
  })
  default = null

  validation {
    condition     = var.replica == null || var.key_arn != null
    error_message = "A replicated bucket needs key_arn: its role is allowed to read with that key."
  }
}

variable "force_destroy" {
  description = "Whether destroying the bucket deletes what it holds. Only for what can be made again."
  type        = bool
  default     = false
}
