"""The guarded endpoints in the vendors' own shapes."""
