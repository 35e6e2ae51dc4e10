"""Every setting of the program: one typed object of small groups, read once and passed down.

A group is a frozen class; each field names its environment variable, an example, its bounds
and, by its type, whether it is secret. To add a setting, add a field here: reading it, listing
it, masking it and documenting it follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints
from urllib.parse import quote, urlencode

from aiguardian.settings.addresses import with_password
from aiguardian.settings.aws import Aws
from aiguardian.settings.billing import Billing
from aiguardian.settings.destinations import Outbound
from aiguardian.settings.identity import Identity
from aiguardian.settings.judge import Judge
from aiguardian.settings.mcp import Mcp
from aiguardian.settings.policies import Policies
from aiguardian.settings.rates import RateLimits
from aiguardian.settings.recording import Recording
from aiguardian.settings.redis import Redis
from aiguardian.settings.upstreams import Cache
from aiguardian.settings.upstreams import Upstream as Upstream

# Groups that stand in modules of their own need these two: `variable` is theirs and ours.
from aiguardian.settings.variable import Secret as Secret
from aiguardian.settings.variable import Variable as Variable

GUARD_NAMES = (
    "tokenguard",
    "trustguard",
    "contextguard",
    "biasguard",
    "securityguard",
    "healthguard",
)
"""The six guards of the contract; which of them are here is the registry's business."""


Environment = Literal["development", "test", "staging", "production"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]


@dataclass(frozen=True, slots=True)
class Runtime:
    """How the process runs."""

    environment: Annotated[
        Environment,
        Variable("ENVIRONMENT", "Where this runs. Only development is open.", "production"),
    ] = "development"
    debug: Annotated[bool, Variable("DEBUG", "Log at DEBUG level.", "false")] = False
    log_level: Annotated[
        LogLevel, Variable("LOG_LEVEL", "The least severe log line written.", "INFO")
    ] = "INFO"
    host: Annotated[str, Variable("HOST", "The address listened on.", "127.0.0.1")] = "127.0.0.1"
    port: Annotated[int, Variable("PORT", "The TCP port.", "8000", ge=0, le=65535)] = 8000
    home: Annotated[
        Path, Variable("AIGUARDIAN_HOME", "The folder for everything kept.", "/var/lib/aiguardian")
    ] = Path(".aiguardian")


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call."""

    secret_key: Annotated[
        Secret | None,
        Variable("SECRET_KEY", "Signs and derives keys; 64 characters or more.", "<64+ random>"),
    ] = None
    secret_key_previous: Annotated[
        Secret | None,
        Variable(
            "SECRET_KEY_PREVIOUS",
            "Former values of SECRET_KEY, the latest first: what they closed still opens.",
            "<64+ random>,<64+ random>",
        ),
    ] = None
    secret_key_overlap_s: Annotated[
        float,
        Variable(
            "SECRET_KEY_OVERLAP_S",
            "Seconds that a new SECRET_KEY only opens, before it closes and signs: for all "
            "gateways to learn of it.",
            "600",
            ge=0,
            le=604_800,
        ),
    ] = 600.0
    unified_api_key: Annotated[
        Secret | None,
        Variable("UNIFIED_API_KEY", "The key that callers send as X-API-Key.", "<32+ random>"),
    ] = None
    metrics_key: Annotated[
        Secret | None,
        Variable(
            "METRICS_KEY", "The key with which Prometheus reads /metrics, alone.", "<32+ random>"
        ),
    ] = None
    allowed_origins: Annotated[
        tuple[str, ...],
        Variable("ALLOWED_ORIGINS", "Browser origins that may call.", "https://app.example.com"),
    ] = ()
    allowed_hosts: Annotated[
        tuple[str, ...],
        Variable("ALLOWED_HOSTS", "Host names served; *.example.com works.", "api.example.com"),
    ] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds memory, time and work."""

    workers: Annotated[
        int,
        Variable("AIGUARDIAN_WORKERS", "Threads that judge; 0: one a core.", "2", ge=0, le=256),
    ] = 0
    queue: Annotated[
        int,
        Variable("AIGUARDIAN_QUEUE", "Requests that may wait for a worker.", "64", ge=0, le=100000),
    ] = 64
    outbound: Annotated[
        int,
        Variable(
            "AIGUARDIAN_OUTBOUND", "Calls to one guard's instances at once.", "256", ge=1, le=10000
        ),
    ] = 256
    body_bytes: Annotated[
        int,
        Variable(
            "AIGUARDIAN_BODY_BYTES", "The largest body, or line of a batch.", "8388608", ge=1024
        ),
    ] = 8 * 1024 * 1024
    buffered_bytes: Annotated[
        int,
        Variable(
            "AIGUARDIAN_BUFFERED_BYTES", "All bodies in memory together.", "67108864", ge=1024
        ),
    ] = 64 * 1024 * 1024
    body_timeout_s: Annotated[
        float,
        Variable("AIGUARDIAN_BODY_TIMEOUT_S", "For a client to send a body.", "20", ge=0.1, le=300),
    ] = 20.0
    header_timeout_s: Annotated[
        float,
        Variable(
            "AIGUARDIAN_HEADER_TIMEOUT_S", "For a client to send its headers.", "10", ge=0.1, le=300
        ),
    ] = 10.0
    keep_alive_s: Annotated[
        int,
        Variable(
            "AIGUARDIAN_KEEP_ALIVE_S",
            "Seconds an idle connection is kept; make it more than a balancer's idle timeout.",
            "330",
            ge=1,
            le=3600,
        ),
    ] = 75
    """Above the 60 s that AWS's load balancers and nginx begin with."""
    leave_s: Annotated[
        float,
        Variable(
            "AIGUARDIAN_LEAVE_S",
            "Seconds served on after a SIGTERM, while readiness says no, for a balancer to notice.",
            "5",
            ge=0,
            le=300,
        ),
    ] = 0.0
    drain_s: Annotated[
        float,
        Variable(
            "AIGUARDIAN_DRAIN_S", "For requests in flight to end at a stop.", "25", ge=0, le=600
        ),
    ] = 25.0


