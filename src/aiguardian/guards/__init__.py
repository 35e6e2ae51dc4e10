"""The guards: each judges text and knows no HTTP, no SQL and no other guard."""
