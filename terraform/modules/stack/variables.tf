variable "name" {
  description = "Name of the cluster and prefix of every other name, such as codeguardians-gateway-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,31}$", var.name))
    error_message = "The name has 3 to 32 lower-case letters, digits and hyphens: load balancer and cache allow no more."
  }
}

variable "environment" {
  description = "Last part of the secrets' names: production, staging or dr."
  type        = string
}

variable "program_environment" {
  description = "ENVIRONMENT of the program."
  type        = string
  default     = "production"

  validation {
    condition     = contains(["production", "staging"], var.program_environment)
    error_message = "What the internet reaches runs as production or staging: development asks for no keys."
  }
}

variable "cidr" {
  description = "Addresses of the VPC, a /16; different for each environment, so that they can be connected."
  type        = string
}

variable "zones" {
  description = "Availability zones."
  type        = list(string)
}

variable "nat_per_zone" {
  description = "A NAT gateway in each zone, or one for all."
  type        = bool
}

variable "private_endpoints" {
  description = "Whether AWS services are reached inside the VPC (about 150 USD a month, whatever the load), or through NAT (0.045 USD a GiB)."
  type        = bool
}

variable "domain_name" {
  description = "Name that callers use, such as api.example.com."
  type        = string
}

variable "zone_id" {
  description = "Route 53 zone of the name."
  type        = string
}

variable "failover_role" {
  description = "PRIMARY or SECONDARY where two regions share the name; null where there is one."
  type        = string
  default     = null
}

variable "images" {
  description = "Digest of each service's image, by the service's name: sha256:…"
  type        = map(string)

  validation {
    condition     = alltrue([for digest in values(var.images) : can(regex("^sha256:[0-9a-f]{64}$", digest))])
    error_message = "An image is named by its digest, sha256: and 64 hex digits."
  }
}

variable "tasks" {
  description = "Bounds over the catalogue's scaling: the fewest tasks of each service (null: the catalogue's), the most, and how many never are on Spot (null: the fewest)."
  type = object({
    least  = optional(number)
    most   = optional(number, 100)
    steady = optional(number)
  })
  default = {}
}

variable "architecture" {
  description = "Processor of the tasks: X86_64 or ARM64. The images must be built for it."
  type        = string
  default     = "X86_64"
}

variable "spot_percent" {
  description = "Share of the tasks beyond the fewest that run on Spot, in per cent."
  type        = number
  default     = 0
}

variable "gateway_settings" {
  description = "Further settings of the gateway that are no secret, such as UPSTREAM_BASE_URL."
  type        = map(string)
  default     = {}
}

variable "allowed_origins" {
  description = "Browser origins that may call."
  type        = list(string)
  default     = []
}

variable "collector_image" {
  description = "Image by digest of the OpenTelemetry collector that sends traces to X-Ray, or null for no traces."
  type        = string
  default     = null
}

variable "database" {
  description = "Size of the database, its standby, its point-in-time backups, and its primary in another region (or null)."
  type = object({
    instance_class        = string
    multi_az              = bool
    backup_retention_days = number
    replica_of            = optional(string)
  })
}

variable "cache" {
  description = "Size and number of the cache's nodes."
  type = object({
    node_type = string
    nodes     = number
  })
}

variable "secrets_replica" {
  description = "Region that holds a copy of the secrets and the key there, or null."
  type = object({
    region  = string
    key_arn = string
  })
  default = null
}

variable "first_keys" {
  description = "First value of the main secret, as JSON. Ephemeral: it reaches Secrets Manager and nothing else."
  type        = string
  ephemeral   = true
  sensitive   = true
  default     = "{}"
}

variable "first_database_password" {
  description = "Password that the database is made with; not where it is a replica. Ephemeral: it reaches RDS and Secrets Manager and nothing else."
  type        = string
  ephemeral   = true
  sensitive   = true
  default     = null
}

variable "shared_secrets" {
  description = "Secrets of another region, replicated here, that the program uses instead of its own: name, ARNs (main, database, redis, optional), and the key that they are encrypted with here."
  type = object({
    name    = string
    arns    = map(string)
    key_arn = string
  })
  default = null
}

variable "copies" {
  description = "Second region's vault, bucket and key for copies, or null."
  type = object({
    vault_arn  = string
    bucket_arn = string
    key_arn    = string
  })
  default = null
}

variable "backup_lock_changeable_days" {
  description = "Days after which the backup vault's lock can never be undone; null for one that an administrator can lift."
  type        = number
  default     = null
}

variable "log_retention_days" {
  description = "Days that the services' logs are kept."
  type        = number
}

variable "page_emails" {
  description = "Who is woken by an outage."
  type        = list(string)
}

variable "ticket_emails" {
  description = "Who reads what can wait."
  type        = list(string)
}

variable "protected" {
  description = "Whether what holds data refuses to be deleted."
  type        = bool
}
