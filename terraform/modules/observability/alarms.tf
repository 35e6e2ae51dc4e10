locals {
  gateway = {
    LoadBalancer = var.load_balancer.arn_suffix
    TargetGroup  = var.load_balancer.target_group_arn_suffix
  }

  # A service that is meant to have no task (a second region in waiting) has nothing to alarm about.
  running = { for name, fewest in var.services : name => fewest if fewest > 0 }
  serving = try(var.services[var.public_service], 0) > 0

  of_services = {
    for name, fewest in local.running : "${name}-tasks" => {
      about     = "Fewer tasks of ${name} run than its least."
      runbook   = "tasks-missing"
      urgency   = "page"
      namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", statistic = "Minimum"
      sign      = "LessThanThreshold", threshold = fewest, minutes = 5
      missing   = "breaching" # no data is what a dead service sends
      names     = { ClusterName = var.cluster, ServiceName = name }
    }
  }

  of_gateway = local.serving ? {
    gateway-hosts = {
      about     = "Fewer healthy gateways than the least behind the load balancer."
      runbook   = "unavailable"
      urgency   = "none" # part of the composite alarm
      namespace = "AWS/ApplicationELB", metric = "HealthyHostCount", statistic = "Minimum"
      sign      = "LessThanThreshold", threshold = 1, minutes = 2
      missing   = "breaching"
      names     = local.gateway
    }
    gateway-slow = {
      about     = "One answer in twenty takes more than 30 s to begin."
      runbook   = "slow"
      urgency   = "ticket"
      namespace = "AWS/ApplicationELB", metric = "TargetResponseTime", statistic = "p95"
      sign      = "GreaterThanThreshold", threshold = 30, minutes = 15
      missing   = "notBreaching"
      names     = local.gateway
    }
    certificate = {
      about     = "The certificate ends within three weeks: its renewal by DNS is stuck."
      runbook   = "certificate"
      urgency   = "ticket"
      namespace = "AWS/CertificateManager", metric = "DaysToExpiry", statistic = "Minimum"
      sign      = "LessThanThreshold", threshold = 21, minutes = 1440
      missing   = "notBreaching"
      names     = { CertificateArn = var.certificate_arn }
    }
  } : {}

  of_database = {
    database-storage = {
      about     = "The database has less than 5 GiB of storage left, and growing by itself did not help."
      runbook   = "database-storage"
      urgency   = "page"
      namespace = "AWS/RDS", metric = "FreeStorageSpace", statistic = "Minimum"
      sign      = "LessThanThreshold", threshold = 5 * 1024 * 1024 * 1024, minutes = 5
      missing   = "breaching"
      names     = { DBInstanceIdentifier = var.database }
    }
    database-cpu = {
      about     = "The database's CPU is above 80 % for a quarter of an hour."
      runbook   = "database-load"
      urgency   = "ticket"
      namespace = "AWS/RDS", metric = "CPUUtilization", statistic = "Average"
      sign      = "GreaterThanThreshold", threshold = 80, minutes = 15
      missing   = "missing"
      names     = { DBInstanceIdentifier = var.database }
    }
    database-memory = {
      about     = "The database has less than 256 MiB of memory to give away."
      runbook   = "database-load"
      urgency   = "ticket"
      namespace = "AWS/RDS", metric = "FreeableMemory", statistic = "Average"
      sign      = "LessThanThreshold", threshold = 256 * 1024 * 1024, minutes = 15
      missing   = "missing"
      names     = { DBInstanceIdentifier = var.database }
    }
  }

  of_replica = var.database_is_replica ? {
    database-replica-lag = {
      about     = "The replica is more than 15 minutes behind: a quarter of what may be lost (RPO 1 h)."
      runbook   = "replica-lag"
      urgency   = "page"
      namespace = "AWS/RDS", metric = "ReplicaLag", statistic = "Maximum"
      sign      = "GreaterThanThreshold", threshold = 900, minutes = 5
      missing   = "breaching"
      names     = { DBInstanceIdentifier = var.database }
    }
  } : {}

  of_cache = merge([
    for position in range(var.cache_nodes) : {
      "cache-${position + 1}-memory" = {
        about     = "A node of the cache is more than 80 % full: soon it drops counters before their end."
        runbook   = "cache-full"
        urgency   = "ticket"
        namespace = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", statistic = "Average"
        sign      = "GreaterThanThreshold", threshold = 80, minutes = 15
        missing   = "missing"
        names     = { CacheClusterId = format("%s-%03d", var.cache, position + 1) }
      }
      "cache-${position + 1}-cpu" = {
        about     = "A node of the cache works at more than 80 % for a quarter of an hour."
        runbook   = "cache-load"
        urgency   = "ticket"
        namespace = "AWS/ElastiCache", metric = "EngineCPUUtilization", statistic = "Average"
        sign      = "GreaterThanThreshold", threshold = 80, minutes = 15
        missing   = "missing"
        names     = { CacheClusterId = format("%s-%03d", var.cache, position + 1) }
      }
    }
  ]...)

  of_restart = {
    for name, machine in var.restart_machine_arns : "${name}-failed" => {
      about     = "Services could not be started again after a secret was rotated."
      runbook   = "rotation-failed"
      urgency   = "page"
      namespace = "AWS/States", metric = "ExecutionsFailed", statistic = "Sum"
      sign      = "GreaterThanThreshold", threshold = 0, minutes = 5
      missing   = "notBreaching"
      names     = { StateMachineArn = machine }
    }
  }

  of_copies = {
    backup-failed = {
      about     = "A backup or a copy of one failed."
      runbook   = "backup-failed"
      urgency   = "ticket"
      namespace = "AWS/Backup", metric = "NumberOfBackupJobsFailed", statistic = "Sum"
      sign      = "GreaterThanThreshold", threshold = 0, minutes = 60
      missing   = "notBreaching"
      names     = { BackupVaultName = var.backup_vault }
    }
  }

  alarms = merge(local.of_services, local.of_gateway, local.of_database, local.of_replica, local.of_cache, local.of_copies, local.of_restart)
  act_on = {
    page   = [aws_sns_topic.this["page"].arn]
    ticket = [aws_sns_topic.this["ticket"].arn]
    none   = []
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.about} See docs/aws.md#${each.value.runbook}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.sign
  threshold           = each.value.threshold
  period              = each.value.minutes >= 1440 ? 86400 : 60 * max(1, floor(each.value.minutes / 5))
  evaluation_periods  = each.value.minutes >= 1440 ? 1 : min(5, each.value.minutes)
  treat_missing_data  = each.value.missing
  dimensions          = each.value.names
  alarm_actions       = local.act_on[each.value.urgency]
  ok_actions          = local.act_on[each.value.urgency]
}

