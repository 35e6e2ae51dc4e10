variable "name" {
  description = "Prefix of the names, that of the environment whose copies these are."
  type        = string
}

variable "database_arn" {
  description = "Database of the first region."
  type        = string
}

variable "backup_retention_days" {
  description = "Days back to any second of which the database can be restored in this region."
  type        = number
  default     = 7
}
