variable "name" {
  description = "Identifier of the instance."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets without a way out, in two zones at least."
  type        = list(string)
}

variable "key_arn" {
  description = "KMS key of the storage, the insights and the secret."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the logs."
  type        = string
}

variable "engine_version" {
  description = "PostgreSQL's version: the major alone lets RDS choose the newest minor."
  type        = string
  default     = "18"

  validation {
    condition     = can(regex("^(16|17|18)(\\.[0-9]+)?$", var.engine_version))
    error_message = "The program is tested with PostgreSQL 16 and later."
  }
}

variable "instance_class" {
  description = "Size of the instance, such as db.m7g.large."
  type        = string

  validation {
    condition     = startswith(var.instance_class, "db.")
    error_message = "An instance class starts with db., such as db.m7g.large."
  }
}

variable "storage_gib" {
  description = "Storage at the start, in GiB."
  type        = number
  default     = 50

  validation {
    condition     = var.storage_gib >= 20
    error_message = "gp3 storage starts at 20 GiB."
  }
}

variable "max_storage_gib" {
  description = "Storage that RDS may grow to by itself, in GiB."
  type        = number
  default     = 500
}

variable "database" {
  description = "Name of the database."
  type        = string
  default     = "aiguardian"
}

variable "username" {
  description = "Name of the user."
  type        = string
  default     = "aiguardian"
}

variable "multi_az" {
  description = "Whether a standby in another zone takes over by itself."
  type        = bool
}

variable "backup_retention_days" {
  description = "Days back to any second of which the database can be restored."
  type        = number

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "RDS keeps point-in-time backups for 1 to 35 days."
  }
}

variable "replica_of" {
  description = "ARN of the primary in another region; null for a primary, or to promote a replica."
  type        = string
  default     = null
}

variable "first_password" {
  description = "First password, where it has one. Ephemeral: it reaches RDS and nothing else here."
  type        = string
  ephemeral   = true
  sensitive   = true
  default     = null
}

variable "has_password" {
  description = "Whether the password is made here and changes on a schedule; not where it is another region's: for a replica, and for one that was promoted."
  type        = bool

  validation {
    condition     = !(var.has_password && var.replica_of != null)
    error_message = "A replica has its primary's password."
  }
}

variable "secret_arn" {
  description = "Secret that holds the password, where it has one."
  type        = string
  default     = null
}

variable "password_rotation_days" {
  description = "Days between two changes of the password."
  type        = number
  default     = 30
}

variable "protected" {
  description = "Whether the instance refuses to be deleted, and leaves a last snapshot."
  type        = bool
}
