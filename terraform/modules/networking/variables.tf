variable "name" {
  description = "Prefix of every name, such as codeguardians-gateway-production."
  type        = string
}

variable "cidr" {
  description = "The VPC's addresses: a /16."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "The VPC's addresses are one /16, such as 10.0.0.0/16."
  }
}

variable "zones" {
  description = "Names of the availability zones, such as us-east-1a; two to five."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 5 && length(distinct(var.zones)) == length(var.zones)
    error_message = "Name two to five different zones."
  }
}

variable "nat_per_zone" {
  description = "A NAT gateway in each zone (survives the loss of one), or one for all (cheaper)."
  type        = bool
  default     = true
}

variable "interface_endpoints" {
  description = "AWS services reached inside the VPC, by the last part of their endpoint's name."
  type        = set(string)
}

variable "log_key_arn" {
  description = "KMS key of the flow logs' group."
  type        = string
}

variable "flow_log_retention_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = 90
}
