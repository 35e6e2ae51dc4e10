"""ContextGuard: where a conversation drifts, contradicts itself or builds up to an attack."""
