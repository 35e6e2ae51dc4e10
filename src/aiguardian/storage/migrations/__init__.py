"""How the tables came to be what they are: a file in `versions/` for each step, up and down."""
