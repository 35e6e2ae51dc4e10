output "name" {
  description = "Id of the replication group."
  value       = aws_elasticache_replication_group.this.id
}

output "member_ids" {
  description = "Ids of the nodes, as CloudWatch names them."
  value       = aws_elasticache_replication_group.this.member_clusters
}

output "host" {
  description = "Address of the primary."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "url_secret" {
  description = "Where the whole address (rediss://…) is, as a container definition names it."
  value       = "${var.secret_arn}:url::"

  # Before the first rotation there is no password and no address.
  depends_on = [module.rotation]
}

output "security_group_id" {
  description = "Security group of the cache; rules that admit services go here."
  value       = aws_security_group.this.id
}
