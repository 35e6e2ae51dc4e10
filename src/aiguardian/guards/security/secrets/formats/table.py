"""All credential formats, in the order in which ties are broken."""

from __future__ import annotations

from aiguardian.guards.security.secrets.formats import (
    ai,
    applications,
    cloud,
    code_hosting,
    hashes,
    messaging,
    money,
    operations,
)

FORMATS = (
    *code_hosting.FORMATS,
    *cloud.FORMATS,
    *ai.FORMATS,
    *messaging.FORMATS,
    *money.FORMATS,
    *operations.FORMATS,
    *applications.FORMATS,
    *hashes.FORMATS,
)


def as_markdown() -> str:
    """The issuers and what is recognised of each, as the rows of the page in docs/guards."""
    types: dict[str, dict[str, bool]] = {}
    for row in FORMATS:
        known = types.setdefault(row.issuer or "several or none", {})
        known[row.type] = known.get(row.type, False) or row.check is not None
    rows = [
        f"| {issuer} | {', '.join(name + ' ✓' * checked for name, checked in of.items())} |"
        for issuer, of in sorted(types.items(), key=lambda item: item[0].lower())
    ]
    return "\n".join(["| issuer | types (✓ carries a check) |", "|---|---|", *rows])
