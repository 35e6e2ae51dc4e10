"""The judge from outside: a model behind an endpoint, heard on claims that are in doubt."""
