"""Answers that are given again. In memory, of this process; off unless the operator asks for it."""
