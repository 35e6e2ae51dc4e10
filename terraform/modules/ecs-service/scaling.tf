resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${var.cluster_name}/${aws_ecs_service.this.name}"
  min_capacity       = var.capacity.min
  max_capacity       = var.capacity.max
}

locals {
  targets = merge(
    {
      cpu = {
        metric = "ECSServiceAverageCPUUtilization"
        value  = local.service.scaling.cpu_percent
        label  = null
      }
      memory = {
        metric = "ECSServiceAverageMemoryUtilization"
        value  = local.service.scaling.memory_percent
        label  = null
      }
    },
    {
      for name, balancer in local.balanced : "requests" => {
        metric = "ALBRequestCountPerTarget"
        value  = local.service.scaling.requests_per_target
        label  = "${balancer.arn_suffix}/${balancer.target_group_arn_suffix}"
      } if local.service.scaling.requests_per_target != null
    },
  )
}

resource "aws_appautoscaling_policy" "this" {
  for_each = local.targets

  name               = each.key
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.value
    scale_out_cooldown = 30
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = each.value.metric
      resource_label         = each.value.label
    }
  }
}
