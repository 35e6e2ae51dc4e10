"""One credential found in a text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a credential stands and what it is. Never carries the credential itself."""

    type: str
    """What was found, in snake case: `github_personal_access_token`, `password`."""
    issuer: str
    """Who issues it; empty when the shape doesn't tell."""
    start: int
    """First code point of the value, without the variable's name or the quotes."""
    end: int
    """One past the last code point of the value."""
    score: float
    """0 to 1, roughly the chance that this is a credential; see docs/guards/security-secrets.md."""
    validated: bool = field(kw_only=True)
    """A checksum, signature block or encoded structure of the value held."""
    detector: str
    """Which module found it: `formats`, `assignments`, `headers`, `urls`, `key_blocks`."""
