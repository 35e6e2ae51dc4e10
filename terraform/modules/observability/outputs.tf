output "topic_arns" {
  description = "Topics: page and ticket."
  value       = { for name, topic in aws_sns_topic.this : name => topic.arn }

  # Who publishes is checked against the policy at once.
  depends_on = [aws_sns_topic_policy.this]
}

output "alarm_names" {
  description = "Names of all alarms."
  value = concat(
    [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name],
    aws_cloudwatch_metric_alarm.errors[*].alarm_name,
    aws_cloudwatch_composite_alarm.unavailable[*].alarm_name,
  )
}
