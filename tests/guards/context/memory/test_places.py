"""Where a text lies in meaning, and that a memory of many turns finds a paraphrase by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aiguardian.guards.context.memories import Scope, Turn
from aiguardian.guards.context.memory import remembering
from aiguardian.guards.context.memory.places import LOOKED_INTO, load_cells, place
from aiguardian.guards.context.memory.remembering import StoredMemories
from aiguardian.guards.context.memory.words import asked, terms
from aiguardian.ml.encoder import MODEL_SHA256, load_encoder
from aiguardian.processor import Deadline
from aiguardian.storage import turn_search, turns
from aiguardian.storage.address import SqliteAddress
from aiguardian.storage.engine import Database
from aiguardian.storage.sealing import Secrets
from aiguardian.storage.turn_table import TurnTable
from aiguardian.storage.turns import CODE_BYTES

LATER = Deadline(3_600.0)
JANE = Scope("key", "jane", "monday")


def test_the_cells_were_made_for_the_encoder_that_ships() -> None:
    assert MODEL_SHA256.startswith(load_cells().encoder), "run training.context_cells again"


def test_a_place_has_as_many_cells_as_are_asked_for_the_nearest_first() -> None:
    meaning = np.random.default_rng(1).normal(size=384).astype(np.float32)
    meaning /= np.linalg.norm(meaning)
    one, many = place(meaning), place(meaning, cells=LOOKED_INTO)
    assert one.cells == many.cells[:1]
    assert len(set(many.cells)) == LOOKED_INTO
    assert len(one.code) == CODE_BYTES


@pytest.mark.parametrize("meaning", [np.zeros(384), np.full(384, 1e-9)])
def test_a_text_without_a_meaning_has_a_place_too(meaning: np.ndarray) -> None:
    assert len(place(meaning.astype(np.float32)).cells) == 1


def test_what_is_alike_lies_in_a_cell_that_is_looked_into() -> None:
    said, question = (
        load_encoder()
        .score(["The doctor told me to stop smoking", "a physician advised giving up cigarettes"])
        .embeddings
    )
    assert place(said).cells[0] in place(question, cells=LOOKED_INTO).cells


@pytest.mark.parametrize(("looked_into", "is_found"), [(LOOKED_INTO, True), (0, False)])
def test_a_paraphrase_is_found_among_more_turns_than_are_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looked_into: int, is_found: bool
) -> None:
    """Without its place the same turn is not found: no word leads to it."""
    monkeypatch.setattr(turns, "MOST_SCANNED", 50)
    monkeypatch.setattr(turn_search, "MOST_RECENT", 5)
    monkeypatch.setattr(remembering, "LOOKED_INTO", looked_into)
    said, question = (
        "The doctor told me to stop smoking",
        "a physician advised giving up cigarettes",
    )
    assert not set(terms(said)) & set(asked(question))
    database = Database(SqliteAddress(tmp_path / "kept.db"))
    memories = StoredMemories(TurnTable(database, Secrets((b"s" * 64,)), 1e6), load_encoder)
    filler = [f"The train to platform {n} leaves from the north side" for n in range(100)]
    memories.remember(JANE, [Turn("user", text) for text in [said, *filler]], deadline=LATER)
    found = memories.recall(JANE, question, max_tokens=10_000, deadline=LATER)
    assert (said in [one.text for one in found.memories[:3]]) is is_found
    database.close()
