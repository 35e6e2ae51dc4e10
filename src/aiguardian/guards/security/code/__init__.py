"""The `code` check: weaknesses in source code, by data flow (Python) and by syntax-tree rules."""
