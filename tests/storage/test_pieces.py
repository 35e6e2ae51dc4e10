"""Long work of a thread leaves room for others, and nothing of it is lost."""

from __future__ import annotations

import pytest

from aiguardian.storage.pieces import PIECE, in_pieces


@pytest.mark.parametrize("count", [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE, 5 * PIECE + 3])
def test_all_of_it_comes_in_its_order_with_a_pause_between_two_pieces(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("aiguardian.storage.pieces.time.sleep", pauses.append)
    pieces = list(in_pieces(range(count)))
    assert [one for piece in pieces for one in piece] == list(range(count))
    assert all(0 < len(piece) <= PIECE for piece in pieces)
    assert len(pauses) == max(0, len(pieces) - 1)
