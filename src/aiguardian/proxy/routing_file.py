"""The routing from a YAML file. Every fault names its line; what is not known is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiguardian.policy.read import Place, PolicyError, composed, unknown
from aiguardian.proxy.account import KINDS, Account
from aiguardian.proxy.health.canary import Canary
from aiguardian.proxy.routing import Route, Routing, Target
from aiguardian.settings.destinations import REFUSED, Outbound
from aiguardian.settings.variable import Secret

PARTS = ("upstreams", "models", "fallbacks", "canaries")
NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
MODEL = re.compile(r"\S{1,256}")
MOST_BYTES = 262_144
MOST_UPSTREAMS = 64
"""Each is a label of metrics."""
LONGEST_PROMPT = 4_000


def read_routing(
    text: str,
    *,
    file: str,
    environ: Mapping[str, str],
    region: str,
    outbound: Outbound = Outbound(),  # noqa: B008 - it is frozen
) -> Routing:
    """The routing that a YAML text describes. `environ` holds the keys that `api_key_env` names;
    `region` is AWS's where an upstream names none; `outbound` says where upstreams may be. Raises
    `PolicyError`."""
    if len(text) > MOST_BYTES:
        raise PolicyError(file, 1, f"The file is longer than {MOST_BYTES:,} characters.")
    root = Place(file, composed(text, file))
    parts = dict(root.items("The file"))
    for key, value in parts.items():
        if key not in PARTS:
            raise value.wrong(unknown(key, "The file", PARTS))
    for needed in ("upstreams", "models"):
        if needed not in parts:
            raise root.wrong(f"{needed} is missing: the file needs upstreams and models.")
    accounts = _accounts(parts["upstreams"], environ, region)
    for place in dict(parts["upstreams"].items("upstreams")).values():
        for key, value in place.items("an upstream"):
            if key == "base_url" and outbound.refuses(urlsplit(value.text(key)).hostname or ""):
                raise value.wrong(f"The base_url {REFUSED}.")
    routes = tuple(_routes(parts["models"], accounts))
    routing = Routing(accounts, routes)
    return Routing(
        accounts,
        routes,
        _fallbacks(parts["fallbacks"], routing) if "fallbacks" in parts else {},
        tuple(_canaries(parts["canaries"], accounts)) if "canaries" in parts else (),
    )


def _accounts(place: Place, environ: Mapping[str, str], region: str) -> dict[str, Account]:
    accounts: dict[str, Account] = {}
    for name, value in place.items("upstreams"):
        if not NAME.fullmatch(name):
            raise value.wrong("An upstream's name is lower-case letters, digits, - and _, to 32.")
        accounts[name] = _account(name, value, environ, region)
    if not 0 < len(accounts) <= MOST_UPSTREAMS:
        raise place.wrong(f"upstreams names 1 to {MOST_UPSTREAMS} of them.")
    return accounts


_TEXTS = ("base_url", "api_version", "region")
_NUMBERS = {"timeout_s": (0.1, 3600.0), "connect_s": (0.1, 300.0), "silence_s": (0.1, 3600.0)}
_KEYS = ("api_key", "api_key_env", "api_key_file", "passes_callers_key")
_FIELDS = ("kind", *_TEXTS, *_KEYS, *_NUMBERS, "retries", "asks_usage")


def _account(name: str, place: Place, environ: Mapping[str, str], region: str) -> Account:
    given: dict[str, Any] = {"region": region}
    key: Place | None = None
    for field, value in place.items(name):
        if field not in _FIELDS:
            raise value.wrong(unknown(field, name, _FIELDS))
        if field in _KEYS:
            if key is not None:
                raise value.wrong(f"{name} has two keys: one of {', '.join(_KEYS)} is enough.")
            key = value
            given |= _key(field, value, environ)
        elif field == "kind":
            given["kind"] = value.one_of("kind", KINDS)
        elif field in _NUMBERS:
            given[field] = _number(value, field, *_NUMBERS[field])
        elif field == "retries":
            given[field] = int(_number(value, field, 0, 10, is_whole=True))
        elif field == "asks_usage":
            given[field] = _boolean(value, field)
        else:
            given[field] = value.text(field)
    account = Account(name=name, **given)
    if account.kind != "bedrock" and not account.base_url:
        raise place.wrong(f"{name} needs a base_url, such as https://api.openai.com.")
    if account.base_url and not _is_address(account.base_url):
        raise place.wrong(f"The base_url of {name} is not an http:// or https:// address.")
    return account


def _key(field: str, place: Place, environ: Mapping[str, str]) -> dict[str, Any]:
    if field == "passes_callers_key":
        return {"takes_callers_key": _boolean(place, field)}
    given = place.text(field)
    if field == "api_key_env":
        if not environ.get(given):
            raise place.wrong("The variable that api_key_env names is not set, or empty.")
        return {"api_key": Secret(environ[given])}
    if field == "api_key_file":
        try:
            given = Path(given).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise place.wrong("The file that api_key_file names cannot be read.") from None
    if not given:
        raise place.wrong(f"{field} gives an empty key.")
    return {"api_key": Secret(given)}


def _routes(place: Place, accounts: Mapping[str, Account]) -> list[Route]:
    routes = []
    for pattern, value in place.items("models"):
        if not MODEL.fullmatch(pattern):
            raise value.wrong("A model is a name or a pattern without spaces, to 256 characters.")
        targets = tuple(_target(one, accounts) for one in value.members(pattern))
        if not targets:
            raise value.wrong("A model needs one upstream at least.")
        if not any(target.weight for target in targets):
            raise value.wrong("One upstream of a model at least needs a weight above 0.")
        routes.append(Route(pattern, targets))
    if not routes:
        raise place.wrong("models names none: no request could be answered.")
    return routes


def _target(place: Place, accounts: Mapping[str, Account]) -> Target:
    fields = _fields(place, "An upstream of a model", ("upstream", "model", "weight", "priced_as"))
    if "upstream" not in fields:
        raise place.wrong("An upstream of a model needs its name: upstream: NAME.")
    name = fields["upstream"].one_of("upstream", tuple(accounts))
    texts = {key: fields[key].text(key) for key in ("model", "priced_as") if key in fields}
    weight = _number(fields["weight"], "weight", 0, 1_000) if "weight" in fields else 1.0
    return Target(name, weight=weight, **texts)


def _fallbacks(place: Place, routing: Routing) -> dict[str, tuple[str, ...]]:
    fallbacks: dict[str, tuple[str, ...]] = {}
    for pattern, value in place.items("fallbacks"):
        names = []
        for member in value.members(pattern):
            name = member.text("a stand-in")
            if routing.route(name) is None:
                raise member.wrong("This stand-in is served by no route under models.")
            names.append(name)
        fallbacks[pattern] = tuple(names)
    return fallbacks


_CANARY = ("upstream", "model", "prompt", "contains", "matches", "within_s", "most_tokens")


def _canaries(place: Place, accounts: Mapping[str, Account]) -> list[Canary]:
    return [_canary(member, accounts) for member in place.members("canaries")]


def _canary(place: Place, accounts: Mapping[str, Account]) -> Canary:
    fields = _fields(place, "A canary", _CANARY)
    for needed in ("upstream", "model", "prompt"):
        if needed not in fields:
            raise place.wrong(f"A canary needs {needed}.")
    prompt = fields["prompt"].text("prompt")
    if not 0 < len(prompt) <= LONGEST_PROMPT:
        raise fields["prompt"].wrong(f"prompt has 1 to {LONGEST_PROMPT:,} characters.")
    given: dict[str, Any] = {}
    if "matches" in fields:
        given["matches"] = _pattern(fields["matches"])
    if "contains" in fields:
        given["contains"] = fields["contains"].text("contains")
    if "within_s" in fields:
        given["within_s"] = _number(fields["within_s"], "within_s", 0.01, 3600)
    if "most_tokens" in fields:
        most = _number(fields["most_tokens"], "most_tokens", 1, 4096, is_whole=True)
        given["most_tokens"] = int(most)
    upstream = fields["upstream"].one_of("upstream", tuple(accounts))
    return Canary(upstream, fields["model"].text("model"), prompt, **given)


def _pattern(place: Place) -> str:
    given = place.text("matches")
    try:
        re.compile(given)
    except re.error as error:
        raise place.wrong(f"matches is no regular expression: {error.msg}.") from None
    return given


def _fields(place: Place, what: str, allowed: tuple[str, ...]) -> dict[str, Place]:
    fields: dict[str, Place] = {}
    for key, value in place.items(what):
        if key not in allowed:
            raise value.wrong(unknown(key, what, allowed))
        fields[key] = value
    return fields


def _number(place: Place, what: str, low: float, high: float, *, is_whole: bool = False) -> float:
    parse: Callable[[str], float] = int if is_whole else float
    try:
        value = parse(place.text(what))
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        kind = "a whole number" if is_whole else "a number"
        raise place.wrong(f"{what} must be {kind} from {low:g} to {high:g}.")
    return value


def _boolean(place: Place, what: str) -> bool:
    return place.one_of(what, ("true", "false")) == "true"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    is_plain = parts.username is None and not parts.query and not parts.fragment
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and is_plain and port != 0
