"""Pure functions on text. Offsets are half-open code-point positions."""
