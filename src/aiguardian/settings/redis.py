"""Redis, where gateways count together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from aiguardian.settings.addresses import with_password
from aiguardian.settings.variable import Secret, Variable


@dataclass(frozen=True, slots=True)
class Redis:
    """Redis, as one URL or in parts."""

    required: Annotated[
        bool,
        Variable("REDIS_REQUIRED", "Take no requests while Redis is away (not ready).", "true"),
    ] = False
    url: Annotated[
        Secret | None,
        Variable(
            "REDIS_URL",
            "The whole address; rediss:// is TLS, unix:// a socket.",
            "rediss://:…@redis:6379/0",
        ),
    ] = None
    host: Annotated[str | None, Variable("REDIS_HOST", "Its host.", "redis")] = None
    port: Annotated[int, Variable("REDIS_PORT", "Its port.", "6379", ge=1, le=65535)] = 6379
    user: Annotated[
        str | None, Variable("REDIS_USER", "Its user, where Redis knows several.", "aiguardian")
    ] = None
    password: Annotated[
        Secret | None, Variable("REDIS_PASSWORD", "Its password.", "<32+ random>")
    ] = None
    database: Annotated[int, Variable("REDIS_DB", "Its database number.", "0", ge=0, le=65535)] = 0
    tls: Annotated[bool, Variable("REDIS_TLS", "Speak TLS to REDIS_HOST.", "true")] = False

    def address(self) -> Secret | None:
        """Redis's URL, put together from parts when no URL is given. A URL without a password
        gets REDIS_PASSWORD."""
        if self.url:
            return with_password(self.url, self.password)
        if not self.host:
            return None
        scheme = "rediss" if self.tls else "redis"
        word = f":{quote(self.password.reveal(), safe='')}@" if self.password else ""
        name = quote(self.user, safe="") if self.user and word else ""
        return Secret(f"{scheme}://{name}{word}{self.host}:{self.port}/{self.database}")
