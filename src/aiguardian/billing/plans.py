"""The plans, from a YAML file. Every fault names its line; what is not known is refused.

free: starter               # of whoever pays for none, or no longer
plans:
  starter:
    limits: [100 requests/day]
  team:
    about: For a team, with tokens as used
    price: price_1Q…        # Stripe's id
    limits: [600 requests/minute, 50 usd/day]
    metered:
      tokens: {event: aiguardian_tokens, price: price_1R…}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiguardian.policy.read import Place, PolicyError, composed, unknown
from aiguardian.settings.rates import UNITS, Limit, Unit, read_limits

MOST_BYTES = 65_536
MOST_PLANS = 100
NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
STRIPE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Meter:
    """Usage that is paid for as it comes."""

    event: str
    """The event name of Stripe's meter."""
    price: str
    """Stripe's id of the price that the meter feeds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an organisation may use, and what that costs."""

    name: str
    limits: tuple[Limit, ...]
    price: str | None = None
    """Stripe's id; None: it costs nothing."""
    about: str = ""
    meters: Mapping[Unit, Meter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plans:
    """All plans, and the one of whoever pays for none."""

    each: Mapping[str, Plan] = field(default_factory=dict)
    free: Plan | None = None

    def of_prices(self, prices: tuple[str, ...]) -> Plan | None:
        """The plan that a subscription to these prices pays for."""
        return next((plan for plan in self.each.values() if plan.price in prices), None)


def load_plans(path: Path | None) -> Plans:
    """The plans of a file; without one there are none. Raises `PolicyError`, `OSError`."""
    if path is None:
        return Plans()
    raw = path.read_bytes()
    if len(raw) > MOST_BYTES:
        raise PolicyError(path.name, 1, f"The file is longer than {MOST_BYTES:,} bytes.")
    try:
        return read_plans(raw.decode(), file=path.name)
    except UnicodeDecodeError:
        raise PolicyError(path.name, 1, "The file is not UTF-8.") from None


def read_plans(text: str, *, file: str) -> Plans:
    """The plans that a YAML text describes. Raises `PolicyError`."""
    root = Place(file, composed(text, file))
    parts = dict(root.items("The file"))
    for key, value in parts.items():
        if key not in ("free", "plans"):
            raise value.wrong(unknown(key, "The file", ("free", "plans")))
    if "plans" not in parts:
        raise root.wrong("plans is missing.")
    each = {name: _plan(name, value) for name, value in parts["plans"].items("plans")}
    if not 0 < len(each) <= MOST_PLANS:
        raise root.wrong(f"plans holds 1 to {MOST_PLANS} plans.")
    prices = [plan.price for plan in each.values() if plan.price]
    if len(prices) != len(set(prices)):
        raise root.wrong("Two plans have the same price: nobody could tell which was bought.")
    if "free" not in parts:
        return Plans(each)
    free = each[parts["free"].one_of("free", list(each))]
    if free.price or free.meters:
        raise parts["free"].wrong("The free plan must not have a price.")
    return Plans(each, free)


def _plan(name: str, place: Place) -> Plan:
    if not NAME.fullmatch(name):
        raise place.wrong("A plan's name is lower-case letters, digits, - and _, to 64.")
    allowed = ("limits", "price", "about", "metered")
    fields = dict(place.items(name))
    for key, value in fields.items():
        if key not in allowed:
            raise value.wrong(unknown(key, name, allowed))
    meters = _meters(fields["metered"]) if "metered" in fields else {}
    price = _stripe_name(fields["price"], "price") if "price" in fields else None
    if meters and price is None:
        raise fields["metered"].wrong("Only a plan with a price can be metered.")
    about = fields["about"].text("about")[:500] if "about" in fields else ""
    limits = _limits(fields["limits"]) if "limits" in fields else ()
    return Plan(name, limits, price, about, meters)


def _limits(place: Place) -> tuple[Limit, ...]:
    try:
        return read_limits(one.text("a limit") for one in place.members("limits"))
    except PolicyError:
        raise
    except ValueError as error:
        raise place.wrong(f"{error}.") from None


def _meters(place: Place) -> dict[Unit, Meter]:
    meters: dict[Unit, Meter] = {}
    for unit, value in place.items("metered"):
        found = next((one for one in UNITS if one == unit), None)
        if found is None:
            raise value.wrong(unknown(unit, "metered", UNITS))
        meters[found] = _meter(unit, value)
    return meters


def _meter(unit: str, place: Place) -> Meter:
    fields: dict[str, str] = {}
    for key, value in place.items(unit):
        if key not in ("event", "price"):
            raise value.wrong(unknown(key, unit, ("event", "price")))
        fields[key] = _stripe_name(value, key)
    if len(fields) < 2:
        raise place.wrong(f"{unit} needs an event and a price.")
    return Meter(**fields)


def _stripe_name(place: Place, what: str) -> str:
    text = place.text(what)
    if not STRIPE_NAME.fullmatch(text):
        raise place.wrong(f"{what} must be one of Stripe's names: letters, digits, _, - and dots.")
    return text
