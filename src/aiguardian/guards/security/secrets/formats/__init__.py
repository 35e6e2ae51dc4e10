"""Credential formats as data, one module per family of issuers; `table.py` joins them."""
