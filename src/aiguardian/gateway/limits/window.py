"""One limit on one caller, and how it stands.

A window slides in steps of a twentieth of its length. What is counted is everything in the steps
that it touches, the oldest one whole, so that no window of that length, wherever it begins, ever
holds more than the limit; in return what was used is free again up to a twentieth of the window
late. Counting the oldest step in proportion (the usual approximation) would let nearly twice the
limit through to whoever knows when the steps begin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from aiguardian.settings.rates import NANO_USD, Limit, Unit

STEPS = 20
"""Chosen for a memory of at most 21 numbers a window and 5 % of lateness."""
SHORTEST_S = 3_600
"""Of a long window, whose use is kept over a restart. Chosen: a restart forgives what was used of
shorter ones, which soon would be free anyway."""
Whose = Literal["key", "user", "ip", "organisation"]


@dataclass(frozen=True, slots=True)
class Window:
    """One limit, applied to one caller."""

    whose: Whose
    subject: str
    """Which key, user, address or organisation."""
    limit: Limit
    name: str = field(init=False, repr=False, compare=False)
    """Unlike that of any other window: what it is counted under."""
    step_ms: int = field(init=False, repr=False, compare=False)
    """The length of a step."""
    amount_told: bytes = field(init=False, repr=False, compare=False)
    """As RateLimit-Limit tells of it."""
    policy_told: bytes = field(init=False, repr=False, compare=False)
    """As RateLimit-Policy tells of it."""
    once: Charge = field(init=False, repr=False, compare=False)
    """What one request is charged."""
    is_long: bool = field(init=False, repr=False, compare=False)
    """Whether what is used of it is kept over a restart."""

    def __post_init__(self) -> None:
        # All of them are asked for at each request, and windows are made once a caller.
        object.__setattr__(self, "name", f"{self.whose}\n{self.subject}\n{self.limit}")
        object.__setattr__(self, "step_ms", self.limit.window_s * (1000 // STEPS))
        unit = "micro-usd" if self.limit.unit == "usd" else self.limit.unit
        amount = b"%d" % shown(self.limit.unit, self.limit.amount)
        policy = f';w={self.limit.window_s};comment="{self.whose} {unit}"'
        object.__setattr__(self, "amount_told", amount)
        object.__setattr__(self, "policy_told", amount + policy.encode())
        object.__setattr__(self, "once", Charge(self, 1))
        object.__setattr__(self, "is_long", self.limit.window_s >= SHORTEST_S)

    @property
    def label(self) -> str:
        """What a person calls it, without the subject: `key, 600 requests/minute`."""
        return f"{self.whose}, {self.limit}"


class Charge(Struct, frozen=True):
    """What a request will use of a window. With 0 it is asked whether anything is left."""

    window: Window
    amount: int

    @property
    def needed(self) -> int:
        """What must be left of the window."""
        return self.amount or 1


class Standing(Struct, frozen=True):
    """A window after it was asked for a charge."""

    charge: Charge
    used: int
    """Within the window, this charge included if it was taken."""
    step: int
    """The step that was charged: where a later correction belongs."""
    reset_ms: int
    """Until all that is used now is free again."""
    wait_ms: int
    """Until the charge would fit; 0 when it does; the window's length when it never will."""

    @property
    def is_exceeded(self) -> bool:
        """Whether the charge did not fit."""
        return self.wait_ms > 0

    @property
    def is_refused(self) -> bool:
        """Whether that refuses the request."""
        return self.is_exceeded and self.charge.window.limit.is_hard

    @property
    def remaining(self) -> int:
        """What is left, never less than nothing."""
        return max(0, self.charge.window.limit.amount - self.used)


def shown(unit: Unit, amount: int) -> int:
    """An amount as headers tell it, in whole numbers as their draft wants: dollars in
    millionths."""
    return amount // (NANO_USD // 1_000_000) if unit == "usd" else amount
