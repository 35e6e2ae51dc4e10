variable "prefix" {
  description = "Prefix of the names, such as codeguardians-gateway-dr."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the restarts' log."
  type        = string
}

variable "cluster" {
  description = "Name of the cluster."
  type        = string
}

variable "services" {
  description = "Names of the services to start again."
  type        = list(string)
}

variable "service_arns" {
  description = "Their ARNs."
  type        = list(string)

  validation {
    condition     = length(var.service_arns) > 0
    error_message = "A restart of no service is none."
  }
}

variable "secret_arns" {
  description = "The secrets whose rotation is listened for."
  type        = list(string)

  validation {
    condition     = length(var.secret_arns) > 0
    error_message = "EventBridge refuses a pattern that names no secret."
  }
}
