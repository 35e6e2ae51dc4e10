"""TokenGuard: counts, prices and shortens what is sent to a model."""
