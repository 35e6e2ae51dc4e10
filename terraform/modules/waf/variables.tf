variable "name" {
  description = "Name of the web ACL."
  type        = string
}

variable "load_balancer_arn" {
  description = "Load balancer that it stands before."
  type        = string
}

variable "requests_per_5_minutes" {
  description = "Requests that one address may send in five minutes before it is refused."
  type        = number
  default     = 6000

  validation {
    condition     = var.requests_per_5_minutes >= 10 && var.requests_per_5_minutes <= 2000000000
    error_message = "WAF counts from 10 to 2,000,000,000 requests."
  }
}

variable "log_key_arn" {
  description = "KMS key of the log."
  type        = string
}

variable "log_retention_days" {
  description = "Days that blocked requests are kept."
  type        = number
  default     = 30
}
