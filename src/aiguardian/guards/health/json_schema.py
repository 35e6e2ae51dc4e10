"""Categories `invalid_json` and `schema`: the JSON in an answer against `expect.json_schema`.

Written for schemas and texts of strangers: no reference leaves the schema, patterns run in
linear time (Rust's `regex`), and what could take long is refused before it starts.
Messages name paths and keywords, never values.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, NoReturn

import jsonschema_rs

from aiguardian.errors import InvalidField
from aiguardian.guards.health.json_document import (
    Broken,
    Document,
    TooDeep,
    depth_and_size,
    find_document,
    span_at,
)
from aiguardian.guards.health.schema_cost import FIELD, SchemaCost, check_references, check_size
from aiguardian.guards.health.schemas import found
from aiguardian.processor import Deadline, Finding, Unjudged

PATTERN_BYTES = 64 * 1024
"""Compiled size of one pattern; `(a{1000}){1000}` is refused, `\\w{1,64}` is not."""
MOST_LOOKS = 3_000_000
"""Values times looks at each: 0.2 s on two shared cores (2026-11)."""
MOST_LOOKS_FOR_PLACES = 20_000
"""Up to here each error is told with its place. The validator builds all errors of all branches
before it hands out the first: 9 s at 1,000,000 looks, 0.02 s here (2026-11)."""
DEEPEST_DOCUMENT = 128
MOST_FINDINGS = 20
MOST_COMPILED = 64
LONGEST_PATH = 120


@dataclass(frozen=True, slots=True)
class Compiled:
    """A schema ready for use, and what it costs."""

    validator: Any
    cost: SchemaCost


class Schemas:
    """The schemas compiled last; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._compiled: OrderedDict[str, Compiled] = OrderedDict()

    def get(self, schema: dict[str, Any] | bool) -> Compiled:
        """The compiled schema; `InvalidField` says what is wrong with one that is none."""
        check_size(schema)
        key = json.dumps(schema)  # in its own order: two orders are two entries, no harm
        with self._lock:
            if key in self._compiled:
                self._compiled.move_to_end(key)
                return self._compiled[key]
        compiled = _compile(schema)
        with self._lock:
            self._compiled[key] = compiled
            while len(self._compiled) > MOST_COMPILED:
                self._compiled.popitem(last=False)
        return compiled


def find_json_faults(
    text: str, *, schema: dict[str, Any] | bool, schemas: Schemas, deadline: Deadline
) -> tuple[list[Finding], list[Unjudged]]:
    """What is wrong with the JSON in an answer; at most `MOST_FINDINGS` findings."""
    compiled = schemas.get(schema)
    try:
        document = find_document(text)
    except TooDeep:
        return [], [_unjudged(text, "The JSON is nested too deeply to be read.")]
    if document is None:
        message = "No JSON in the answer."
        return [found("invalid_json", 0, len(text), score=1.0, message=message)], []
    if isinstance(document, Broken):
        return [_broken(text, document)], []
    deadline.check()
    depth, size = depth_and_size(document.value)
    if depth > DEEPEST_DOCUMENT:
        return [], [_unjudged(text, f"The JSON is nested deeper than {DEEPEST_DOCUMENT}.")]
    looks = compiled.cost.per_value(depth) * size
    if looks > MOST_LOOKS:
        return [], [_unjudged(text, "This schema would take too long on this much JSON.")]
    if compiled.validator.is_valid(document.value):
        return [], []
    if looks > MOST_LOOKS_FOR_PLACES:
        message = "The JSON breaks the schema; it is too big to say where."
        return [found("schema", document.start, document.end, score=1.0, message=message)], []
    return _violations(text, document, compiled.validator, deadline), []


def _compile(schema: dict[str, Any] | bool) -> Compiled:
    check_references(schema)
    cost = SchemaCost(schema)
    cost.per_value(1)  # finds references that lead in a circle
    try:
        validator = jsonschema_rs.validator_for(
            schema,
            retriever=_refuse,
            pattern_options=jsonschema_rs.RegexOptions(
                size_limit=PATTERN_BYTES, dfa_size_limit=PATTERN_BYTES
            ),
            ignore_unknown_formats=True,
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise InvalidField(_why(error), field=FIELD) from error
    return Compiled(validator, cost)


def _refuse(_: str) -> NoReturn:
    raise ValueError("references leave the schema")


def _why(error: Exception) -> str:
    path = getattr(error, "instance_path", None)
    where = _pointer(path) if path else "its root"
    return (
        f"Not a valid JSON Schema, see {where}: the keyword's value is of a wrong type, or a "
        "reference leads nowhere, or a pattern has look-around, back-references or is too big."
    )


def _broken(text: str, broken: Broken) -> Finding:
    line = text.count("\n", 0, broken.at) + 1
    message = f"Broken JSON: {broken.problem}, line {line} of the answer."
    start = min(broken.at, len(text))
    end = min(start + 1, len(text))
    if start == end:
        start = min(broken.start, start)
    return found("invalid_json", start, end, score=1.0, message=message)


def _violations(text: str, document: Document, validator: Any, deadline: Deadline) -> list[Finding]:
    findings: list[Finding] = []
    for error in itertools.islice(validator.iter_errors(document.value), MOST_FINDINGS):
        deadline.check()
        start, end = span_at(text, document, error.instance_path)
        message = f'{_pointer(error.instance_path)} breaks the schema\'s "{error.kind.name}".'
        findings.append(found("schema", start, end, score=1.0, message=message))
    return findings


def _pointer(path: list[str | int]) -> str:
    """JSON pointer of elements and members. Names of members are the schema's or the answer's
    own: one that could be a value (long, or with odd signs) is left out."""
    steps = (
        str(step) if isinstance(step, int) or (step.isidentifier() and len(step) <= 40) else "…"
        for step in path
    )
    return ("$" + "".join(f"/{step}" for step in steps))[:LONGEST_PATH]


def _unjudged(text: str, reason: str) -> Unjudged:
    return Unjudged(start=0, end=len(text), reason=reason)
