"""The exact checks of a claim against its evidence, in one place."""

from __future__ import annotations

from collections.abc import Sequence

from aiguardian.guards.trust.antonyms import check_antonyms
from aiguardian.guards.trust.entities import check_entities
from aiguardian.guards.trust.judgement import Check, Evidence
from aiguardian.guards.trust.kinds import check_kinds
from aiguardian.guards.trust.marks import COUNTS
from aiguardian.guards.trust.modality import check_modality
from aiguardian.guards.trust.negation import check_negation
from aiguardian.guards.trust.quantifiers import check_quantifiers
from aiguardian.guards.trust.quantities.check import check_quantities
from aiguardian.guards.trust.quotations import check_quotations
from aiguardian.guards.trust.reading import Reading
from aiguardian.guards.trust.roles import check_roles
from aiguardian.guards.trust.tables.check import check_table_claim
from aiguardian.guards.trust.tables.table import Table
from aiguardian.processor import Deadline

TEXTUAL = (
    check_negation,
    check_quantifiers,
    check_antonyms,
    check_kinds,
    check_roles,
    check_modality,
)
"""Checks that lay the claim's sentence beside sentences; a table's rows say nothing to them."""


def check_claim(
    reading: Reading, evidence: Sequence[Evidence], tables: Sequence[Table], deadline: Deadline
) -> list[Check]:
    """What every exact check says of a claim that was laid beside the best of its `evidence`.
    `tables` are those of all sources."""
    claim = reading.claim
    checks = check_entities(reading)
    if not reading.is_table:
        checks += [check for look in TEXTUAL for check in look(reading)]
    deadline.check()
    if reading.said_marks & COUNTS:
        checks += check_quantities(
            claim, evidence, deadline, reading.index.mentions, marks=reading.said_marks
        )
    checks += check_quotations(claim, reading.index, deadline)
    if tables:
        checks += check_table_claim(claim, tables, deadline)
    return checks
