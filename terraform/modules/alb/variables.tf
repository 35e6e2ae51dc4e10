variable "name" {
  description = "Name of the load balancer."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9-]{0,30}[a-zA-Z0-9]$", var.name))
    error_message = "A load balancer's name has at most 32 letters, digits and hyphens."
  }
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets, one a zone."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A load balancer needs subnets in two zones at least."
  }
}

variable "domain_name" {
  description = "Name that the certificate is for, such as api.example.com."
  type        = string
}

variable "zone_id" {
  description = "Route 53 zone in which the certificate's name is proven."
  type        = string
}

variable "target_port" {
  description = "Port of the gateway."
  type        = number
}

variable "health_path" {
  description = "Path that says whether a task should get traffic."
  type        = string
}

variable "idle_timeout_s" {
  description = "Seconds of silence after which a connection is cut. Must be above the gateway's own limits, or it cuts streams that live."
  type        = number
}

variable "deregistration_delay_s" {
  description = "Seconds that a task that leaves may still finish what it was sent, before it is told to stop."
  type        = number
}

variable "private_paths" {
  description = "Paths answered by 404 from outside: at most five, as ALB counts."
  type        = list(string)
  default     = ["/metrics", "/docs", "/docs/*", "/openapi.json"]

  validation {
    condition     = length(var.private_paths) >= 1 && length(var.private_paths) <= 5
    error_message = "A rule of the load balancer holds one to five paths."
  }
}

variable "log_bucket" {
  description = "Name of the bucket, made here, for the access logs."
  type        = string
}

variable "log_retention_days" {
  description = "Days that access logs are kept."
  type        = number
  default     = 90
}

variable "protected" {
  description = "Whether the load balancer refuses to be deleted, and its logs too."
  type        = bool
}
