"""Python by data flow: a small abstract interpreter over a syntax tree that survives errors."""
