output "arn" {
  description = "ARN of the load balancer."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "The load balancer as CloudWatch names it."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "Name of the load balancer, for alias records."
  value       = aws_lb.this.dns_name
}

output "zone_id" {
  description = "Hosted zone of that name, for alias records."
  value       = aws_lb.this.zone_id
}

output "security_group_id" {
  description = "Security group of the load balancer."
  value       = aws_security_group.this.id
}

output "target_group_arn" {
  description = "Target group of the gateway."
  value       = aws_lb_target_group.gateway.arn

  # ECS refuses a target group that no listener uses.
  depends_on = [aws_lb_listener.https]
}

output "target_group_arn_suffix" {
  description = "The target group as CloudWatch names it."
  value       = aws_lb_target_group.gateway.arn_suffix
}

output "certificate_arn" {
  description = "Certificate of the load balancer, once it is valid."
  value       = aws_acm_certificate_validation.this.certificate_arn
}
