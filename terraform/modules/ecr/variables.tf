variable "repositories" {
  description = "Names of the images, as the catalogue has them."
  type        = set(string)

  validation {
    condition     = alltrue([for name in var.repositories : can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", name))])
    error_message = "A repository's name is lower case, with digits and single '.', '_', '-' or '/' between."
  }
}

variable "key_arn" {
  description = "KMS key of the images."
  type        = string
}

variable "kept_images" {
  description = "Tagged images kept in each repository: how far a rollback reaches."
  type        = number
  default     = 30

  validation {
    condition     = var.kept_images >= 5
    error_message = "Keep five images at least, or a rollback finds nothing."
  }
}

variable "untagged_days" {
  description = "Days that an image without a tag is kept."
  type        = number
  default     = 7
}

variable "replica_region" {
  description = "Region that gets a copy of every image, or null for none."
  type        = string
  default     = null
}
