"""Deleting the oldest entries of the audit by age: what is left still verifies.

Each chain loses its first entries and gets a signed floor in their place: the number and the hash
of the last one that went. A chain that does not verify loses nothing: deleting would hide that.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field

from aiguardian.audit import chain as links
from aiguardian.audit.signing import PublicKeys, Signer
from aiguardian.storage.audit_rows import AuditRow, AuditStore

log = logging.getLogger(__name__)

PIECE = 2_000
"""Entries of one transaction."""


@dataclass(slots=True)
class Aged:
    """What was deleted, with a digest that only these entries give, and what could not be."""

    entries: int = 0
    digest: str = ""
    """SHA-256 over the hashes of the last entry of each piece, hexadecimal."""
    broken: list[str] = field(default_factory=list)
    """Chains that do not verify, and so were left alone."""


def remove_aged(
    store: AuditStore, signer: Signer, keys: PublicKeys, *, before: float, now: float
) -> Aged:
    """Delete the entries from before then. Raises `NotAvailable`; what went by then is gone."""
    aged, digest = Aged(), hashlib.sha256()
    for chain in sorted(store.aged(before)):
        while piece := _oldest(store, keys, chain, before):
            last = piece[-1]
            floor = signer.checkpoint(chain, last.number, hash_=last.hash, at=now, kind="floor")
            aged.entries += store.remove(chain, floor)
            digest.update(last.hash)
            if len(piece) < PIECE:
                break
        if piece is None:
            log.error("the audit chain %s does not verify; none of it is deleted by age", chain)
            aged.broken.append(chain)
    aged.digest = digest.hexdigest() if aged.entries else ""
    return aged


def _oldest(
    store: AuditStore, keys: PublicKeys, chain: str, before: float
) -> list[AuditRow] | None:
    """The first entries of a chain, as far as they are old; None if they do not follow from each
    other."""
    floors = [one for one in store.checkpoints(chain) if one.kind == "floor"]
    if not all(keys.hold(one) for one in floors):
        return None
    number, last = (floors[0].number, floors[0].hash) if floors else (0, links.START)
    old: list[AuditRow] = []
    for row in store.rows(chain, after=number, limit=PIECE):
        if row.at >= before:
            break
        if row.number != number + 1 or links.linked(last, row.entry) != row.hash:
            return None
        number, last = row.number, row.hash
        old.append(row)
    return old
