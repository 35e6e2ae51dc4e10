"""The cache of answers: looks a request up, and keeps what became of it.

What is kept is what the upstream said, and it goes through the guards again each time: an answer
from the cache is judged under the policy of the moment, and holds no personal data that the
placeholders took out.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from msgspec import structs

from aiguardian.proxy.answers import Answer
from aiguardian.proxy.cache.keys import Owner, can_be_kept, exact_key
from aiguardian.proxy.cache.question import asked_once, meaning
from aiguardian.proxy.cache.shelf import Kept, KeptAnswers

MOST_ALIKE = 64
"""Questions of one bucket that are compared."""


class Encoder(Protocol):
    """Where texts lie in meaning."""

    def vector(self, text: str) -> Any:
        """A unit vector, or None for a text that is too long to be read whole. Takes some
        milliseconds: not on the event loop."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What is looked up."""

    owner: Owner
    endpoint: str
    request: dict[str, Any]
    """As it would be sent."""
    headers: Mapping[str, str]
    version: int
    is_plain: bool
    """Whether the guards, personal data among what they looked for, found nothing in it."""
    any_temperature: bool = False


@dataclass(slots=True)
class Ticket:
    """Where an answer is, or would be, kept."""

    key: bytes
    bucket: bytes | None = None
    """Of questions that mean the same; None where none may stand for it."""
    vector: Any = None  # (384,), unit length
    kept: Kept | None = None
    likeness: float | None = None
    """The cosine, where another question's answer was found."""

    @property
    def told(self) -> str:
        """What the caller is told of it."""
        if self.kept is None:
            return "miss"
        return "hit" if self.likeness is None else f"hit; likeness={self.likeness:.3f}"


class Reuse:
    """Looks up and keeps. Used from the event loop only."""

    def __init__(
        self,
        *,
        ttl_s: float,
        size_bytes: int,
        clock: Callable[[], float],
        encoder: Encoder | None = None,
        likeness: float = 1.0,
    ) -> None:
        """Without an encoder only the same request finds an answer."""
        self.kept = KeptAnswers(
            ttl_s=ttl_s, size_bytes=size_bytes, clock=clock, on_drop=self._forget
        )
        self._encoder = encoder
        self._likeness = likeness
        self._alike: dict[bytes, dict[bytes, Any]] = {}
        """Vectors by key, by bucket."""
        self._buckets: dict[bytes, bytes] = {}
        """The bucket of each key that is in one."""

    async def look(self, lookup: Lookup) -> Ticket | None:
        """Where the answer is, or is to be kept; None for a request that must be asked anew."""
        if not can_be_kept(lookup.endpoint, lookup.request):
            return None
        ticket = Ticket(self._key(lookup, lookup.request))
        ticket.kept = self.kept.get(ticket.key)
        if ticket.kept is None and self._encoder is not None:
            await self._look_for_alike(lookup, ticket, self._encoder)
        return ticket

    def _key(self, lookup: Lookup, request: Any) -> bytes:
        return exact_key(
            lookup.owner, lookup.endpoint, request, headers=lookup.headers, version=lookup.version
        )

    async def _look_for_alike(self, lookup: Lookup, ticket: Ticket, encoder: Encoder) -> None:
        """Find the bucket, and in it the question that is most alike."""
        if lookup.endpoint != "chat" or not lookup.is_plain:
            return
        asked = asked_once(lookup.request, any_temperature=lookup.any_temperature)
        if asked is None:
            return
        ticket.vector = await asyncio.to_thread(encoder.vector, asked.text)
        if ticket.vector is None:
            return
        around = self._key(lookup, [asked.around, meaning(asked.text)])
        ticket.bucket = hashlib.sha256(b"alike" + around).digest()
        best, key = max(
            (
                (float(vector @ ticket.vector), key)
                for key, vector in self._alike.get(ticket.bucket, {}).items()
            ),
            default=(0.0, b""),
        )
        if best >= self._likeness:
            ticket.kept = self.kept.get(key)
            ticket.likeness = best if ticket.kept is not None else None

    def keep(self, ticket: Ticket, answer: Answer, body: bytes) -> None:
        """Keep an answer that came whole."""
        if len(body) > self.kept.largest_bytes:
            return
        self.kept.put(ticket.key, content_type=answer.content_type, body=body, origin=answer.origin)
        if ticket.bucket is not None:
            vectors = self._alike.setdefault(ticket.bucket, {})
            if len(vectors) < MOST_ALIKE:
                vectors[ticket.key] = ticket.vector
                self._buckets[ticket.key] = ticket.bucket

    def _forget(self, key: bytes) -> None:
        bucket = self._buckets.pop(key, None)
        if bucket is None:
            return
        vectors = self._alike[bucket]
        del vectors[key]
        if not vectors:
            del self._alike[bucket]


class KeptAnswer(Answer):
    """An answer from the cache."""

    def __init__(self, ticket: Ticket, kept: Kept) -> None:
        self.status = 200
        self.headers = {"content-type": kept.content_type}
        self.origin = structs.replace(kept.origin, is_kept=True)
        self.found = ticket.told
        self._body = kept.body

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body, in one piece."""
        yield self._body

    def close(self) -> None:
        """Nothing is left to let go of."""


class RecordedAnswer(Answer):
    """An upstream's answer of which a copy is made on its way, until it is too long to keep."""

    def __init__(self, answer: Answer, ticket: Ticket, reuse: Reuse) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.origin = answer.origin
        self.found = ticket.told
        self._answer = answer
        self._ticket = ticket
        self._reuse = reuse
        self._copy: bytearray | None = bytearray()
        self._is_whole = False

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes."""
        async for chunk in self._answer.chunks():
            if self._copy is not None:
                self._copy += chunk
                if len(self._copy) > self._reuse.kept.largest_bytes:
                    self._copy = None
            yield chunk
        self._is_whole = True

    def keep(self) -> None:
        """Keep the copy, if the answer came to its end."""
        if self._is_whole and self._copy is not None:
            self._reuse.keep(self._ticket, self._answer, bytes(self._copy))

    def close(self) -> None:
        """Let go of the upstream's answer."""
        self._answer.close()


def digest_of(key: str) -> str:
    """What stands for a caller's own key at its provider."""
    return hashlib.sha256(msgspec.json.encode(key)).hexdigest() if key else ""
