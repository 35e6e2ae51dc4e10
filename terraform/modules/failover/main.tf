# The name that callers use. The first region answers while its health check is good; then the second does.

locals {
  # Each role has its own identity under the one name; without a second region there is one plain record.
  policies = var.role == null ? {} : { failover = var.role }
}

resource "aws_route53_health_check" "this" {
  count = var.role == "PRIMARY" ? 1 : 0

  # The load balancer's own name: the callers' name would follow the failover and check itself.
  fqdn              = var.load_balancer.dns_name
  type              = "HTTPS"
  port              = 443
  resource_path     = var.health_path
  enable_sni        = true
  request_interval  = 30
  failure_threshold = 3

  tags = { Name = var.domain_name }
}

resource "aws_route53_record" "this" {
  zone_id         = var.zone_id
  name            = var.domain_name
  type            = "A"
  set_identifier  = var.role == null ? null : lower(var.role)
  health_check_id = one(aws_route53_health_check.this[*].id)

  dynamic "failover_routing_policy" {
    for_each = local.policies

    content {
      type = failover_routing_policy.value
    }
  }

  alias {
    name                   = var.load_balancer.dns_name
    zone_id                = var.load_balancer.zone_id
    evaluate_target_health = true
  }
}
