"""What is kept: one store a concept, each with an in-memory twin beside its protocol."""
