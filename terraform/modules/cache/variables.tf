variable "name" {
  description = "Name of the replication group and its parts."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,31}$", var.name))
    error_message = "ElastiCache allows 32 lower-case letters, digits and hyphens here."
  }
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets without a way out, one a zone."
  type        = list(string)
}

variable "rotation_subnet_ids" {
  description = "Subnets with a way out, for the function that changes the password."
  type        = list(string)
}

variable "key_arn" {
  description = "KMS key of the data and of the secret."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the logs."
  type        = string
}

variable "node_type" {
  description = "Size of a node, such as cache.t4g.small."
  type        = string

  validation {
    condition     = startswith(var.node_type, "cache.")
    error_message = "A node type starts with cache., such as cache.t4g.small."
  }
}

variable "nodes" {
  description = "Nodes: one primary and its replicas. With two or more, a replica takes over by itself."
  type        = number

  validation {
    condition     = var.nodes >= 1 && var.nodes <= 6
    error_message = "A primary has at most five replicas."
  }
}

variable "snapshot_days" {
  description = "Days that a daily snapshot is kept."
  type        = number
  default     = 7
}

variable "username" {
  description = "Name that the services sign in with."
  type        = string
  default     = "aiguardian"
}

variable "secret_arn" {
  description = "Secret that gets the user's password and the whole address."
  type        = string
}

variable "password_rotation_days" {
  description = "Days between two rotations of the password."
  type        = number
  default     = 30
}
