"""All that is known of a person: handed out, or forgotten everywhere, with a signed receipt."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from aiguardian.audit.persons import Persons
from aiguardian.audit.signing import PublicKeys, Signer
from aiguardian.privacy.person import Person
from aiguardian.privacy.places import Place


class Left(Struct, frozen=True, kw_only=True):
    """What stays, and why."""

    count: int
    why: str


class Statement(Struct, frozen=True, kw_only=True):
    """What was done: this is signed, as JSON without white space, fields in this order."""

    id: str
    at: float
    """Seconds since 1970."""
    tenant: str
    person: str
    """The keyed digest: a receipt names nobody."""
    erased: dict[str, int]
    """How many things, by place."""
    kept: dict[str, Left]


class Receipt(Struct, frozen=True, kw_only=True):
    """A statement with the signature under it (Ed25519, hexadecimal)."""

    statement: Statement
    key_id: str
    signature: str


class Erasure:
    """Goes through all places, in their order."""

    def __init__(
        self,
        places: Sequence[Place],
        persons: Persons,
        signer: Signer,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._places = places
        self._persons = persons
        self._signer = signer
        self._clock = clock

    def export(self, person: Person) -> Iterator[tuple[str, Any]]:
        """Each thing that is known, with the name of its place. Raises `NotAvailable`."""
        for place in self._places:
            for thing in place.export(person):
                yield place.name, thing

    def erase(self, person: Person, *, also: Mapping[str, int] = MappingProxyType({})) -> Receipt:
        """Forget the person. `also` tells what the caller has forgotten already, by place.

        Raises `NotAvailable`; a part is forgotten then, and the rest when it is asked for again.
        """
        digest = person.digest(self._persons)
        counts = {place.name: place.erase(person) for place in self._places}
        gone = {place.name: counts[place.name] for place in self._places if not place.why_kept}
        statement = Statement(
            id=os.urandom(8).hex(),
            at=self._clock(),
            tenant=person.tenant,
            person=digest,
            erased={**also, **gone},
            kept={
                place.name: Left(count=counts[place.name], why=place.why_kept)
                for place in self._places
                if place.why_kept
            },
        )
        self._persons.forget(person.tenant, person.user_id)
        signature = self._signer.receipt(msgspec.json.encode(statement)).hex()
        return Receipt(statement=statement, key_id=self._signer.key_id, signature=signature)


def holds(receipt: Receipt, keys: PublicKeys) -> bool:
    """Whether one of the keys has signed the receipt as it stands."""
    statement = msgspec.json.encode(receipt.statement)
    try:
        signature = bytes.fromhex(receipt.signature)
    except ValueError:
        return False
    return keys.hold_receipt(receipt.key_id, signature, statement)
