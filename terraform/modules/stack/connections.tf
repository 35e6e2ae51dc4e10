# Who may speak to whom. Each line is one rule on the side that listens and one on the side that calls.

locals {
  task_groups = { for name, service in module.service : name => service.security_group_id }

  connections = merge(
    {
      "alb to gateway" = {
        from = module.alb.security_group_id
        to   = local.task_groups[local.gateway.name]
        port = local.gateway.port
      }
    },
    {
      for name, guard in local.guards : "gateway to ${name}" => {
        from = local.task_groups[local.gateway.name]
        to   = local.task_groups[name]
        port = guard.port
      }
    },
    {
      for name, service in local.catalogue : "${name} to database" => {
        from = local.task_groups[name]
        to   = module.database.security_group_id
        port = 5432
      } if service.needs.database
    },
    {
      for name, service in local.catalogue : "${name} to cache" => {
        from = local.task_groups[name]
        to   = module.cache.security_group_id
        port = 6379
      } if service.needs.redis
    },
  )
}

resource "aws_vpc_security_group_ingress_rule" "connection" {
  for_each = local.connections

  security_group_id            = each.value.to
  referenced_security_group_id = each.value.from
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "connection" {
  for_each = local.connections

  security_group_id            = each.value.from
  referenced_security_group_id = each.value.to
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

# Every task: secrets, logs and image layers, inside the VPC where it has endpoints. To the VPC's addresses and not to
# our endpoints' group alone, because GuardDuty makes an endpoint of its own for its agent.
resource "aws_vpc_security_group_egress_rule" "endpoints" {
  for_each = var.private_endpoints ? local.task_groups : {}

  security_group_id = each.value
  cidr_ipv4         = module.networking.vpc_cidr
  description       = "AWS services inside the VPC"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "layers" {
  for_each = local.task_groups

  security_group_id = each.value
  prefix_list_id    = module.networking.s3_prefix_list_id
  description       = "Image layers from S3"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# The gateway calls the vendors of models, which have no fixed addresses; guards go out only where AWS itself is outside.
resource "aws_vpc_security_group_egress_rule" "outside" {
  for_each = var.private_endpoints ? { (local.gateway.name) = local.task_groups[local.gateway.name] } : local.task_groups

  security_group_id = each.value
  cidr_ipv4         = "0.0.0.0/0"
  description       = "HTTPS to the outside"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
