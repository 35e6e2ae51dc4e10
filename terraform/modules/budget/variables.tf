variable "name" {
  description = "Name of the budget."
  type        = string
}

variable "environment" {
  description = "Value of the tag Environment whose costs count. The tag must be activated for cost allocation once."
  type        = string
}

variable "limit_usd" {
  description = "Budget of a month, in US dollars."
  type        = number

  validation {
    condition     = var.limit_usd > 0
    error_message = "A budget is more than nothing."
  }
}

variable "emails" {
  description = "Who is told."
  type        = list(string)

  validation {
    condition     = length(var.emails) >= 1 && length(var.emails) <= 10
    error_message = "A budget that tells nobody is of no use; AWS takes up to ten addresses."
  }
}

variable "anomalies" {
  description = "Whether unusual days are reported. One monitor of services is enough for an account."
  type        = bool
  default     = false
}
