"""AIGuardian: one gateway and its guards for AI traffic."""

__version__ = "0.1.0"
