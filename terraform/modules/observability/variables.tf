variable "name" {
  description = "Prefix of every name, and the dashboard's name."
  type        = string
}

variable "alert_key_arn" {
  description = "KMS key of the topics; CloudWatch, EventBridge and Budgets must be allowed to use it."
  type        = string
}

variable "page_emails" {
  description = "Who is woken."
  type        = list(string)
}

variable "ticket_emails" {
  description = "Who reads in the morning."
  type        = list(string)
}

variable "public_service" {
  description = "Name of the service behind the load balancer."
  type        = string
}

variable "services" {
  description = "Fewest tasks of each service, by name."
  type        = map(number)
}

variable "cluster" {
  description = "Name of the cluster."
  type        = string
}

variable "load_balancer" {
  description = "Load balancer and target group, as CloudWatch names them."
  type = object({
    arn_suffix              = string
    target_group_arn_suffix = string
  })
}

variable "certificate_arn" {
  description = "Certificate of the load balancer."
  type        = string
}

variable "database" {
  description = "Identifier of the database."
  type        = string
}

variable "database_is_replica" {
  description = "Whether the database follows a primary in another region."
  type        = bool
  default     = false
}

variable "cache" {
  description = "Id of the cache's replication group."
  type        = string
}

variable "cache_nodes" {
  description = "Nodes of the cache."
  type        = number
}

variable "backup_vault" {
  description = "Name of the backup vault."
  type        = string
}

variable "restart_machine_arns" {
  description = "State machines that start services again after a rotation, by a name; none where no service needs it."
  type        = map(string)
  default     = {}
}

variable "trace_ratio" {
  description = "Share of requests that X-Ray keeps beyond the first each second."
  type        = number
  default     = 0.05

  validation {
    condition     = var.trace_ratio >= 0 && var.trace_ratio <= 1
    error_message = "A share is between 0 and 1."
  }
}
