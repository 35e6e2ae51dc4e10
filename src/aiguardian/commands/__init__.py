"""The commands, a module each; `aiguardian.cli` puts them together."""
