output "cluster" {
  description = "Name of the cluster."
  value       = module.cluster.name
}

output "services" {
  description = "Names of the services in the cluster."
  value       = sort(keys(module.service))
}

output "load_balancer_dns_name" {
  description = "Name of the load balancer."
  value       = module.alb.dns_name
}

output "domain_name" {
  description = "Name that callers use."
  value       = module.failover.fqdn
}

output "database_arn" {
  description = "ARN of the database."
  value       = module.database.arn
}

output "secret_name" {
  description = "Name of the main secret; the others go under it."
  value       = "codeguardians-gateway/${var.environment}"
}

output "secret_arns" {
  description = "ARN of each secret."
  value       = module.secrets.arns
}

output "topic_arns" {
  description = "Topics: page and ticket."
  value       = module.observability.topic_arns
}
