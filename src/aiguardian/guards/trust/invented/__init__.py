"""Code in a text: whether it parses, and whether the names it uses exist."""
