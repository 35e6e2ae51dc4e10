"""A circuit breaker (Nygard, Release It!, chapter 5): closed, open, half-open.

Closed, calls pass. After a run of failures it opens: calls are refused at once. After a while
it is half-open: one call tries; its success closes the breaker, its failure opens it for
longer, up to a limit.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class State(StrEnum):
    """The three states."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


class CircuitBreaker:
    """The breaker of one instance."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        failures_to_open: int = 3,
        open_s: float = 1.0,
        longest_open_s: float = 30.0,
        on_change: Callable[[State], None] = lambda _: None,
    ) -> None:
        self._clock = clock
        self._failures_to_open = failures_to_open
        self._shortest_s = open_s
        self._longest_s = longest_open_s
        self._on_change = on_change
        self._state = State.CLOSED
        self._failures = 0
        self._open_s = open_s
        self._opened_at = 0.0
        self._is_trying = False

    @property
    def state(self) -> State:
        """Where the breaker stands now."""
        if self._state is State.OPEN and self._clock() - self._opened_at >= self._open_s:
            self._become(State.HALF_OPEN)
            self._is_trying = False
        return self._state

    def allows_call(self) -> bool:
        """Whether a call may be made; in half-open only while no other is trying."""
        state = self.state
        return state is State.CLOSED or (state is State.HALF_OPEN and not self._is_trying)

    def begin(self) -> None:
        """A call was made."""
        if self._state is State.HALF_OPEN:
            self._is_trying = True

    def succeed(self) -> None:
        """The call was answered."""
        self._failures = 0
        self._is_trying = False
        if self._state is not State.CLOSED:
            self._open_s = self._shortest_s
            self._become(State.CLOSED)

    def fail(self) -> None:
        """The call was not answered, or not with an answer."""
        self._failures += 1
        if self._state is State.HALF_OPEN:
            self._open_s = min(self._open_s * 2, self._longest_s)
            self._open()
        elif self._state is State.CLOSED and self._failures >= self._failures_to_open:
            self._open()

    def abandon(self) -> None:
        """The call ended without telling anything about the instance."""
        self._is_trying = False

    def _open(self) -> None:
        self._is_trying = False
        self._opened_at = self._clock()
        self._become(State.OPEN)

    def _become(self, state: State) -> None:
        self._state = state
        self._on_change(state)
