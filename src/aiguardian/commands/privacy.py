"""`aiguardian privacy`: hand out or forget what is known of a user; check a receipt."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from aiguardian.commands.audit import FAILED, USAGE_ERROR, opened
from aiguardian.errors import GatewayError
from aiguardian.identity.principal import DEFAULT_TENANT
from aiguardian.settings.groups import Settings

COMMAND_LINE = "command-line"


def add_privacy(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its verbs to the parser."""
    privacy = commands.add_parser("privacy", help="hand out or forget what is known of a user")
    verbs = privacy.add_subparsers(title="verbs", required=True, metavar="VERB")
    export = verbs.add_parser("export", help="all that is known, a JSON line each, to stdout")
    _add_person(export)
    export.set_defaults(run=_export)
    erase = verbs.add_parser(
        "erase",
        help="forget the user everywhere; prints a signed receipt",
        description="A gateway that runs meanwhile may still write down its last second: use its "
        "API (POST /api/v1/admin/privacy/erase), or run this once more.",
    )
    _add_person(erase)
    erase.set_defaults(run=_erase)
    check = verbs.add_parser("check", help="whether a receipt is ours and as it was")
    check.add_argument("file", type=Path, help="the receipt that erase printed")
    check.set_defaults(run=_check)


def _add_person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", help="as calls name it, in user_id")
    parser.add_argument("--tenant", default=DEFAULT_TENANT, help="the organisation")
    parser.add_argument(
        "--session",
        action="append",
        default=[],
        help="a conversation of the user's that was held without a user_id; more than once",
    )


def _export(settings: Settings, given: argparse.Namespace) -> int:
    return _run(settings, given)


def _erase(settings: Settings, given: argparse.Namespace) -> int:
    return _run(settings, given, erases=True)


def _run(settings: Settings, given: argparse.Namespace, *, erases: bool = False) -> int:
    from aiguardian.audit.entry import Told
    from aiguardian.gateway.records import audited, build_erasure
    from aiguardian.privacy.person import Person
    from aiguardian.stores import remembered_in
    from aiguardian.telemetry.metrics import Metrics

    person = Person(given.tenant, given.user, tuple(given.session))
    try:
        with opened(settings) as kept, audited(settings, kept.records, Metrics()) as trail:
            persons = kept.records.persons()
            erasure = build_erasure(kept.records, remembered_in(kept), persons)
            whose = {"tenant": given.tenant, "key": COMMAND_LINE, "target": person.digest(persons)}
            if not erases:
                trail.record(Told(kind="act", act="privacy.export", **whose))
                for place, thing in erasure.export(person):
                    print(msgspec.json.encode({"place": place, "data": thing}).decode())
                return 0
            receipt = erasure.erase(person)
            done: dict[str, str | int] = {
                "receipt": receipt.statement.id,
                **receipt.statement.erased,
            }
            trail.record(Told(kind="act", act="privacy.erase", detail=done, **whose))
            print(msgspec.json.encode(receipt).decode())
            return 0
    except (GatewayError, OSError) as error:
        print(f"aiguardian: {error}", file=sys.stderr)
        return USAGE_ERROR


def _check(settings: Settings, given: argparse.Namespace) -> int:
    from aiguardian.privacy.erasure import Receipt, holds

    try:
        receipt = msgspec.json.decode(given.file.read_bytes(), type=Receipt)
        with opened(settings) as kept:
            is_ours = holds(receipt, kept.records.public_keys())
    except (GatewayError, OSError, msgspec.MsgspecError) as error:
        print(f"aiguardian: {error}", file=sys.stderr)
        return USAGE_ERROR
    print("The receipt is ours, as it was." if is_ours else "The receipt is NOT ours, or changed.")
    return 0 if is_ours else FAILED
