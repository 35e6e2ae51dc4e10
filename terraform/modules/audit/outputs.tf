output "bucket" {
  description = "Bucket of the records."
  value       = module.bucket.bucket
}

output "trail_arn" {
  description = "ARN of the trail, or null where it is another region's."
  value       = one(aws_cloudtrail.this[*].arn)
}
