"""Endpoints of other moderation services, answered by the guards here: change one base URL."""
