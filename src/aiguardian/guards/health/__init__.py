"""HealthGuard: whether an answer, this process and its guards are healthy."""
