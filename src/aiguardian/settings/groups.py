"""Every setting of the program: one typed object of small groups, read once and passed down.

A group is a frozen class; each field names its environment variable, an example, its bounds
and, by its type, whether it is secret. To add a setting, add a field here: reading it, listing
it, masking it and documenting it follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints
from urllib.parse import quote

GUARD_NAMES = (
    "tokenguard",
    "trustguard",
    "contextguard",
    "biasguard",
    "securityguard",
    "healthguard",
)
"""The six guards of the contract; which of them are here is the registry's business."""


class Secret:
    """A value that prints as asterisks; `reveal()` hands it out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself: for the one place that needs it."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return "********"


@dataclass(frozen=True, slots=True)
class Variable:
    """The environment variable behind a field."""

    name: str
    about: str
    example: str
    ge: float | None = None
    le: float | None = None


Environment = Literal["development", "test", "staging", "production"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


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
    unified_api_key: Annotated[
        Secret | None,
        Variable("UNIFIED_API_KEY", "The key that callers send as X-API-Key.", "<32+ random>"),
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
class Upstream:
    """Who answers behind the proxy. Without an address, the built-in `aiguardian/echo` does."""

    base_url: Annotated[
        str | None,
        Variable(
            "UPSTREAM_BASE_URL", "Its address, with or without /v1.", "https://api.openai.com"
        ),
    ] = None
    api_key: Annotated[
        Secret | None,
        Variable("UPSTREAM_API_KEY", "Its key; without one the caller's own is passed on.", "sk-…"),
    ] = None
    kind: Annotated[
        Literal["openai", "anthropic", "azure", "ollama"],
        Variable("UPSTREAM_KIND", "Whose API it speaks.", "openai"),
    ] = "openai"
    api_version: Annotated[
        str, Variable("UPSTREAM_API_VERSION", "For azure: the version of its API.", "2024-10-21")
    ] = "2024-10-21"
    timeout_s: Annotated[
        float,
        Variable("UPSTREAM_TIMEOUT_S", "Until an answer begins.", "120", ge=0.1, le=3600),
    ] = 120.0
    connect_s: Annotated[
        float, Variable("UPSTREAM_CONNECT_S", "Until it is connected.", "10", ge=0.1, le=300)
    ] = 10.0
    silence_s: Annotated[
        float,
        Variable("UPSTREAM_SILENCE_S", "Between two pieces of an answer.", "60", ge=0.1, le=3600),
    ] = 60.0
    retries: Annotated[
        int,
        Variable("UPSTREAM_RETRIES", "Further tries before an answer begins.", "2", ge=0, le=10),
    ] = 2


@dataclass(frozen=True, slots=True)
class Policies:
    """Which findings lead to which acts."""

    folder: Annotated[
        Path | None,
        Variable(
            "AIGUARDIAN_POLICIES",
            "A folder of policies: NAME.yaml is the policy NAME. Read again when a file changes.",
            "/etc/aiguardian/policies",
        ),
    ] = None
    proxy: Annotated[
        str,
        Variable("AIGUARDIAN_POLICY", "The policy of the proxy, by name.", "default"),
    ] = "default"
    streaming: Annotated[
        Literal["window", "hold", "observe"],
        Variable(
            "AIGUARDIAN_STREAMING",
            "How streams are judged: window holds two segments back, hold the whole answer, "
            "observe nothing.",
            "window",
        ),
    ] = "window"


@dataclass(frozen=True, slots=True)
class Database:
    """The database, as one URL or in parts."""

    enabled: Annotated[bool, Variable("DATABASE_ENABLED", "Use a database server.", "true")] = False
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

    def address(self) -> Secret | None:
        """The database's URL, put together from parts when no URL is given."""
        if self.url or not self.host:
            return self.url
        password = self.password or self.postgres_password
        word = f":{quote(password.reveal(), safe='')}" if password else ""
        return Secret(
            f"postgresql+asyncpg://{quote(self.user, safe='')}{word}"
            f"@{self.host}:{self.port}/{quote(self.name, safe='')}"
        )


@dataclass(frozen=True, slots=True)
class Redis:
    """Redis, as one URL or in parts."""

    url: Annotated[
        Secret | None, Variable("REDIS_URL", "The whole address.", "redis://:…@redis:6379/0")
    ] = None
    host: Annotated[str | None, Variable("REDIS_HOST", "Its host.", "redis")] = None
    port: Annotated[int, Variable("REDIS_PORT", "Its port.", "6379", ge=1, le=65535)] = 6379
    password: Annotated[
        Secret | None, Variable("REDIS_PASSWORD", "Its password.", "<32+ random>")
    ] = None
    database: Annotated[int, Variable("REDIS_DB", "Its database number.", "0", ge=0, le=65535)] = 0

    def address(self) -> Secret | None:
        """Redis's URL, put together from parts when no URL is given."""
        if self.url or not self.host:
            return self.url
        word = f":{quote(self.password.reveal(), safe='')}@" if self.password else ""
        return Secret(f"redis://{word}{self.host}:{self.port}/{self.database}")


@dataclass(frozen=True, slots=True)
class External:
    """Services outside: AWS, Clerk and Stripe."""

    aws_secrets_enabled: Annotated[
        bool, Variable("AWS_SECRETS_ENABLED", "Read settings from AWS Secrets Manager.", "true")
    ] = False
    aws_secrets_name: Annotated[
        str,
        Variable("AWS_SECRETS_NAME", "The secret's name.", "codeguardians-gateway/production"),
    ] = "codeguardians-gateway/production"
    aws_region: Annotated[str, Variable("AWS_REGION", "The AWS region.", "us-east-1")] = "us-east-1"
    clerk_enabled: Annotated[bool, Variable("CLERK_ENABLED", "Accept Clerk's tokens.", "true")] = (
        False
    )
    clerk_secret_key: Annotated[
        Secret | None, Variable("CLERK_SECRET_KEY", "Clerk's backend key.", "sk_live_…")
    ] = None
    stripe_enabled: Annotated[bool, Variable("STRIPE_ENABLED", "Bill through Stripe.", "true")] = (
        False
    )
    stripe_secret_key: Annotated[
        Secret | None, Variable("STRIPE_SECRET_KEY", "Stripe's key.", "sk_live_…")
    ] = None
    stripe_webhook_secret: Annotated[
        Secret | None, Variable("STRIPE_WEBHOOK_SECRET", "Signs Stripe's webhooks.", "whsec_…")
    ] = None


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
    privacy: Privacy = Privacy()
    upstream: Upstream = Upstream()
    policies: Policies = Policies()
    database: Database = Database()
    redis: Redis = Redis()
    external: External = External()
    tracing: Tracing = Tracing()

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


def all_settings() -> Iterator[Setting]:
    """Yield every setting in the order of its declaration."""
    defaults = Settings()
    for group in fields(Settings):
        group_type = type(getattr(defaults, group.name))
        hints = get_type_hints(group_type, include_extras=True)
        for field in fields(group_type):
            kind, variable = get_args(hints[field.name])
            yield Setting(group.name, field.name, kind, variable, field.default)
