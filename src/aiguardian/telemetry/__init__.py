"""Logs, metrics and traces. No payload text ever enters them."""
