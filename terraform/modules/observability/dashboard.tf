locals {
  # Each chart: its title and the metrics in it, as CloudWatch's own list form.
  charts = [
    {
      title = "Requests and errors"
      stat  = "Sum"
      metrics = [
        for metric in ["RequestCount", "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"] :
        ["AWS/ApplicationELB", metric, "LoadBalancer", var.load_balancer.arn_suffix]
      ]
    },
    {
      title = "Seconds until an answer begins"
      stat  = "p95"
      metrics = [
        for stat in ["p50", "p95", "p99"] :
        ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.load_balancer.arn_suffix, { stat = stat }]
      ]
    },
    {
      title   = "Healthy gateways"
      stat    = "Minimum"
      metrics = [["AWS/ApplicationELB", "HealthyHostCount", "TargetGroup", var.load_balancer.target_group_arn_suffix, "LoadBalancer", var.load_balancer.arn_suffix]]
    },
    {
      title = "Tasks"
      stat  = "Minimum"
      metrics = [
        for name in keys(var.services) :
        ["ECS/ContainerInsights", "RunningTaskCount", "ClusterName", var.cluster, "ServiceName", name]
      ]
    },
    {
      title = "CPU, per cent"
      stat  = "Average"
      metrics = [
        for name in keys(var.services) : ["AWS/ECS", "CPUUtilization", "ClusterName", var.cluster, "ServiceName", name]
      ]
    },
    {
      title = "Memory, per cent"
      stat  = "Average"
      metrics = [
        for name in keys(var.services) : ["AWS/ECS", "MemoryUtilization", "ClusterName", var.cluster, "ServiceName", name]
      ]
    },
    {
      title = "Database"
      stat  = "Average"
      metrics = [
        for metric in ["CPUUtilization", "DatabaseConnections", "ReadLatency", "WriteLatency"] :
        ["AWS/RDS", metric, "DBInstanceIdentifier", var.database]
      ]
    },
    {
      title = "Cache"
      stat  = "Average"
      metrics = flatten([
        for position in range(var.cache_nodes) : [
          for metric in ["EngineCPUUtilization", "DatabaseMemoryUsagePercentage"] :
          [["AWS/ElastiCache", metric, "CacheClusterId", format("%s-%03d", var.cache, position + 1)]]
        ]
      ])
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [
      for position, chart in local.charts : {
        type   = "metric"
        x      = 12 * (position % 2)
        y      = 6 * floor(position / 2)
        width  = 12
        height = 6
        properties = {
          title   = chart.title
          region  = data.aws_region.current.name
          stat    = chart.stat
          period  = 60
          view    = "timeSeries"
          metrics = chart.metrics
        }
      }
    ]
  })
}
