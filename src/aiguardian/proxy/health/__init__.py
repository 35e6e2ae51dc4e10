"""What live traffic and canaries tell of the upstreams, for HealthGuard."""
