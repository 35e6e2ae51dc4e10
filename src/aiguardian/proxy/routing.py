"""Which upstreams serve a model, in which shares, and which models stand in for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random

from msgspec import Struct

from aiguardian.proxy.account import Account
from aiguardian.proxy.health.canary import Canary


class Target(Struct, frozen=True):
    """One upstream for a model."""

    upstream: str
    model: str = ""
    """Its name there; empty: the name that the caller gave."""
    weight: float = 1.0
    """Its share of the calls among those for the same model; 0: only when the others fail."""
    priced_as: str = ""
    """The model of the price table that it costs as; empty: its own name."""


@dataclass(frozen=True, slots=True)
class Route:
    """A model, or a pattern of models (`gpt-*`), and who serves it."""

    pattern: str
    targets: tuple[Target, ...]

    @property
    def is_glob(self) -> bool:
        """Whether it stands for several models."""
        return any(sign in self.pattern for sign in "*?[")

    def serves(self, model: str) -> bool:
        """Whether this model is meant; upper and lower case differ."""
        if self.pattern == "*":
            return True
        return fnmatchcase(model, self.pattern) if self.is_glob else model == self.pattern


class Choice(Struct, frozen=True):
    """One upstream to ask, under which name."""

    target: Target
    model: str
    is_last: bool
    """The last of its model: only here is waiting better than going on."""


@dataclass(frozen=True, slots=True)
class Routing:
    """All of it, as one file says or as environment variables do."""

    accounts: Mapping[str, Account]
    routes: tuple[Route, ...]
    fallbacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Models that stand in, in this order, by model or pattern."""
    canaries: tuple[Canary, ...] = ()
    _exact: Mapping[str, Route] = field(init=False, compare=False)
    _globs: tuple[Route, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        exact = {one.pattern: one for one in self.routes if not one.is_glob}
        object.__setattr__(self, "_exact", exact)  # it is frozen, and this follows from the rest
        object.__setattr__(self, "_globs", tuple(one for one in self.routes if one.is_glob))

    def route(self, model: str) -> Route | None:
        """The route of a model: its own, else the first pattern that fits."""
        if (exact := self._exact.get(model)) is not None:
            return exact
        return next((one for one in self._globs if one.serves(model)), None)

    def stand_ins(self, model: str) -> tuple[str, ...]:
        """The models to ask for when nobody answers for this one."""
        if model in self.fallbacks:
            return self.fallbacks[model]
        return next((to for one, to in self.fallbacks.items() if fnmatchcase(model, one)), ())

    def choices(self, model: str, random: Random) -> Iterator[Choice]:
        """Whom to ask, in this order: by chance in proportion to the weights, stand-ins after.

        Nothing for a model that no route serves.
        """
        for name in (model, *self.stand_ins(model)) if self.fallbacks else (model,):
            route = self.route(name)
            targets = shuffled(route.targets, random) if route else []
            for place, target in enumerate(targets, start=1):
                yield Choice(target, target.model or name, place == len(targets))

    def names(self) -> list[str]:
        """The models and patterns that are served."""
        return [route.pattern for route in self.routes]


def shuffled(targets: tuple[Target, ...], random: Random) -> list[Target]:
    """The targets in an order of chance: each comes first as often as its weight says, and second
    among the rest likewise (Efraimidis and Spirakis 2006). Weight 0 comes last."""
    if len(targets) == 1:
        return [*targets]
    return sorted(
        targets, key=lambda one: random.random() ** (1 / one.weight) if one.weight else -1.0
    )[::-1]


def only(account: Account) -> Routing:
    """One upstream for every model."""
    return Routing({account.name: account}, (Route("*", (Target(account.name),)),))
