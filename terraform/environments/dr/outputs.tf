output "cluster" {
  description = "Name of the cluster."
  value       = module.stack.cluster
}

output "services" {
  description = "Names of the services in the cluster."
  value       = module.stack.services
}

output "domain_name" {
  description = "Name that callers use."
  value       = module.stack.domain_name
}

output "secret_name" {
  description = "Name of the main secret."
  value       = module.stack.secret_name
}

output "load_balancer_dns_name" {
  description = "Name of the load balancer, to look at this region whatever the callers' name leads to."
  value       = module.stack.load_balancer_dns_name
}
