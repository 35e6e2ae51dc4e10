"""The gateway: from an HTTP request to a guard and back."""
