variable "region" {
  description = "Region."
  type        = string
  default     = "us-west-2"
}

variable "domain_name" {
  description = "Name that callers use, such as api.example.com."
  type        = string
}

variable "zone_id" {
  description = "Route 53 zone of the name."
  type        = string
}

variable "images" {
  description = "Digest of each service's image, by the service's name."
  type        = map(string)
}

variable "architecture" {
  description = "Processor of the tasks: X86_64 or ARM64."
  type        = string
  default     = "X86_64"
}

variable "gateway_settings" {
  description = "Further settings of the gateway that are no secret, such as UPSTREAM_BASE_URL."
  type        = map(string)
  default     = {}
}

variable "allowed_origins" {
  description = "Browser origins that may call."
  type        = list(string)
  default     = []
}

variable "collector_image" {
  description = "Image by digest of the OpenTelemetry collector, or null for no traces."
  type        = string
  default     = null
}

variable "page_emails" {
  description = "Who is woken by an outage."
  type        = list(string)

  validation {
    condition     = length(var.page_emails) > 0
    error_message = "An outage that wakes nobody lasts until morning."
  }
}

variable "ticket_emails" {
  description = "Who reads what can wait, and about money."
  type        = list(string)
}

variable "budget_usd" {
  description = "Budget of a month, in US dollars (docs/aws.md has the estimate)."
  type        = number
  default     = 600
}

variable "first_region" {
  description = "Region of production."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = var.first_region != var.region
    error_message = "Disaster recovery is in another region than production."
  }
}

variable "stage" {
  description = "waiting: the database follows production's and no task runs. serving: the database is one of its own, and tasks run; there is no way back but to build the region again."
  type        = string
  default     = "waiting"

  validation {
    condition     = contains(["waiting", "serving"], var.stage)
    error_message = "The stage is waiting or serving."
  }
}
