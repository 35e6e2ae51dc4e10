"""Citations of a text: what they point to, whether they are well-formed, whether they fit."""
