"""Blocked answers and errors as each vendor's clients understand them."""
