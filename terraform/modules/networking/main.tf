# A VPC over several zones with three rings: public (load balancer, NAT), private (tasks), data (database, cache).

data "aws_region" "current" {}

locals {
  index = { for position, zone in var.zones : zone => position }

  # A /16 gives sixteen /20 (4,091 addresses each): five for each ring, one to spare.
  public  = { for zone, position in local.index : zone => cidrsubnet(var.cidr, 4, position) }
  private = { for zone, position in local.index : zone => cidrsubnet(var.cidr, 4, position + 5) }
  data    = { for zone, position in local.index : zone => cidrsubnet(var.cidr, 4, position + 10) }

  nat_zones = toset(var.nat_per_zone ? var.zones : [var.zones[0]])
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = { Name = var.name }
}

# Nothing uses the default group; without rules it admits nothing by mistake.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-default-closed" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = var.name }
}

resource "aws_subnet" "public" {
  for_each = local.public

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-public-${each.key}", Ring = "public" }
}

resource "aws_subnet" "private" {
  for_each = local.private

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = { Name = "${var.name}-private-${each.key}", Ring = "private" }
}

resource "aws_subnet" "data" {
  for_each = local.data

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = { Name = "${var.name}-data-${each.key}", Ring = "data" }
}
