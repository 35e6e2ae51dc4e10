variable "name" {
  description = "Name of the cluster and of its namespace."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the record of shells opened in tasks."
  type        = string
}
