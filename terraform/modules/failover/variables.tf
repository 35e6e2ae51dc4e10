variable "domain_name" {
  description = "Name that callers use, such as api.example.com."
  type        = string
}

variable "zone_id" {
  description = "Route 53 zone of the name."
  type        = string
}

variable "role" {
  description = "PRIMARY or SECONDARY where two regions share the name; null where there is one."
  type        = string
  default     = null

  validation {
    condition     = var.role == null || contains(["PRIMARY", "SECONDARY"], coalesce(var.role, "-"))
    error_message = "The role is PRIMARY, SECONDARY or null."
  }
}

variable "load_balancer" {
  description = "Load balancer that the name leads to."
  type = object({
    dns_name = string
    zone_id  = string
  })
}

variable "health_path" {
  description = "Path that says whether the region serves."
  type        = string
}