# The share of answers that are errors, whoever made them: the load balancer or the gateway.
resource "aws_cloudwatch_metric_alarm" "errors" {
  count = local.serving ? 1 : 0

  alarm_name          = "${var.name}-gateway-errors"
  alarm_description   = "More than 5 % of answers are errors of ours. See docs/aws.md#unavailable"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "share"
    label       = "errors, per cent"
    expression  = "IF(all > 20, 100 * (FILL(target, 0) + FILL(balancer, 0)) / all, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = {
      all      = "RequestCount"
      balancer = "HTTPCode_ELB_5XX_Count"
      target   = "HTTPCode_Target_5XX_Count"
    }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        stat        = "Sum"
        period      = 60
        dimensions  = { LoadBalancer = var.load_balancer.arn_suffix }
      }
    }
  }
}

# One page for one outage, however many signs of it there are.
resource "aws_cloudwatch_composite_alarm" "unavailable" {
  count = local.serving ? 1 : 0

  alarm_name        = "${var.name}-unavailable"
  alarm_description = "Callers get errors or nobody answers. See docs/aws.md#unavailable"
  alarm_actions     = local.act_on.page
  ok_actions        = local.act_on.page

  alarm_rule = join(" OR ", [
    "ALARM(\"${aws_cloudwatch_metric_alarm.errors[0].alarm_name}\")",
    "ALARM(\"${aws_cloudwatch_metric_alarm.this["gateway-hosts"].alarm_name}\")",
  ])
}
