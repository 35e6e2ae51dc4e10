mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "test"
  zones       = ["us-east-1a", "us-east-1b", "us-east-1c"]
  log_key_arn = "arn:aws:kms:us-east-1:123456789012:key/logs"

  interface_endpoints = ["logs", "secretsmanager"]
}

run "three_zones_three_rings_and_a_nat_in_each_zone" {
  command = apply

  assert {
    condition     = length(aws_subnet.public) == 3 && length(aws_subnet.private) == 3 && length(aws_subnet.data) == 3
    error_message = "There is not one subnet of each ring in each zone."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 3
    error_message = "The loss of one zone would cut off the others."
  }

  assert {
    condition = length(distinct(concat(
      [for subnet in aws_subnet.public : subnet.cidr_block],
      [for subnet in aws_subnet.private : subnet.cidr_block],
      [for subnet in aws_subnet.data : subnet.cidr_block],
    ))) == 9
    error_message = "Two subnets have the same addresses."
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.public : subnet.map_public_ip_on_launch == false])
    error_message = "What starts in a public subnet would get a public address."
  }

  assert {
    condition     = length(aws_vpc_endpoint.s3.route_table_ids) > 0
    error_message = "The gateway endpoint is in no route table: nobody would use it."
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "Programs would go round the endpoint."
  }
}

run "the_data_ring_has_no_way_out" {
  command = apply

  assert {
    condition     = alltrue([for route in values(aws_route.private) : route.route_table_id != aws_route_table.data.id]) && aws_route.public.route_table_id != aws_route_table.data.id
    error_message = "The data ring has a route to the internet."
  }

  # Rules that let the whole VPC in name one port each; the others let in the ring itself.
  assert {
    condition = alltrue([
      for rule in concat(values(aws_network_acl_rule.data_in), values(aws_network_acl_rule.data_within)) :
      rule.from_port == rule.to_port || contains([for subnet in aws_subnet.data : subnet.cidr_block], rule.cidr_block)
    ])
    error_message = "Tasks reach more of the data ring than its two ports."
  }
}

run "one_nat_where_it_may_be_cheap" {
  command = apply

  variables {
    nat_per_zone = false
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.private) == 3
    error_message = "Every zone must go out by the one NAT."
  }
}

run "a_small_network_is_refused" {
  command = plan

  variables {
    cidr = "10.0.0.0/24"
  }

  expect_failures = [var.cidr]
}

run "one_zone_is_refused" {
  command = plan

  variables {
    zones = ["us-east-1a"]
  }

  expect_failures = [var.zones]
}
