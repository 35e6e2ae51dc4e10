"""Tables in sources: read them, and compute what a claim says of them."""
