"""SecurityGuard: what in a text attacks, leaks or endangers. Pure functions, one idea a module."""
