variable "name" {
  description = "Prefix of the roles' names, such as codeguardians-gateway-production."
  type        = string
}

variable "services" {
  description = "For each service: its image's repository, its log group, the secrets that ECS puts into its environment, the secrets that it reads itself, its buckets, and whether it sends traces."
  type = map(object({
    repository_arn       = string
    log_group_arn        = string
    injected_secret_arns = map(string)
    read_secret_arns     = map(string)
    bucket_arns          = optional(map(string), {})
    traced               = optional(bool, false)
  }))

  validation {
    condition = alltrue(flatten([
      for service in values(var.services) : [
        for arn in concat(values(service.injected_secret_arns), values(service.read_secret_arns)) : !strcontains(arn, "*")
      ]
    ]))
    error_message = "Name each secret by its whole ARN: a wildcard such as production* also admits to production-x."
  }
}

variable "secret_key_arns" {
  description = "KMS keys of the secrets: in a second region those of the copies, too. Used through Secrets Manager only."
  type        = list(string)
}

variable "bucket_key_arn" {
  description = "KMS key of the buckets. Used through S3 only."
  type        = string
}
