"""Settings of policies: where they lie, and which of them judges what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from aiguardian.settings.variable import Variable

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_EXAMPLE = "/v1/embeddings=observe,gpt-4o*=strict"


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
    routes: Annotated[
        tuple[str, ...],
        Variable(
            "AIGUARDIAN_POLICY_ROUTES",
            "Other policies for some of the proxy's paths or models, the first that fits; a * "
            "stands for any characters.",
            _EXAMPLE,
        ),
    ] = ()
    choices: Annotated[
        tuple[str, ...],
        Variable(
            "AIGUARDIAN_POLICY_CHOICES",
            "Policies that callers of the proxy may ask for in X-AIGuardian-Policy.",
            "strict,observe",
        ),
    ] = ()
    shadow: Annotated[
        str | None,
        Variable(
            "AIGUARDIAN_POLICY_SHADOW",
            "A policy that decides beside every other one and is recorded, never enforced.",
            "candidate",
        ),
    ] = None
    streaming: Annotated[
        Literal["window", "hold", "observe"],
        Variable(
            "AIGUARDIAN_STREAMING",
            "How streams are judged: window holds two segments back, hold the whole answer, "
            "observe nothing.",
            "window",
        ),
    ] = "window"

    def by_route(self) -> tuple[tuple[str, str], ...]:
        """Pattern of a path or model, and policy, in the order in which they are tried."""
        return tuple((pattern, policy) for pattern, _, policy in map(_parted, self.routes))


def _parted(route: str) -> tuple[str, str, str]:
    pattern, sign, policy = route.rpartition("=")  # a model's name may hold a sign, ours not
    return pattern.strip(), sign, policy.strip()


def policy_faults(settings: Policies) -> list[str]:
    """Faults that a type cannot express. Whether a name is a policy is known at the start only."""
    faults = []
    for route in settings.routes:
        pattern, _, policy = _parted(route)
        if not pattern or not _NAME.fullmatch(policy):
            faults.append(
                f"AIGUARDIAN_POLICY_ROUTES: {route[:80]!r} is not PATH=POLICY or MODEL=POLICY. "
                f"For example: AIGUARDIAN_POLICY_ROUTES={_EXAMPLE}"
            )
    return faults
