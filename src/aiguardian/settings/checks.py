"""Rules that no single type expresses: addresses, production, and names that look like ours."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from aiguardian.settings.billing import why_not
from aiguardian.settings.destinations import REFUSED
from aiguardian.settings.groups import GUARD_NAMES, Secret, Settings, all_settings


def address_faults(settings: Settings) -> list[str]:
    """Faults of URLs and origins that a type cannot express."""
    faults = []
    for guard in GUARD_NAMES:
        for url in settings.guards.instances(guard):
            if fault := _url_fault(url):
                name = f"{guard.upper()}_URL"
                faults.append(f"{name}: an instance {fault}. For example: {name}=http://host:8001")
    faults += [
        f"ALLOWED_ORIGINS: {origin[:80]!r} is not an origin (scheme and host, no path). "
        "For example: ALLOWED_ORIGINS=https://app.example.com,https://admin.example.com"
        for origin in settings.access.allowed_origins
        if origin != "*" and not re.fullmatch(r"https?://[^/\s?#@]+", origin)
    ]
    faults += [
        f"ALLOWED_HOSTS: {host[:80]!r} is not a host name (no scheme, port or path). "
        "For example: ALLOWED_HOSTS=api.example.com,*.internal.example.com"
        for host in settings.access.allowed_hosts
        if not re.fullmatch(r"\*|(\*\.)?[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]", host)
    ]
    if settings.tracing.endpoint and (fault := _url_fault(settings.tracing.endpoint)):
        faults.append(
            f"OTEL_EXPORTER_OTLP_ENDPOINT: the address {fault}. "
            "For example: OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318"
        )
    if settings.upstream.file and settings.upstream.base_url:
        faults.append(
            "AIGUARDIAN_UPSTREAMS: UPSTREAM_BASE_URL is set, too; one of them says who answers. "
            "For example: AIGUARDIAN_UPSTREAMS=/etc/aiguardian/upstreams.yaml"
        )
    if settings.upstream.base_url and (fault := _url_fault(settings.upstream.base_url)):
        faults.append(
            f"UPSTREAM_BASE_URL: the address {fault}. "
            "For example: UPSTREAM_BASE_URL=https://api.openai.com"
        )
    if settings.judge.url and (fault := _url_fault(settings.judge.url)):
        faults.append(
            f"TRUST_JUDGE_URL: the address {fault}. For example: TRUST_JUDGE_URL=http://vllm:8000"
        )
    faults += [
        f"{name}: the value (not shown) is not an http:// or https:// URL. "
        f"For example: {name}={example}"
        for name, url, example in (
            ("AWS_ENDPOINT_URL", settings.aws.endpoint, "http://localhost:5000"),
            ("STRIPE_API_BASE", settings.billing.endpoint, "http://stripe:12111"),
            ("BILLING_RETURN_URL", settings.billing.return_url, "https://app.example.com/billing"),
        )
        if url and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s#]*)?(\?[^\s#]*)?", url)
    ]
    return faults + _store_faults(settings) + _destination_faults(settings)


def _destination_faults(settings: Settings) -> list[str]:
    """Those of addresses that nothing may connect to, whatever stands there."""
    judge, identity, billing = settings.judge, settings.identity, settings.billing
    database, redis = settings.database.address(), settings.redis.address()
    named: list[tuple[str, str | None]] = [
        (f"{guard.upper()}_URL", url)
        for guard in GUARD_NAMES
        for url in settings.guards.instances(guard)
    ]
    named += [
        ("UPSTREAM_BASE_URL", settings.upstream.base_url),
        ("TRUST_JUDGE_URL", judge.url),
        ("CLERK_ISSUER", identity.clerk_issuer),
        ("CLERK_JWKS_URL", identity.clerk_jwks_url),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", settings.tracing.endpoint),
        ("AWS_ENDPOINT_URL", settings.aws.endpoint),
        ("STRIPE_API_BASE", billing.endpoint),
        ("DATABASE_URL or DATABASE_HOST", database.reveal() if database else None),
        ("REDIS_URL or REDIS_HOST", redis.reveal() if redis else None),
    ]
    return [
        f"AIGUARDIAN_ALLOWED_DESTINATIONS: {one[:80]!r} is not an address, network or name. "
        "For example: AIGUARDIAN_ALLOWED_DESTINATIONS=169.254.1.2,169.254.2.0/24"
        for one in settings.outbound.unreadable()
    ] + [
        f"{name}: the address {REFUSED}. For example: AIGUARDIAN_ALLOWED_DESTINATIONS=169.254.1.2"
        for name, url in named
        if url and any(settings.outbound.refuses(host) for host in hosts_of(url))
    ]


def hosts_of(url: str) -> list[str]:
    """The hosts that a URL names: PostgreSQL's may name several, and others in its query."""
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query)
    except ValueError:
        return []
    where = [parts.netloc.rpartition("@")[2]]
    where += [value for name, value in query if name in {"host", "hostaddr"}]
    return [_without_port(one) for some in where for one in some.split(",") if one]


def _without_port(place: str) -> str:
    if place.startswith("["):
        return place[1:].partition("]")[0]
    return place if place.count(":") > 1 else place.partition(":")[0]


