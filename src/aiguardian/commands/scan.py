"""`aiguardian scan`: files searched for secrets, dangerous code and the like, as CI runs it."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from aiguardian import __version__
from aiguardian.errors import GatewayError
from aiguardian.scanning.files import Generated, Piece, pieces_of, under
from aiguardian.settings.groups import Settings

if TYPE_CHECKING:
    from aiguardian.guards.security.guard import SecurityGuard

CLEAN, FOUND, USAGE_ERROR = 0, 1, 2
Check = Literal["secrets", "code", "pii", "links", "hidden", "injection"]
CHECKS: tuple[Check, ...] = get_args(Check)
DEFAULT_CHECKS: tuple[Check, ...] = ("secrets", "code", "hidden")
"""What is a fault in a repository; personal data and links stand in many files rightly."""
PIECE_S = 60.0
"""For one piece of a file; what takes longer is told as not judged."""


@dataclass(frozen=True, slots=True)
class Place:
    """One finding in a file; never with the text that was found."""

    path: str
    line: int
    column: int
    category: str
    detector: str
    message: str
    score: float


def add_scan(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    scan = commands.add_parser(
        "scan",
        help="search files for secrets and dangerous code",
        description="Files that git ignores, and binary ones, are left out. A line that holds "
        "'aiguardian: allow' is passed over. The exit status is 1 when anything is found.",
    )
    scan.add_argument("path", nargs="*", type=Path, default=[Path()], help="files or folders")
    scan.add_argument(
        "--checks",
        type=_checks,
        default=DEFAULT_CHECKS,
        metavar="A,B",
        help=f"of {', '.join(CHECKS)} (default: {','.join(DEFAULT_CHECKS)})",
    )
    scan.add_argument(
        "--exclude", action="append", default=[], metavar="GLOB", help="paths to leave out"
    )
    scan.add_argument(
        "--format",
        choices=("text", "json", "sarif"),
        default="text",
        help="sarif is for GitHub's code scanning (default: text)",
    )
    scan.set_defaults(run=_scan)


def _checks(text: str) -> tuple[str, ...]:
    given = tuple(one.strip() for one in text.split(","))
    unknown = [one for one in given if one not in CHECKS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no such check: {unknown[0]!r}. One of {', '.join(CHECKS)}"
        )
    return given


def _scan(settings: Settings, given: argparse.Namespace) -> int:
    logging.disable()  # what goes wrong is told by file
    try:
        paths = list(under(given.path, given.exclude))
    except OSError as error:
        print(f"aiguardian: {error.filename}: {error.strerror}", file=sys.stderr)
        return USAGE_ERROR
    guard = _guard(settings)
    found: list[Place] = []
    skipped: list[str] = []
    for number, path in enumerate(paths, 1):
        _show_progress(number, len(paths))
        try:
            for piece in pieces_of(path):
                found += _places(guard, piece, given.checks, skipped)
        except Generated as error:
            skipped.append(f"{path}: {error}")
        except OSError as error:
            skipped.append(f"{path}: {error.strerror}")
        except UnicodeDecodeError:
            skipped.append(f"{path}: no UTF-8")
    _tell(given.format, found, files=len(paths), skipped=skipped)
    return FOUND if found else CLEAN


def _guard(settings: Settings) -> SecurityGuard:
    from aiguardian.guards.security.guard import SecurityGuard
    from aiguardian.guards.security.judging import trained_detectors
    from aiguardian.stores import build_stores

    kept = build_stores(settings)
    return SecurityGuard(
        trained_detectors(kept.canary_key),
        pseudonyms=kept.pseudonyms,
        allow_list=kept.allow_list,
        allow_list_key=kept.allow_list_key,
    )


def _places(
    guard: SecurityGuard, piece: Piece, checks: Iterable[Any], skipped: list[str]
) -> Iterator[Place]:
    from aiguardian.guards.security.schemas import SecurityPayload
    from aiguardian.identity.principal import DEFAULT_TENANT
    from aiguardian.processor import Caller, Deadline

    payload = SecurityPayload(
        text=piece.text,
        checks=list(checks),
        content_type="code" if piece.is_code else "text",
        direction="output",
    )
    try:
        report = guard.process(payload, Caller(Deadline(PIECE_S), tenant=DEFAULT_TENANT))
    except GatewayError as error:
        skipped.append(f"{piece.path}:{piece.first_line}: {error.message}")
        return
    skipped += [
        f"{piece.path}:{piece.line_of(each.start)}: {each.reason}" for each in report.unjudged or ()
    ]
    for finding in report.findings:
        if not piece.is_allowed(finding.start):
            yield Place(
                piece.path,
                piece.line_of(finding.start),
                piece.column_of(finding.start),
                finding.category,
                finding.detector,
                finding.message,
                round(finding.score, 3),
            )


def _show_progress(number: int, count: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if number == count else ""
        print(f"\r{number} of {count} files", end=end, file=sys.stderr, flush=True)


def _tell(form: str, found: list[Place], *, files: int, skipped: list[str]) -> None:
    if form == "sarif":
        print(json.dumps(_sarif(found), indent=2))
    elif form == "json":
        places = [{name: getattr(one, name) for name in Place.__slots__} for one in found]
        print(json.dumps({"files": files, "findings": places, "unjudged": skipped}, indent=2))
    else:
        for one in found:
            print(f"{one.path}:{one.line}:{one.column}: {one.category}: {one.message}")
        for line in skipped:
            print(f"not judged: {line}", file=sys.stderr)
        files_said = f"{files} file" + "s" * (files != 1)
        print(f"{files_said}, {len(found)} found, {len(skipped)} not judged", file=sys.stderr)


def _sarif(found: list[Place]) -> dict[str, Any]:
    """The findings as SARIF 2.1.0 (OASIS), which code hosts show beside the lines."""
    rules = sorted({(one.category, one.detector) for one in found})
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "AIGuardian",
                        "version": __version__,
                        "rules": [{"id": f"{category}/{by}"} for category, by in rules],
                    }
                },
                "results": [_sarif_result(one) for one in found],
            }
        ],
    }


def _sarif_result(one: Place) -> dict[str, Any]:
    return {
        "ruleId": f"{one.category}/{one.detector}",
        "level": "error" if one.score >= 0.5 else "warning",
        "message": {"text": one.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": Path(one.path).as_posix()},
                    "region": {"startLine": one.line, "startColumn": one.column},
                }
            }
        ],
    }
