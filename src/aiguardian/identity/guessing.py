"""Wrong credentials are counted by address, so that keys cannot be guessed in numbers.

A token bucket an address: `BURST` failures at once, then one every `EACH_S`; meanwhile nothing
from there is even compared. Not held up is who shares an address with a guesser and calls with a
key that was verified lately, and an address from which UNIFIED_API_KEY came lately.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from aiguardian.errors import RateLimited
from aiguardian.identity.client import neighbourhood

BURST = 100
EACH_S = 1.0
"""Chosen so that a deployment with an old key is told what is wrong and a guesser has no hope: a
word of 40 bits takes 35,000 years at a guess a second."""
GOOD_S = 3_600.0
"""For so long an address counts as one from which the right key came."""
MOST_ADDRESSES = 50_000
"""Remembered at once, some 10 MB; the ones that failed longest ago are forgotten first."""


class Guesses:
    """The failures of each address. One thread only, the event loop's."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._empty_until: OrderedDict[str, float] = OrderedDict()
        """When the address's bucket will be full again."""
        self._good_until: OrderedDict[str, float] = OrderedDict()

    def check(self, address: str) -> None:
        """Return if the address may try a credential, else raise `RateLimited`."""
        wait_s = self._wait_s(address)
        if wait_s > 0.0:
            raise RateLimited(
                "Too many wrong credentials came from this address. Try again later.",
                retry_after_s=max(1, math.ceil(wait_s)),
            )

    def note(self, address: str) -> None:
        """A credential from there was wrong."""
        key, now = neighbourhood(address), self._clock()
        self._empty_until[key] = max(now, self._empty_until.pop(key, now)) + EACH_S
        while len(self._empty_until) > MOST_ADDRESSES:
            self._empty_until.popitem(last=False)

    def is_slowed(self, address: str) -> bool:
        """Whether nothing from there is compared now, unless it is good."""
        if not self._empty_until:
            return False
        return self._wait_s(address) > 0.0 and not self._is_good(address)

    def _is_good(self, address: str) -> bool:
        return self._good_until.get(address, 0.0) > self._clock()

    def note_good(self, address: str) -> None:
        """The right key came from there."""
        self._good_until[address] = self._clock() + GOOD_S
        while len(self._good_until) > MOST_ADDRESSES:
            self._good_until.popitem(last=False)

    def _wait_s(self, address: str) -> float:
        if not self._empty_until:
            return 0.0
        full_at = self._empty_until.get(neighbourhood(address))
        if full_at is None:
            return 0.0
        return full_at - self._clock() - (BURST - 1) * EACH_S
