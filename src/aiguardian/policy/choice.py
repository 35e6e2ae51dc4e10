"""Which policy judges a request through the proxy: the key's, the caller's, a route's, else one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aiguardian.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Choice:
    """How policies are chosen, as the operator set it."""

    default: str
    routes: Sequence[tuple[str, str]] = ()
    """Pattern of a path (it begins with /) or of a model, and policy; the first that fits."""
    choices: Collection[str] = ()
    """What callers may ask for by name."""

    def policy(self, *, bound: str | None, wanted: str | None, path: str, model: str) -> str:
        """The name of the policy. `bound` is the key's own, `wanted` what the caller asks for.

        Raises `Forbidden` for one that the caller may not choose.
        """
        check_bound(bound, wanted)
        if bound is not None:
            return bound
        if wanted is not None:
            if wanted not in self.choices:
                allowed = ", ".join(sorted(self.choices)) or "none"
                raise Forbidden(
                    f"This policy may not be asked for. Callers may choose: {allowed}.",
                    field="X-AIGuardian-Policy",
                )
            return wanted
        for pattern, policy in self.routes:
            if fnmatchcase(path if pattern.startswith("/") else model, pattern):
                return policy
        return self.default

    def for_all(self) -> list[str]:
        """The policies that callers of any tenant may come to without asking for one."""
        return list(dict.fromkeys((self.default, *(policy for _, policy in self.routes))))


def check_bound(bound: str | None, wanted: str | None) -> None:
    """Return unless a caller whose key is bound to a policy names another; raises `Forbidden`."""
    if bound is not None and wanted is not None and wanted != bound:
        raise Forbidden("This key is bound to another policy.", field="policy")
