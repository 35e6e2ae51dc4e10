"""Servers of the Model Context Protocol behind a guard: what they offer, get and give is judged."""
