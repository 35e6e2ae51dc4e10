"""Plans, paid for at Stripe: which limits an organisation has, and what it used."""
