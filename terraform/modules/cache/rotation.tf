# What gives the service's user its password and changes it: two passwords are valid at a time, so nobody is cut off.

module "rotation" {
  source = "../rotation"

  name        = "${var.name}-cache-rotation"
  description = "Changes the password of the cache's user"
  handler     = "cache"
  secret_arn  = var.secret_arn
  key_arn     = var.key_arn
  log_key_arn = var.log_key_arn
  days        = var.password_rotation_days
  at_once     = true # there is no password before
  policy      = data.aws_iam_policy_document.rotation.json

  environment = {
    CACHE_HOST      = aws_elasticache_replication_group.this.primary_endpoint_address
    CACHE_PORT      = tostring(aws_elasticache_replication_group.this.port)
    CACHE_USER_ID   = aws_elasticache_user.service.user_id
    CACHE_USER_NAME = aws_elasticache_user.service.user_name
  }

  network = {
    vpc_id            = var.vpc_id
    subnet_ids        = var.rotation_subnet_ids
    port              = 6379
    security_group_id = aws_security_group.this.id
  }
}

data "aws_iam_policy_document" "rotation" {
  statement {
    sid       = "ThisUser"
    actions   = ["elasticache:DescribeUsers", "elasticache:ModifyUser"]
    resources = [aws_elasticache_user.service.arn]
  }
}
