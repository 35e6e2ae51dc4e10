output "machine_arn" {
  description = "State machine that starts the services again."
  value       = aws_sfn_state_machine.this.arn
}
