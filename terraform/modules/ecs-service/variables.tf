variable "prefix" {
  description = "Prefix of names that the whole account shares, such as codeguardians-gateway-production."
  type        = string
}

variable "service" {
  description = "The service as deploy/services.json has it."
  type = object({
    name       = string
    port       = number
    cpu        = number
    memory_mib = number
    public     = bool
    scaling = object({
      requests_per_target = optional(number)
      cpu_percent         = number
      memory_percent      = number
    })
  })

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096, 8192, 16384], var.service.cpu)
    error_message = "Fargate offers 256, 512, 1024, 2048, 4096, 8192 and 16384 CPU units."
  }

  validation {
    condition     = var.service.memory_mib >= 2 * var.service.cpu && var.service.memory_mib <= 8 * var.service.cpu
    error_message = "Fargate wants two to eight MiB of memory for each CPU unit."
  }
}

variable "capacity" {
  description = "Fewest and most tasks, and how many never are on Spot (null: the fewest). Fewest and most 0 keep the service ready and stopped."
  type = object({
    min    = number
    max    = number
    steady = optional(number)
  })

  validation {
    condition     = var.capacity.min >= 0 && var.capacity.max >= var.capacity.min
    error_message = "The fewest tasks are 0 or more, the most at least as many."
  }
}

variable "image" {
  description = "The image by digest: REPOSITORY@sha256:…"
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "An image is deployed by its digest (REPOSITORY@sha256:64 hex digits): a tag can be moved, so a rollback by tag brings back nothing."
  }
}

variable "architecture" {
  description = "Processor: X86_64, or ARM64 at about four fifths of the price."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "Fargate has X86_64 and ARM64."
  }
}

variable "spot_percent" {
  description = "Share of the tasks beyond the fewest that run on Spot, in per cent."
  type        = number
  default     = 0

  validation {
    condition     = var.spot_percent >= 0 && var.spot_percent < 100
    error_message = "The Spot share is 0 to 99 per cent."
  }
}

variable "cluster_arn" {
  description = "ARN of the cluster."
  type        = string
}

variable "cluster_name" {
  description = "Name of the cluster."
  type        = string
}

variable "namespace_arn" {
  description = "Service Connect namespace."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, one a zone."
  type        = list(string)
}

variable "execution_role_arn" {
  description = "ECS's role for this service."
  type        = string
}

variable "task_role_arn" {
  description = "The program's role for this service."
  type        = string
}

variable "environment" {
  description = "Settings of the program that are no secret."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Settings that ECS takes from Secrets Manager: name of the variable to ARN, JSON key and stage."
  type        = map(string)
  default     = {}
}

variable "leave_s" {
  description = "Seconds that the program serves on after it was told to stop, for a load balancer to stop sending."
  type        = number
  default     = 0
}

variable "drain_s" {
  description = "Seconds that the program gives to requests in flight after it was told to stop."
  type        = number
  default     = 90
}

variable "load_balancer" {
  description = "Target group, names for metrics and deregistration delay, or null for an internal service."
  type = object({
    target_group_arn        = string
    target_group_arn_suffix = string
    arn_suffix              = string
    deregistration_delay_s  = number
  })
  default = null
}

variable "collector_image" {
  description = "Image by digest of the AWS Distro for OpenTelemetry collector, or null for no traces."
  type        = string
  default     = null

  validation {
    condition     = var.collector_image == null || can(regex("@sha256:[0-9a-f]{64}$", var.collector_image))
    error_message = "The collector is named by digest, such as public.ecr.aws/aws-observability/aws-otel-collector@sha256:…"
  }
}

variable "log_retention_days" {
  description = "Days that the service's log is kept."
  type        = number
}

variable "log_key_arn" {
  description = "KMS key of the log."
  type        = string
}
