"""TrustGuard: whether an answer is grounded in its sources, claim by claim, with the evidence."""
