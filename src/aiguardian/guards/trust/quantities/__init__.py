"""Numbers, dates and measures of a claim, and whether the evidence says the same ones."""