@dataclass(frozen=True, slots=True)
class Guards:
    """Where guards run: in process, or at the instances named (comma-separated)."""

    tokenguard: Annotated[
        tuple[str, ...],
        Variable("TOKENGUARD_URL", "TokenGuard's instances.", "http://tokenguard:8001"),
    ] = ()
    trustguard: Annotated[
        tuple[str, ...],
        Variable("TRUSTGUARD_URL", "TrustGuard's instances.", "http://trustguard:8002"),
    ] = ()
    contextguard: Annotated[
        tuple[str, ...],
        Variable("CONTEXTGUARD_URL", "ContextGuard's instances.", "http://contextguard:8003"),
    ] = ()
    biasguard: Annotated[
        tuple[str, ...],
        Variable("BIASGUARD_URL", "BiasGuard's instances.", "http://biasguard:8004"),
    ] = ()
    securityguard: Annotated[
        tuple[str, ...],
        Variable("SECURITYGUARD_URL", "SecurityGuard's instances.", "http://securityguard:8005"),
    ] = ()
    healthguard: Annotated[
        tuple[str, ...],
        Variable("HEALTHGUARD_URL", "HealthGuard's instances.", "http://healthguard:8006"),
    ] = ()
    health_interval_s: Annotated[
        float,
        Variable(
            "AIGUARDIAN_HEALTH_INTERVAL_S",
            "Between two health checks of an instance.",
            "2",
            ge=0.05,
            le=300,
        ),
    ] = 2.0
    self_test_interval_s: Annotated[
        float,
        Variable(
            "AIGUARDIAN_SELF_TEST_INTERVAL_S",
            "Between two self-tests of a guard.",
            "300",
            ge=1,
            le=86400,
        ),
    ] = 300.0

    def instances(self, guard: str) -> tuple[str, ...]:
        """The base URLs of a guard's instances; empty when it runs in process."""
        urls: tuple[str, ...] = getattr(self, guard)
        return urls


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is kept of what passes through, and for how long."""

    placeholder_ttl_s: Annotated[
        float,
        Variable(
            "AIGUARDIAN_PLACEHOLDER_TTL_S",
            "Seconds after its last use that a session's placeholders can be restored.",
            "86400",
            ge=1,
            le=31_536_000,
        ),
    ] = 86_400.0
    memory_ttl_s: Annotated[
        float,
        Variable(
            "AIGUARDIAN_MEMORY_TTL_S",
            "Seconds that ContextGuard remembers a turn.",
            "2592000",
            ge=1,
            le=315_360_000,
        ),
    ] = 2_592_000.0


@dataclass(frozen=True, slots=True)
class Database:
    """The database, as one URL or in parts."""

    enabled: Annotated[bool, Variable("DATABASE_ENABLED", "Use a database server.", "true")] = False
    required: Annotated[
        bool,
        Variable(
            "DATABASE_REQUIRED", "Take no requests while the database is away (not ready).", "true"
        ),
    ] = False
    url: Annotated[
        Secret | None,
        Variable("DATABASE_URL", "The whole address.", "postgresql+asyncpg://user:…@host:5432/db"),
    ] = None
    host: Annotated[str | None, Variable("DATABASE_HOST", "Its host.", "postgres")] = None
    port: Annotated[int, Variable("DATABASE_PORT", "Its port.", "5432", ge=1, le=65535)] = 5432
    user: Annotated[str, Variable("DATABASE_USER", "Its user.", "aiguardian")] = "aiguardian"
    password: Annotated[
        Secret | None, Variable("DATABASE_PASSWORD", "The user's password.", "<32+ random>")
    ] = None
    name: Annotated[str, Variable("DATABASE_NAME", "The database's name.", "aiguardian")] = (
        "aiguardian"
    )
    postgres_password: Annotated[
        Secret | None,
        Variable("POSTGRES_PASSWORD", "The password, as its container names it.", "<32+ random>"),
    ] = None
    sslmode: Annotated[
        SslMode | None,
        Variable("DATABASE_SSLMODE", "As libpq's sslmode, with DATABASE_HOST.", "verify-full"),
    ] = None
    sslrootcert: Annotated[
        Path | None,
        Variable(
            "DATABASE_SSLROOTCERT", "The authorities it is checked against.", "/etc/ssl/rds.pem"
        ),
    ] = None

    def address(self) -> Secret | None:
        """The database's URL, put together from parts when no URL is given. A URL without a
        password gets DATABASE_PASSWORD; about TLS it speaks for itself."""
        password = self.password or self.postgres_password
        if self.url:
            return with_password(self.url, password)
        if not self.host:
            return None
        word = f":{quote(password.reveal(), safe='')}" if password else ""
        tls = {"sslmode": self.sslmode, "sslrootcert": self.sslrootcert}
        query = urlencode({name: str(value) for name, value in tls.items() if value})
        return Secret(
            f"postgresql+asyncpg://{quote(self.user, safe='')}{word}"
            f"@{self.host}:{self.port}/{quote(self.name, safe='')}{'?' if query else ''}{query}"
        )


@dataclass(frozen=True, slots=True)
class Tracing:
    """OpenTelemetry traces; nothing is sent without an endpoint."""

    endpoint: Annotated[
        str | None,
        Variable(
            "OTEL_EXPORTER_OTLP_ENDPOINT", "The OTLP/HTTP collector.", "http://collector:4318"
        ),
    ] = None
    sample_ratio: Annotated[
        float,
        Variable(
            "OTEL_TRACES_SAMPLER_ARG", "The share of new traces that is kept.", "0.05", ge=0, le=1
        ),
    ] = 0.05


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, in groups."""

    runtime: Runtime = Runtime()
    access: Access = Access()
    limits: Limits = Limits()
    guards: Guards = Guards()
    judge: Judge = Judge()  # noqa: RUF009 - it is frozen, as are the others
    privacy: Privacy = Privacy()
    recording: Recording = Recording()  # noqa: RUF009 - it is frozen, as are the others
    upstream: Upstream = Upstream()  # noqa: RUF009 - it is frozen, as are the others
    cache: Cache = Cache()  # noqa: RUF009 - as above
    mcp: Mcp = Mcp()  # noqa: RUF009 - as above
    policies: Policies = Policies()  # noqa: RUF009 - it is frozen, as are the others
    database: Database = Database()
    redis: Redis = Redis()  # noqa: RUF009 - it is frozen, as are the others
    rates: RateLimits = RateLimits()  # noqa: RUF009 - as above
    aws: Aws = Aws()  # noqa: RUF009 - as above
    billing: Billing = Billing()  # noqa: RUF009 - as above
    identity: Identity = Identity()  # noqa: RUF009 - it is frozen, as are the others
    tracing: Tracing = Tracing()
    outbound: Outbound = Outbound()  # noqa: RUF009 - it is frozen, as are the others

    @property
    def is_development(self) -> bool:
        """Whether callers on loopback need no key."""
        return self.runtime.environment == "development"


@dataclass(frozen=True, slots=True)
class Setting:
    """One field with its variable, for whoever lists or reads all of them."""

    group: str
    field: str
    type: Any
    variable: Variable
    default: Any

    @property
    def is_secret(self) -> bool:
        """Whether its value must never be shown."""
        return self.type is Secret or Secret in get_args(self.type)


@cache
def all_settings() -> tuple[Setting, ...]:
    """Every setting in the order of its declaration."""
    return tuple(_declared())


def _declared() -> Iterator[Setting]:
    defaults = Settings()
    for group in fields(Settings):
        group_type = type(getattr(defaults, group.name))
        hints = get_type_hints(group_type, include_extras=True)
        for field in fields(group_type):
            kind, variable = get_args(hints[field.name])
            yield Setting(group.name, field.name, kind, variable, field.default)