def _store_faults(settings: Settings) -> list[str]:
    faults = []
    database, redis = settings.database, settings.redis
    if database.url and not _has_scheme(database.url, "postgres", "postgresql", "sqlite"):
        faults.append(
            "DATABASE_URL: the value (not shown) is not a PostgreSQL or SQLite address. "
            "For example: DATABASE_URL=postgresql+asyncpg://user:password@host:5432/database"
        )
    if redis.url and not _has_scheme(redis.url, "redis", "rediss", "unix"):
        faults.append(
            "REDIS_URL: the value (not shown) is not a Redis address. "
            "For example: REDIS_URL=redis://:password@host:6379/0"
        )
    if database.enabled and not database.address():
        faults.append(
            "DATABASE_ENABLED: true, but neither DATABASE_URL nor DATABASE_HOST is set. "
            "For example: DATABASE_URL=postgresql+asyncpg://user:password@host:5432/database"
        )
    return faults


def _has_scheme(url: Secret, *schemes: str) -> bool:
    scheme, separator, _ = url.reveal().partition("://")
    return bool(separator) and scheme.split("+")[0].lower() in schemes


def _url_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")  # as the resolver will
    except ValueError:
        return "is not a URL"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "is not an http:// or https:// URL"
    if parts.username is not None or parts.password is not None:
        return "carries a user or password, which is not supported"
    if parts.query or parts.fragment:
        return "has a query or fragment"
    return "has port 0" if port == 0 else None


WELL_KNOWN = re.compile(
    r"change.?(me|this)|replace.?me|your.?(secret|key|super)|example|default|insecure|"
    r"placeholder|secret.?key|password|django|^test|dev.?secret|not.?secret|supersecret",
    re.IGNORECASE,
)
"""Words of the keys that tutorials print. Nearest false positive: a random base64 key holds
one of the five-letter words with a chance below one in ten million."""


def production_faults(settings: Settings) -> list[str]:
    """Return what production refuses: a guessable SECRET_KEY, DEBUG and any origin."""
    faults = []
    key = settings.access.secret_key
    hint = 'For example: SECRET_KEY=$(python3 -c "import secrets; print(secrets.token_hex(32))")'
    if key is None:
        faults.append(f"SECRET_KEY: not set; production needs 64 characters or more. {hint}")
    elif len(key) < 64:
        faults.append(f"SECRET_KEY: has {len(key)} characters; production needs 64. {hint}")
    elif WELL_KNOWN.search(key.reveal()) or len(set(key.reveal())) < 10 or _repeats(key.reveal()):
        faults.append(f"SECRET_KEY: the value (not shown) is well known or guessable. {hint}")
    if settings.runtime.debug:
        faults.append("DEBUG: 'true' is refused in production. For example: DEBUG=false")
    if "*" in settings.access.allowed_origins:
        faults.append(
            "ALLOWED_ORIGINS: '*' is refused in production. "
            "For example: ALLOWED_ORIGINS=https://app.example.com"
        )
    return faults


def _repeats(key: str) -> bool:
    """Whether the key is one shorter piece over and over."""
    return (key + key).find(key, 1) < len(key)


def unknown_of_ours(environ: Mapping[str, str]) -> list[str]:
    """The AIGUARDIAN_ prefix is ours alone: an unknown name under it is a fault."""
    known = {setting.variable.name for setting in all_settings()} | _OF_TOOLS
    by_rest = {one.removeprefix(_PREFIX): one for one in known}
    faults = []
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name not in known:
            rest = name.removeprefix(_PREFIX)
            near = difflib.get_close_matches(rest, by_rest, n=1, cutoff=0.6)
            faults.append(
                f"{name[:64]}: there is no such setting. "
                + (f"Did you mean {by_rest[near[0]]}?" if near else "aiguardian doctor lists all.")
            )
    return faults


_PREFIX = "AIGUARDIAN_"
_OF_TOOLS = {"AIGUARDIAN_DATA"}
"""Read by benchmarks and training only: where the data lies."""


def look_alikes(environ: Mapping[str, str]) -> list[str]:
    """One sentence per variable that is unknown here but looks like one of ours."""
    known = {setting.variable.name for setting in all_settings()}
    warnings = []
    for name in sorted(set(environ) - known):
        if len(name) < 5 or name.startswith(_PREFIX) or name.removesuffix("_FILE") in known:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.87)
        if near and near[0] not in environ:
            warnings.append(f"{name[:64]} is not a setting. Did you mean {near[0]}?")
    return warnings


def not_yet(settings: Settings) -> list[str]:
    """One sentence per setting that is accepted but that this version does not act on."""
    told = []
    if settings.billing.enabled and (reason := why_not(settings.billing)):
        told.append(f"STRIPE_ENABLED: {reason}")
    if settings.identity.clerk_enabled and not settings.identity.takes_tokens:
        told.append("CLERK_ENABLED: nobody can sign in without CLERK_ISSUER, Clerk's Frontend API.")
    if settings.access.secret_key_previous and settings.access.secret_key is None:
        told.append("SECRET_KEY_PREVIOUS: nothing is kept, and nothing opened, without SECRET_KEY.")
    if settings.database.address() and settings.access.secret_key is None:
        told.append("DATABASE_*: nothing is stored without SECRET_KEY, which seals what is kept.")
    return told
