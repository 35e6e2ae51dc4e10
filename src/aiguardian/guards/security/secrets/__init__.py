"""Credentials in text: documented formats, key blocks, connection strings, assignments.

`scan.find_secrets` is the way in.
"""
