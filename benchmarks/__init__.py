"""Measurements with stored results, one module per question."""
