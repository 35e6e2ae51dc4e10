output "arn" {
  description = "ARN of the key."
  value       = aws_kms_key.this.arn

  # Whoever encrypts with the key needs its alias and policy to be there first.
  depends_on = [aws_kms_alias.this]
}
