"""National, tax, health and company numbers: their written shapes and their check digits."""
