"""Regular expressions whose time can grow exponentially with the text."""

from __future__ import annotations

import re
import warnings
from typing import Any

LONGEST = 1_000


def is_catastrophic(pattern: str) -> bool:
    """Whether a repeat without a bound stands directly in another that matches the same text.

    `(a+)+`, `([a-z]+)*$`: found by structure. A separator inside the outer repeat
    that the inner one cannot match, as in `(\\w+,)*`, makes it harmless.
    """
    if len(pattern) > LONGEST or not any(sign in pattern for sign in (")+", ")*", "){")):
        return False
    try:
        from re import _parser  # type: ignore[attr-defined]  # the only parser of them there is

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError, ValueError, ImportError):
        return False
    waiting: list[tuple[Any, int]] = [(parsed, 0)]
    while waiting:
        items, level = waiting.pop()
        for operation, argument in items:
            name = str(operation)
            if name in ("MAX_REPEAT", "MIN_REPEAT"):
                _, high, inner = argument
                if int(high) > 100 and _repeats_itself(inner):
                    return True
                waiting.append((inner, level + 1))
            elif name == "SUBPATTERN":
                waiting.append((argument[-1], level))
            elif name == "BRANCH":
                waiting += [(branch, level) for branch in argument[1]]
    return False


def _repeats_itself(items: Any) -> bool:
    """Whether all that a repeated part must hold is repeated without a bound itself."""
    parts = list(items)
    while len(parts) == 1 and str(parts[0][0]) == "SUBPATTERN":
        parts = list(parts[0][1][-1])
    needed = [part for part in parts if not _may_be_empty(part)]
    unbounded = [part for part in parts if _is_unbounded(part)]
    return bool(unbounded) and all(_is_unbounded(part) for part in needed)


def _is_unbounded(part: Any) -> bool:
    return str(part[0]) in ("MAX_REPEAT", "MIN_REPEAT") and int(part[1][1]) > 100


def _may_be_empty(part: Any) -> bool:
    return str(part[0]) in ("MAX_REPEAT", "MIN_REPEAT") and int(part[1][0]) == 0
