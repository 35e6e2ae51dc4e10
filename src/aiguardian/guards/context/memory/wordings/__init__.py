"""How people say things about themselves, a module a language: read by `fact_forms`."""
