output "fqdn" {
  description = "Name that callers use."
  value       = aws_route53_record.this.fqdn
}
