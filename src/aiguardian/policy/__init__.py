"""Policies: which finding leads to which act, as data that a security person can read."""
