"""Whether a claim is true of the tables in the sources."""

from __future__ import annotations

from collections.abc import Sequence

from aiguardian.guards.trust.judgement import Check, Claim, Evidence
from aiguardian.guards.trust.quantities.words import content_stems, tokens
from aiguardian.guards.trust.tables.figures import check_figures
from aiguardian.guards.trust.tables.linking import Linked, link
from aiguardian.guards.trust.tables.programs import run_programs
from aiguardian.guards.trust.tables.reading import Outcome
from aiguardian.guards.trust.tables.table import Table
from aiguardian.guards.trust.tables.weighing import explanation, features, probability
from aiguardian.processor import Deadline

MAX_TABLES = 4
"""Tables that a claim is tried on: those that share the most words with it. By judgement."""

LIKELY, UNLIKELY = 0.6, 0.35
"""From which probability on a claim is called supported, and below which contradicted; between
them the check is silent. Chosen on the dev claims of `weights.md`, 2026-11."""

MIN_FIGURE_SCORE = 0.6
"""How sure a derived or missing number must be to count beside a whole claim's reading."""


def check_table_claim(claim: Claim, tables: Sequence[Table], deadline: Deadline) -> list[Check]:
    """What the tables say of the claim: at most one check of the claim as a whole
    (`table.<program>`) and one for each of its numbers that is looked up or derived. Empty when
    the claim shares no words with a table. Raises `DeadlineExceeded` when past."""
    near = _nearest(claim, [table for table in tables if not table.is_record], deadline)
    if not near:
        return []
    numbers = check_figures(claim, near, deadline)
    if claim.kind == "answer" and numbers:
        return numbers
    best: tuple[float, Linked, list[Outcome]] | None = None
    for table in near:
        linked = link(claim.statement, table, deadline)
        outcomes = run_programs(linked, deadline)
        weight = sum(anchor.quality for anchor in linked.anchors) + len(linked.columns)
        if outcomes and (best is None or weight > best[0]):
            best = weight, linked, outcomes
    whole = [] if best is None else [_judge(best[1], best[2])]
    return [*whole, *(check for check in numbers if _is_telling(check))]


def _nearest(claim: Claim, tables: Sequence[Table], deadline: Deadline) -> list[Table]:
    """The tables that hold words of the claim, most first."""
    wanted = set(content_stems(claim.statement)) | {
        word for word in tokens(claim.statement) if word[0].isdigit()
    }
    shared = []
    for table in tables:
        deadline.check()
        given = table.word_index(deadline).places
        named = frozenset().union(*table.header_words) if table.header_words else frozenset()
        count = sum(1 for word in wanted if word in given or word in named)
        if count:
            shared.append((count, table))
    shared.sort(key=lambda pair: -pair[0])
    return [table for _, table in shared[:MAX_TABLES]]


def _judge(linked: Linked, outcomes: Sequence[Outcome]) -> Check:
    chance = probability(features(linked, outcomes))
    reason = explanation(outcomes, holds=chance >= 0.5) or outcomes[0]
    evidence = _row_evidence(linked.table, reason.row)
    if chance >= LIKELY:
        message = f"The table bears it out: {reason.words}."
        return Check(f"table.{reason.program}", "supported", chance, message, evidence=evidence)
    message = f"The table says otherwise: {reason.words}."
    if chance < UNLIKELY:
        return Check(
            f"table.{reason.program}", "contradicted", 1 - chance, message, evidence=evidence
        )
    message = f"The table does not decide it: {reason.words}."
    return Check(f"table.{reason.program}", "silent", 1 - chance, message, evidence=evidence)


def _row_evidence(table: Table, row: int) -> Evidence | None:
    if not 0 <= row < len(table.rows):
        return None
    cells = table.rows[row]
    start, end = cells[0].start, cells[-1].end
    return Evidence(table.source.index, start, end, table.source.text[start:end])


def _is_telling(check: Check) -> bool:
    """A number that stands in a cell says little beside the reading of the whole claim; one that
    is derived as the claim names it, or that nothing gives, says more."""
    is_lookup = check.name == "table.lookup" and check.outcome == "supported"
    return not is_lookup and check.score >= MIN_FIGURE_SCORE
