variable "name" {
  description = "Name of the main secret, such as codeguardians-gateway/production; the others go under it."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=.@-]+/[A-Za-z0-9_+=.@-]+$", var.name))
    error_message = "The name has two parts, such as codeguardians-gateway/production."
  }
}

variable "key_arn" {
  description = "KMS key of the secrets."
  type        = string
}

variable "recovery_window_days" {
  description = "Days in which a deleted secret can be brought back; 0 deletes at once."
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "Secrets Manager allows 0, or 7 to 30 days."
  }
}

variable "replica" {
  description = "Region that holds a copy of each secret and the key there, or null for none."
  type = object({
    region  = string
    key_arn = string
  })
  default = null
}

variable "database_id" {
  description = "AWS's own id of the database's instance."
  type        = string
}

variable "first_database_password" {
  description = "The password that the instance was made with. Ephemeral: it reaches Secrets Manager and nothing else."
  type        = string
  ephemeral   = true
  sensitive   = true
  default     = null
}

variable "database" {
  description = "Where the database is, as the program reads it."
  type = object({
    host     = string
    port     = number
    database = string
    username = string
  })
}

variable "first_keys" {
  description = "First value of the main secret, as JSON. Ephemeral: it reaches Secrets Manager and nothing else."
  type        = string
  ephemeral   = true
  sensitive   = true
  default     = "{}"
}

variable "with_keys" {
  description = "Whether the program's keys and the database's password are kept here; not where another region's are replicated."
  type        = bool
  default     = true
}
