"""`aiguardian audit`: verify, export and vouch for the audit, whether or not a gateway runs."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aiguardian.errors import GatewayError
from aiguardian.settings.groups import Settings

if TYPE_CHECKING:
    from aiguardian.audit.anchors import Anchor
    from aiguardian.stores import Kept

FAILED, USAGE_ERROR = 1, 2
PAGE = 1_000
NOTHING_KEPT = (
    "Nothing is kept without a SECRET_KEY, which this environment has not: set the gateway's."
)


def add_audit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its verbs to the parser."""
    audit = commands.add_parser("audit", help="verify and export the audit")
    verbs = audit.add_subparsers(title="verbs", required=True, metavar="VERB")
    verify = verbs.add_parser(
        "verify",
        help="whether it is whole; names the first wrong entry of each chain",
        description="The exit status is 0 when it is whole, 1 when it is not.",
    )
    verify.add_argument(
        "--checkpoints",
        type=Path,
        action="append",
        metavar="FILE",
        help="checkpoints that were kept elsewhere, or a log that holds them; more than once "
        "(default: audit/checkpoints.jsonl in AIGUARDIAN_HOME)",
    )
    verify.add_argument("--json", action="store_true", help="tell it as JSON")
    verify.set_defaults(run=_verify)
    export = verbs.add_parser("export", help="all entries, in their chains' order, to stdout")
    export.add_argument(
        "--format",
        choices=("jsonl", "cef", "ocsf"),
        default="jsonl",
        help="jsonl holds all of an entry; cef and ocsf are for a SIEM (default: jsonl)",
    )
    export.set_defaults(run=_export)
    checkpoints = verbs.add_parser("checkpoints", help="the signed checkpoints, a JSON line each")
    checkpoints.add_argument(
        "--public-key", action="store_true", help="the key that checks them instead"
    )
    checkpoints.set_defaults(run=_checkpoints)


def _verify(settings: Settings, given: argparse.Namespace) -> int:
    from aiguardian.audit.verify import verify

    def run(kept: Kept) -> int:
        anchors = list(_anchors(kept, given.checkpoints))
        found = verify(kept.records.audit, kept.records.public_keys(), anchors=anchors)
        if given.json:
            print(msgspec.json.encode(found).decode())
        else:
            for fault in found.faults:
                print(f"chain {fault.chain}, entry {fault.number}: {fault.reason}")
            for file in sorted(settings.runtime.home.glob("audit/*.damaged")):
                print(f"{file}: a part of the journal that somebody, or a power cut, has changed")
            told = "is whole" if not found.faults else "is NOT whole"
            print(
                f"The audit {told}: {found.entries} entries in {found.chains} chains, "
                f"{found.checkpoints} checkpoints, {len(anchors)} kept outside the database."
            )
        return FAILED if found.faults else 0

    return _with_records(settings, run)


def _export(settings: Settings, given: argparse.Namespace) -> int:
    from aiguardian.audit.export import exported

    def run(kept: Kept) -> int:
        audit, out = kept.records.audit, sys.stdout.buffer
        for chain in sorted(audit.chains()):
            number = 0
            while rows := audit.rows(chain, after=number, limit=PAGE):
                out.writelines(exported(row, given.format) for row in rows)
                number = rows[-1].number
        out.flush()
        return 0

    return _with_records(settings, run)


def _checkpoints(settings: Settings, given: argparse.Namespace) -> int:
    from aiguardian.audit.anchors import anchor_of

    def run(kept: Kept) -> int:
        if given.public_key:
            signer = kept.records.signer()
            print(f"{signer.key_id} {signer.public_key.hex()}")
            return 0
        for chain in sorted(kept.records.audit.chains()):
            for one in kept.records.audit.checkpoints(chain):
                print(msgspec.json.encode(anchor_of(one)).decode())
        return 0

    return _with_records(settings, run)


def _anchors(kept: Kept, files: list[Path] | None) -> Iterator[Anchor]:
    from aiguardian.audit.anchors import read_anchors

    if files is None:
        yield from kept.records.anchors().read()
        return
    for file in files:
        with file.open("rb") as lines:
            yield from read_anchors(lines)


def _with_records(settings: Settings, run: Callable[[Kept], int]) -> int:
    """The exit status of what is done with the stores; says why when they cannot be used."""
    try:
        with opened(settings) as kept:
            return run(kept)
    except (GatewayError, OSError) as error:
        print(f"aiguardian: {error}", file=sys.stderr)
        return USAGE_ERROR


@contextmanager
def opened(settings: Settings) -> Iterator[Kept]:
    """The stores, closed at the end. Raises `NotAvailable` where nothing is kept."""
    from aiguardian.errors import NotAvailable
    from aiguardian.stores import build_stores

    logging.disable()  # the exit status and a line say what went wrong
    if settings.access.secret_key is None:
        raise NotAvailable(NOTHING_KEPT)
    kept = build_stores(settings)
    try:
        yield kept
    finally:
        kept.close()
