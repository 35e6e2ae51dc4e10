variable "region" {
  description = "Region of production and staging."
  type        = string
  default     = "us-east-1"
}

variable "second_region" {
  description = "Region of disaster recovery; gets a copy of every image."
  type        = string
  default     = "us-west-2"
}

variable "security_emails" {
  description = "Who hears of what looks like an attack."
  type        = list(string)

  validation {
    condition     = length(var.security_emails) > 0
    error_message = "Findings that nobody hears of are of no use."
  }
}
