"""`aiguardian keys`: make, list, rotate and revoke API keys, whether or not a gateway runs."""

from __future__ import annotations

import argparse
import logging
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aiguardian.errors import GatewayError
from aiguardian.identity.principal import DEFAULT_TENANT, SCOPES
from aiguardian.settings.groups import Settings
from aiguardian.storage.keys import Place, StoredKey

if TYPE_CHECKING:
    from aiguardian.identity.keys import Keys  # 60 ms that the other commands do without
    from aiguardian.stores import Kept

Acts = list[tuple[str, StoredKey]]
"""What was done to which key."""

FAILED, USAGE_ERROR = 1, 2
COMMAND_LINE = "command-line"
"""Who made a key that was made here."""
PAGE = 200
_SPAN = re.compile(r"(\d{1,6})([smhd])\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
UNSEALED = (
    "Keys are kept only with a SECRET_KEY, which this environment has not. For example: "
    'export SECRET_KEY=$(python3 -c "import secrets; print(secrets.token_hex(32))") '
    "for the gateway and here"
)


def add_keys(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its verbs to the parser."""
    keys = commands.add_parser("keys", help="make, list, rotate and revoke API keys")
    verbs = keys.add_subparsers(title="verbs", required=True, metavar="VERB")
    create = verbs.add_parser("create", help="make a key; it is printed this once")
    create.add_argument("name", help="for people: whose key it is, and what for")
    create.add_argument(
        "--scope", action="append", required=True, choices=SCOPES, help="a right; more than once"
    )
    create.add_argument("--tenant", type=_name, default=DEFAULT_TENANT, help="the organisation")
    create.add_argument("--policy", type=_name, help="judges its traffic through the proxy")
    create.add_argument(
        "--limit", action="append", default=[], help="'600 requests/minute'; more than once"
    )
    create.add_argument("--expires-in", type=_span, metavar="SPAN", help="90d, 12h, 30m")
    create.set_defaults(run=_create)
    listing = verbs.add_parser("list", help="the keys, newest first, never the keys themselves")
    listing.add_argument("--tenant", type=_name, help="only this organisation's")
    listing.add_argument("--json", action="store_true", help="a JSON object a line")
    listing.set_defaults(run=_list)
    rotate = verbs.add_parser("rotate", help="make a new key with the rights of an old one")
    rotate.add_argument("id", help="as list shows it: agk_ and eleven characters")
    rotate.add_argument(
        "--overlap",
        type=_span,
        default=None,
        metavar="SPAN",
        help="the old key works so much longer (1d)",
    )
    rotate.set_defaults(run=_rotate)
    revoke = verbs.add_parser("revoke", help="end a key now")
    revoke.add_argument("id", help="as list shows it: agk_ and eleven characters")
    revoke.set_defaults(run=_revoke)


def _create(settings: Settings, given: argparse.Namespace) -> int:
    def create(keys: Keys) -> Acts:
        if given.policy:
            _warn_of_policy(settings, given.policy)
        wanted = StoredKey(
            id="",
            digest=b"",
            pepper="",
            created_at=0.0,
            tenant=given.tenant,
            name=given.name,
            scopes=tuple(sorted(set(given.scope))),
            created_by=COMMAND_LINE,
            policy=given.policy,
            limits=tuple(given.limit),
            expires_at=time.time() + given.expires_in if given.expires_in else None,
        )
        return [("keys.create", _shown(*keys.create(wanted)))]

    return _with_keys(settings, create)


def _list(settings: Settings, given: argparse.Namespace) -> int:
    def listed(keys: Keys) -> Acts:
        after: Place | None = None
        while page := keys.page(given.tenant, after=after, limit=PAGE):
            for key in page:
                print(_as_json(keys, key) if given.json else _as_line(keys, key))
            after = (page[-1].created_at, page[-1].id)
        return []

    return _with_keys(settings, listed)


def _rotate(settings: Settings, given: argparse.Namespace) -> int:
    def rotate(keys: Keys) -> Acts:
        old = keys.get(given.id, None)
        _shown(*keys.rotate(old, by=COMMAND_LINE, overlap_s=given.overlap))
        return [("keys.rotate", old)]

    return _with_keys(settings, rotate)


def _revoke(settings: Settings, given: argparse.Namespace) -> int:
    def revoke(keys: Keys) -> Acts:
        key = keys.revoke(keys.get(given.id, None))
        print(f"{given.id} is revoked. Gateways refuse it within seconds.")
        return [("keys.revoke", key)]

    return _with_keys(settings, revoke)


def _with_keys(settings: Settings, run: Callable[[Keys], Acts]) -> int:
    """The status of a verb, whose acts are put into the audit; what the user can mend is one line
    on standard error."""
    from aiguardian.identity.keys import Keys
    from aiguardian.storage.address import InvalidAddress
    from aiguardian.stores import build_stores

    if settings.access.secret_key is None:
        print(f"aiguardian: {UNSEALED}.", file=sys.stderr)
        return USAGE_ERROR
    logging.disable()
    try:
        kept = build_stores(settings)
    except (InvalidAddress, OSError) as error:
        print(f"aiguardian: {error}", file=sys.stderr)
        return FAILED
    try:
        _audit(settings, kept, run(Keys(kept.identity.keys, kept.identity.secrets)))
        return 0
    except GatewayError as error:
        print(f"aiguardian: {error.message}", file=sys.stderr)
        return FAILED
    finally:
        kept.close()


def _audit(settings: Settings, kept: Kept, acts: Acts) -> None:
    from aiguardian.audit.entry import Told
    from aiguardian.gateway.records import audited
    from aiguardian.telemetry.metrics import Metrics

    if not acts:
        return
    with audited(settings, kept.records, Metrics()) as trail:
        for act, key in acts:
            trail.record(
                Told(kind="act", act=act, target=key.id, tenant=key.tenant, key=COMMAND_LINE)
            )


def _shown(key: StoredKey, text: str) -> StoredKey:
    """Only the key goes to standard output, so that a script can take it from there."""
    print(f"{key.id} for {key.tenant}: {' '.join(key.scopes)}.", file=sys.stderr)
    print("Keep the key now: it cannot be shown again.", file=sys.stderr)
    print(text)
    return key


def _as_line(keys: Keys, key: StoredKey) -> str:
    state = "revoked" if key.revoked_at else "live" if keys.is_live(key) else "expired"
    used = _day(key.last_used_at) if key.last_used_at else "never used"
    ends = f", ends {_day(key.expires_at)}" if key.expires_at and state == "live" else ""
    old = "" if keys.uses_newest_secret(key) else ", needs SECRET_KEY_PREVIOUS until used"
    return (
        f"{key.id}  {state:8} {key.tenant:16} {'+'.join(key.scopes):24} {used:16} "
        f"{_plain(key.name)}{ends}{old}"
    )


def _as_json(keys: Keys, key: StoredKey) -> str:
    told = msgspec.to_builtins(key)
    del told["digest"]
    return msgspec.json.encode(told | {"is_live": keys.is_live(key)}).decode()


def _plain(name: str) -> str:
    """The name without what a terminal would obey: an organisation's administrator chose it."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def _span(text: str) -> float:
    found = _SPAN.match(text)
    if found is None:
        raise argparse.ArgumentTypeError("a span is a number and s, m, h or d: 90d, 12h")
    return float(int(found[1]) * _SECONDS[found[2]])


def _name(text: str) -> str:
    if not _NAME.match(text):
        raise argparse.ArgumentTypeError("1 to 64 letters, digits, and . _ - are allowed")
    return text


def _warn_of_policy(settings: Settings, name: str) -> None:
    from aiguardian.policy.shelf import BUILT_IN

    folder: Path | None = settings.policies.folder
    if name not in BUILT_IN and not (folder and (folder / f"{name}.yaml").exists()):
        print(
            f"No file and no built-in policy is named {name}: the organisation must keep one.",
            file=sys.stderr,
        )
