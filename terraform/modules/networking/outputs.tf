output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Addresses of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer, one a zone."
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets of the tasks, one a zone."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
}

output "data_subnet_ids" {
  description = "Subnets of the database and the cache, one a zone; without a way out."
  value       = [for zone in var.zones : aws_subnet.data[zone].id]
}

output "s3_prefix_list_id" {
  description = "S3's addresses, for rules that allow image layers."
  value       = aws_vpc_endpoint.s3.prefix_list_id
}
