"""All stores of turns keep the same promises."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from aiguardian.errors import DeadlineExceeded
from aiguardian.processor import Deadline
from aiguardian.storage import turn_blocks, turn_search, turns
from aiguardian.storage.address import SqliteAddress
from aiguardian.storage.engine import Database
from aiguardian.storage.memory_turns import MemoryTurns
from aiguardian.storage.sealing import Secrets, Unreadable
from aiguardian.storage.tables import (
    memory_blocks,
    memory_facts,
    memory_sessions,
    memory_terms,
    memory_turns,
)
from aiguardian.storage.turn_table import TurnTable
from aiguardian.storage.turns import (
    CODE_BYTES,
    MEANING_BYTES,
    Candidates,
    KeptTurn,
    MemoryFull,
    NewFact,
    NewTurn,
    Owner,
    Place,
    TurnStore,
)

SECRET = Secrets((b"s" * 64,))
TTL_S = 100.0
JANE = Owner("key", "jane", "monday")
LATER = Deadline(3_600.0)
MEANING = bytes(range(97)) * 4


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, open_database: Callable[[str], Database], clock: Clock
) -> TurnStore:
    if request.param == "memory":
        return MemoryTurns(TTL_S, clock=clock)
    return TurnTable(open_database(request.param), SECRET, TTL_S, clock=clock)


@pytest.fixture
def table(database: Database) -> TurnTable:
    return TurnTable(database, SECRET, TTL_S)


def said(text: str, *facts: NewFact, marks: Sequence[str] = (), role: str = "user") -> NewTurn:
    return NewTurn(role, text, text.lower().split(), marks, MEANING, facts)


def add(store: TurnStore, owner: Owner, *texts: str) -> tuple[KeptTurn, ...]:
    return store.add(owner, [said(text) for text in texts], deadline=LATER).turns


def find(store: TurnStore, owner: Owner, *terms: str, marks: Sequence[str] = ()) -> Candidates:
    return store.find(owner, terms, marks=marks, deadline=LATER)


def texts(store: TurnStore, owner: Owner, *terms: str) -> list[str]:
    rows = find(store, owner, *terms).rows
    return [turn.text for turn in store.read(owner, rows, deadline=LATER)]


def test_turns_come_back_as_they_were_said(store: TurnStore) -> None:
    odd = ["line\nbreak", "\ud800 lone", "日本 🎉", "12:colon", ""]
    added = store.add(JANE, [said(text, role="a:b") for text in odd], deadline=LATER)
    assert [turn.turn for turn in added.turns] == [0, 1, 2, 3, 4]
    kept = store.read(JANE, [turn.row for turn in added.turns], deadline=LATER)
    assert [(turn.role, turn.text, turn.session) for turn in kept] == [
        ("a:b", text, "monday") for text in odd
    ]


def test_numbers_go_on_where_the_session_stopped(store: TurnStore) -> None:
    add(store, JANE, "one", "two")
    assert [turn.turn for turn in add(store, JANE, "three")] == [2]
    assert [turn.turn for turn in add(store, Owner("key", "jane", "tuesday"), "four")] == [0]


def test_a_session_sees_itself_and_a_user_all_of_its_sessions(store: TurnStore) -> None:
    add(store, JANE, "red cat")
    add(store, Owner("key", "jane", "tuesday"), "red dog")
    assert texts(store, JANE, "red") == ["red cat"]
    assert texts(store, Owner("key", "jane", ""), "red") == ["red cat", "red dog"]


@pytest.mark.parametrize(
    "other",
    [
        Owner("key", "john", "monday"),
        Owner("other", "jane", "monday"),
        Owner("key", "", "monday"),
        Owner("key", "", ""),
        Owner("keyjane", "", "monday"),
    ],
)
def test_nobody_else_reads_or_deletes_what_is_kept(store: TurnStore, other: Owner) -> None:
    kept = add(store, JANE, "red cat")
    assert texts(store, other, "red") == []
    assert store.read(other, [kept[0].row], deadline=LATER) == []
    assert store.last(other, 5, deadline=LATER) == (0, [])
    assert list(store.everything(other, deadline=LATER)) == []
    assert store.forget(other, ids=[kept[0].id], before=None, deadline=LATER).turns == 0
    assert texts(store, JANE, "red") == ["red cat"]


def test_sessions_without_a_user_share_nothing(store: TurnStore) -> None:
    add(store, Owner("key", "", "a"), "red cat")
    add(store, Owner("key", "", "b"), "red dog")
    assert texts(store, Owner("key", "", "a"), "red") == ["red cat"]
    assert texts(store, Owner("key", "", ""), "red") == []


def test_candidates_tell_what_ranks_them(store: TurnStore, clock: Clock) -> None:
    store.add(JANE, [said("red cat red", marks=["#name"]), said("blue dog")], deadline=LATER)
    found = find(store, JANE, "red", "dog", "none", marks=["#name"])
    assert found.counts.tolist() == [[2, 0, 0, 1], [0, 1, 0, 0]]
    assert found.lengths.tolist() == [4, 2]
    assert found.spread.tolist() == [1, 1, 0, 1]
    assert found.turns.tolist() == [0, 1]
    assert found.at.tolist() == [clock.now] * 2
    assert found.total == 2
    assert found.meanings.shape == (2, MEANING_BYTES)
    assert found.meanings[0].tobytes() == MEANING


def test_a_turn_without_a_meaning_has_zeros(store: TurnStore) -> None:
    store.add(JANE, [NewTurn("user", "red", ["red"])], deadline=LATER)
    assert not find(store, JANE, "red").meanings.any()


def test_what_is_chosen_of_the_candidates_is_read_in_that_order(store: TurnStore) -> None:
    first, second, _ = add(store, JANE, "red cat", "red dog", "red fox")
    (other,) = add(store, Owner("key", "john", "monday"), "red ant")
    rows = [second.row, other.row, first.row, 10**9]
    read = store.find_and_read(JANE, ["red"], marks=[], choose=lambda _: rows, deadline=LATER)
    assert [turn.text for turn in read] == ["red dog", "red cat"]


def test_what_choosing_raises_is_told_and_the_store_goes_on(store: TurnStore) -> None:
    add(store, JANE, "red cat")

    def choose(found: Candidates) -> list[int]:
        raise DeadlineExceeded(f"after {len(found.rows)} candidates")

    for _ in range(3):
        with pytest.raises(DeadlineExceeded, match="after 1 candidates"):
            store.find_and_read(JANE, ["cat"], marks=[], choose=choose, deadline=LATER)
    assert texts(store, JANE, "cat") == ["red cat"]


def test_an_empty_memory_has_no_candidates(store: TurnStore) -> None:
    found = find(store, JANE, "red")
    assert found.rows.shape == (0,)
    assert found.counts.shape == (0, 1)


def test_what_was_said_before_is_merged_and_still_part_of_the_history(
    store: TurnStore, clock: Clock
) -> None:
    add(store, JANE, "yes", "no")
    clock.now += 5
    again = store.add(JANE, [said("yes"), said("maybe"), said("maybe")], deadline=LATER)
    assert ([turn.text for turn in again.turns], again.merged) == (["maybe"], 2)
    assert texts(store, JANE, "yes", "maybe") == ["yes", "no", "maybe"]
    found = find(store, JANE, "yes")
    assert found.times.tolist() == [2, 1, 2]
    assert found.at.tolist() == [clock.now, clock.now - 5, clock.now]
    total, history = store.last(JANE, 10, deadline=LATER)
    assert (total, [turn.text for turn in history]) == (5, ["yes", "no", "yes", "maybe", "maybe"])


def test_the_same_words_of_another_speaker_or_session_are_not_merged(store: TurnStore) -> None:
    add(store, JANE, "yes")
    assert store.add(JANE, [said("yes", role="assistant")], deadline=LATER).merged == 0
    assert len(add(store, Owner("key", "jane", "tuesday"), "yes")) == 1


def test_history_is_the_last_turns_oldest_first(store: TurnStore) -> None:
    add(store, JANE, *"abcdef")
    total, history = store.last(JANE, 2, deadline=LATER)
    assert (total, [turn.text for turn in history]) == (6, ["e", "f"])
    assert store.last(JANE, 0, deadline=LATER) == (6, [])


def home(value: str, *, ends: bool = False) -> NewFact:
    return NewFact("user|home", value, 0, 4, ends)


def test_a_fact_that_changed_ends_the_one_before_and_both_are_kept(
    store: TurnStore, clock: Clock
) -> None:
    first = store.add(JANE, [said("Oslo it is", home("oslo"))], deadline=LATER)
    clock.now += 10
    tuesday = Owner("key", "jane", "tuesday")
    second = store.add(tuesday, [said("Lima now", home("lima"))], deadline=LATER)
    (old,), (new,) = second.superseded, second.facts
    assert (old.id, old.text, old.valid_to) == (first.facts[0].id, "Oslo", clock.now)
    assert old.superseded_by == new.id
    assert (new.text, new.turn_id, new.valid_from) == ("Lima", second.turns[0].id, clock.now)
    kept = store.read(JANE, [first.turns[0].row], deadline=LATER)
    assert kept[0].facts == (old,)


def test_a_fact_told_again_is_neither_new_nor_a_change(store: TurnStore) -> None:
    store.add(JANE, [said("Oslo it is", home("oslo"))], deadline=LATER)
    again = store.add(JANE, [said("Oslo I say", home("oslo"))], deadline=LATER)
    assert (again.facts, again.superseded) == ((), ())


def test_a_fact_may_end_without_another(store: TurnStore) -> None:
    store.add(JANE, [said("Oslo it is", home("oslo"))], deadline=LATER)
    wrong = store.add(JANE, [said("Not Rome", home("rome", ends=True))], deadline=LATER)
    assert wrong.superseded == ()
    ended = store.add(JANE, [said("Not Oslo", home("oslo", ends=True))], deadline=LATER)
    assert [fact.superseded_by for fact in ended.superseded] == [None]


def test_facts_of_two_owners_have_nothing_to_do_with_each_other(store: TurnStore) -> None:
    store.add(JANE, [said("Oslo it is", home("oslo"))], deadline=LATER)
    other = store.add(Owner("key", "john", "monday"), [said("Lima", home("lima"))], deadline=LATER)
    assert other.superseded == ()


def test_what_holds_now_is_found_by_what_it_replaced(store: TurnStore) -> None:
    facts = [
        store.add(JANE, [said(f"{city} it is", home(city))], deadline=LATER).facts[0].id
        for city in ("oslo", "rome", "lima")
    ]
    now = store.successors(JANE, [*facts, "zz", "00"], deadline=LATER)
    assert {one: turn.text for one, turn in now.items()} == dict.fromkeys(facts[:2], "lima it is")
    assert store.successors(Owner("key", "john", ""), facts, deadline=LATER) == {}
    assert store.successors(Owner("key", "jane", "other"), facts, deadline=LATER) == {}


def test_forgetting_an_item_takes_its_repeats_and_facts(store: TurnStore) -> None:
    first = store.add(
        JANE, [said("Oslo it is", home("oslo")), said("red"), said("Oslo it is")], deadline=LATER
    )
    gone = store.forget(JANE, ids=[first.turns[0].id, "zz", ""], before=None, deadline=LATER)
    assert (gone.turns, gone.facts, gone.sessions) == (2, 1, 0)
    assert texts(store, JANE, "oslo", "red") == ["red"]
    assert store.last(JANE, 9, deadline=LATER)[0] == 1
    assert len(add(store, JANE, "Oslo it is")) == 1, "it is not known any more"


def test_a_fact_whose_successor_is_forgotten_stays_past(store: TurnStore) -> None:
    first = store.add(JANE, [said("Oslo it is", home("oslo"))], deadline=LATER)
    second = store.add(JANE, [said("Lima now", home("lima"))], deadline=LATER)
    store.forget(JANE, ids=[second.turns[0].id], before=None, deadline=LATER)
    (fact,) = store.read(JANE, [first.turns[0].row], deadline=LATER)[0].facts
    assert fact.valid_to is not None
    assert fact.superseded_by is None


def test_forgetting_a_session_or_a_user_leaves_nothing(store: TurnStore) -> None:
    tuesday = Owner("key", "jane", "tuesday")
    add(store, JANE, "red", "blue")
    add(store, tuesday, "red")
    gone = store.forget(JANE, ids=None, before=None, deadline=LATER)
    assert (gone.turns, gone.sessions) == (2, 1)
    assert texts(store, Owner("key", "jane", ""), "red") == ["red"]
    gone = store.forget(Owner("key", "jane", ""), ids=None, before=None, deadline=LATER)
    assert (gone.turns, gone.sessions) == (1, 1)
    assert [turn.turn for turn in add(store, tuesday, "new")] == [0], "numbers begin anew"


def test_forgetting_by_age_keeps_what_was_said_since(store: TurnStore, clock: Clock) -> None:
    add(store, JANE, "old", "said again")
    clock.now += 10
    add(store, JANE, "said again", "new")
    gone = store.forget(JANE, ids=None, before=clock.now, deadline=LATER)
    assert gone.turns == 1
    assert texts(store, JANE, "new") == ["said again", "new"]


def test_what_is_past_its_time_is_not_found_and_then_gone(store: TurnStore, clock: Clock) -> None:
    add(store, JANE, "red cat")
    clock.now += TTL_S + 1
    assert texts(store, JANE, "red") == []
    assert store.last(JANE, 9, deadline=LATER) == (0, [])
    assert list(store.everything(JANE, deadline=LATER)) == []
    add(store, Owner("key", "john", "x"), "clears away")
    assert store.forget(JANE, ids=None, before=None, deadline=LATER).turns == 0


def test_everything_is_all_turns_with_their_facts(store: TurnStore) -> None:
    store.add(JANE, [said("Oslo it is", home("oslo")), said("red")], deadline=LATER)
    add(store, Owner("key", "jane", "tuesday"), "blue")
    kept = list(store.everything(Owner("key", "jane", ""), deadline=LATER))
    assert [(turn.session, turn.text, len(turn.facts)) for turn in kept] == [
        ("monday", "Oslo it is", 1),
        ("monday", "red", 0),
        ("tuesday", "blue", 0),
    ]
    assert len(list(store.everything(JANE, deadline=LATER))) == 2


def test_a_deadline_that_passed_ends_every_operation(store: TurnStore) -> None:
    over = Deadline(0.0)
    for work in (
        lambda: store.add(JANE, [said("red")], deadline=over),
        lambda: store.find(JANE, ["red"], marks=[], deadline=over),
        lambda: store.read(JANE, [1], deadline=over),
        lambda: store.last(JANE, 1, deadline=over),
        lambda: store.forget(JANE, ids=None, before=None, deadline=over),
        lambda: list(store.everything(JANE, deadline=over)),
    ):
        with pytest.raises(DeadlineExceeded):
            work()


def test_threads_never_give_one_number_twice(store: TurnStore) -> None:
    threads = [
        threading.Thread(target=add, args=(store, JANE, f"turn {n}", f"and {n}")) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _, history = store.last(JANE, 99, deadline=LATER)
    assert [turn.turn for turn in history] == list(range(16))


def test_a_full_memory_takes_no_more(table: TurnTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_TURNS", 2)
    add(table, JANE, "one", "two")
    with pytest.raises(MemoryFull):
        add(table, JANE, "three")
    assert table.last(JANE, 9, deadline=LATER)[0] == 2


def test_in_a_large_memory_rare_words_neighbours_and_the_newest_are_candidates(
    table: TurnTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_SCANNED", 5)
    monkeypatch.setattr(turn_search, "MOST_RECENT", 2)
    monkeypatch.setattr(turn_search, "MOST_OF_A_TERM", 3)
    filler = [f"common word{n}" for n in range(20)]
    add(table, JANE, *filler[:10], "the rare bird common", *filler[10:])
    add(table, Owner("key", "jane", "tuesday"), "rare tuesday")
    found = find(table, JANE, "rare", "common")
    read = table.read(JANE, found.rows, deadline=LATER)
    assert [turn.turn for turn in read] == [7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20]
    assert found.total == 21
    assert found.spread[0] == 2, "of all sessions: an upper bound"
    assert found.spread[1] > 3, "estimated"
    everywhere = table.read(
        JANE, find(table, Owner("key", "jane", ""), "rare").rows, deadline=LATER
    )
    assert "rare tuesday" in [turn.text for turn in everywhere]


def test_turns_of_many_sessions_are_estimated_from_some(
    table: TurnTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_search, "SAMPLED", 20)
    monkeypatch.setattr(turns, "MOST_SCANNED", 50)
    everywhere = Owner("key", "jane", "")
    for n in range(60):
        add(table, Owner("key", "jane", f"session {n}"), "red cat", "blue dog")
    found = find(table, everywhere, "cat")
    assert 60 <= found.total <= 240, "120, more or less"
    assert found.spread[0] == 60
    monkeypatch.setattr(turns, "MOST_SCANNED", 1_000)
    assert find(table, everywhere, "cat").total == 120, "few: counted"


@pytest.mark.parametrize(
    ("wanted", "keys", "offsets", "counts"),
    [
        ([5, 7], [5, 5, 7, 9], [0, 3, 4], [[2, 1], [0, 0]]),
        ([7, 5, 7], [5, 7], [0, 1, 2], [[0, 1, 0], [1, 0, 1]]),
        ([9, 1], [5], [0, 0, 1, 1], [[0, 0], [0, 0], [0, 0]]),
        ([], [5], [0, 1], [[]]),
        ([5], [], [0], []),
        ([2**63 - 1, -(2**63)], [-(2**63), 2**63 - 1], [0, 2], [[1, 1]]),
    ],
    ids=["repeats", "asked twice", "none", "nothing asked", "no turn", "largest"],
)
def test_keys_are_counted_by_turn(
    wanted: list[int], keys: list[int], offsets: list[int], counts: list[list[int]]
) -> None:
    found, lengths = turns.counted(
        wanted, np.array(keys, dtype=np.int64), np.array(offsets, dtype=np.int64)
    )
    assert found.tolist() == counts
    assert found.shape == (len(offsets) - 1, len(wanted))
    assert lengths.sum() == len(keys)


def at(cell: str, *numbers: int) -> Place:
    """A place in a cell, its code from a few numbers."""
    return Place((cell,), np.array(numbers, dtype=np.int8).tobytes().ljust(CODE_BYTES, b"\0"))


def somewhere(store: TurnStore, owner: Owner, *turns: tuple[str, Place]) -> tuple[KeptTurn, ...]:
    new = [replace(said(text), place=place) for text, place in turns]
    return store.add(owner, new, deadline=LATER).turns


def near(store: TurnStore, owner: Owner, place: Place) -> list[str]:
    rows = store.find(owner, ["nothing"], marks=[], near=place, deadline=LATER).rows
    return [turn.text for turn in store.read(owner, rows, deadline=LATER)]


@pytest.fixture
def large(store: TurnStore, monkeypatch: pytest.MonkeyPatch) -> TurnStore:
    """A memory that is too large to be looked through; without the newest and neighbours."""
    monkeypatch.setattr(turns, "MOST_SCANNED", 0)
    monkeypatch.setattr(turn_search, "MOST_RECENT", 0)
    monkeypatch.setattr(turn_search, "AROUND", 0)
    return store


def test_a_turn_that_shares_no_word_is_found_by_its_place(large: TurnStore) -> None:
    somewhere(large, JANE, ("red cat", at("north", 9)), ("blue dog", at("south", 9)))
    assert "red cat" in near(large, JANE, at("north", 9))
    assert "blue dog" in near(large, JANE, replace(at("north", 9), cells=("north", "south")))


def test_a_turn_that_is_forgotten_is_found_at_no_place(large: TurnStore) -> None:
    first, _ = somewhere(large, JANE, ("red cat", at("north", 9)), ("rosy cat", at("north", 8)))
    large.forget(JANE, ids=[first.id], before=None, deadline=LATER)
    assert near(large, JANE, at("north", 9)) == ["rosy cat"]
    large.forget(JANE, ids=None, before=None, deadline=LATER)
    assert near(large, JANE, at("north", 9)) == []


def test_a_place_is_of_one_owner_and_where_asked_of_one_session(large: TurnStore) -> None:
    tuesday = Owner("key", "jane", "tuesday")
    somewhere(large, JANE, ("red cat", at("north", 9)))
    somewhere(large, tuesday, ("rosy cat", at("north", 8)))
    assert near(large, Owner("key", "john", "monday"), at("north", 9)) == []
    assert near(large, JANE, at("north", 9)) == ["red cat"]
    assert near(large, Owner("key", "jane", ""), at("north", 9)) == ["red cat", "rosy cat"]


def test_what_is_past_its_time_is_found_at_no_place(large: TurnStore, clock: Clock) -> None:
    somewhere(large, JANE, ("red cat", at("north", 9)))
    clock.now += TTL_S + 1
    somewhere(large, JANE, ("rosy cat", at("north", 8)))
    assert near(large, JANE, at("north", 9)) == ["rosy cat"]
    assert large.expire() == 0, "writing cleared it away"


@pytest.fixture
def small_blocks(table: TurnTable, monkeypatch: pytest.MonkeyPatch) -> TurnTable:
    monkeypatch.setattr(turns, "MOST_SCANNED", 0)
    monkeypatch.setattr(turn_search, "MOST_RECENT", 0)
    monkeypatch.setattr(turn_search, "AROUND", 0)
    monkeypatch.setattr(turn_blocks, "BLOCK_TURNS", 3)
    return table


def test_the_best_codes_come_first_and_no_more_than_are_wanted(
    small_blocks: TurnTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_blocks, "MOST_NEAR", 2)
    somewhere(small_blocks, JANE, *[(f"turn {n}", at("north", n)) for n in (1, 5, 3, 2, 4)])
    assert near(small_blocks, JANE, at("north", 1)) == ["turn 5", "turn 4"]
    assert near(small_blocks, JANE, at("north", -1)) == ["turn 1", "turn 2"]


def test_of_a_full_cell_the_newest_blocks_are_opened(
    small_blocks: TurnTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_blocks, "MOST_OF_A_CELL", 1)
    for n in range(5):
        somewhere(small_blocks, JANE, (f"turn {n}", at("north", 9)))
    assert near(small_blocks, JANE, at("north", 9)) == ["turn 3", "turn 4"]


def held(database: Database) -> list[int]:
    async def counts(connection: AsyncConnection) -> list[int]:
        wanted = select(memory_blocks.c.held).order_by(memory_blocks.c.held)
        return list(await connection.scalars(wanted))

    return database.run(counts)


def test_blocks_fill_up_before_new_ones_are_made_and_empty_ones_go(
    database: Database, small_blocks: TurnTable
) -> None:
    added = somewhere(small_blocks, JANE, *[(f"turn {n}", at("north", n)) for n in range(7)])
    assert held(database) == [1, 3, 3]
    somewhere(small_blocks, JANE, ("one", at("north", 1)), ("two", at("south", 1)))
    assert held(database) == [1, 2, 3, 3]
    first = [turn.id for turn in added[:4]]
    small_blocks.forget(JANE, ids=first, before=None, deadline=LATER)
    assert held(database) == [1, 2, 2]
    assert sorted(near(small_blocks, JANE, at("north", 1))) == ["one", "turn 4", "turn 5", "turn 6"]


def test_threads_lose_none_of_each_others_places(large: TurnStore) -> None:
    def write(n: int) -> None:
        turns = [(f"turn {n} {part}", at("north", n)) for part in range(3)]
        somewhere(large, Owner("key", "jane", f"session {n}"), *turns)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(near(large, Owner("key", "jane", ""), at("north", 1))) == 18


def test_the_file_shows_no_words_names_or_meanings(tmp_path: Path) -> None:
    database = Database(SqliteAddress(tmp_path / "kept.db"))
    store = TurnTable(database, SECRET, TTL_S)
    owner = Owner("tenant-x", "jane-doe", "secret-session")
    meaning = np.arange(MEANING_BYTES).astype(np.int8).tobytes()
    words, place = ["marzipan"], Place(("cell-x",), meaning[:CODE_BYTES])
    new = NewTurn(
        "narrator", "marzipan", words, ["@narrator"], meaning, [home("marzipan-home")], place
    )
    store.add(owner, [new], deadline=LATER)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    hidden = [b"tenant-x", b"jane-doe", b"secret-session", b"narrator", b"marzipan", b"home"]
    hidden.append(b"cell-x")
    assert [word for word in [*hidden, meaning[:16]] if word in kept] == []
    database.close()


def test_what_is_forgotten_is_gone_from_the_file_too(tmp_path: Path) -> None:
    database = Database(SqliteAddress(tmp_path / "kept.db"))
    store = TurnTable(database, SECRET, TTL_S)
    new = replace(said("red cat", home("oslo")), place=at("north", 9))
    store.add(JANE, [new], deadline=LATER)

    async def traces(connection: AsyncConnection) -> list[bytes]:
        row = (await connection.execute(select(memory_turns))).one()
        block = (await connection.execute(select(memory_blocks.c.sealed))).scalar_one()
        return [row.public_id, row.digest, row.sealed, row.meaning, row.terms, block]

    written = database.run(traces)
    store.forget(JANE, ids=None, before=None, deadline=LATER)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert [piece for piece in written if piece in kept] == []
    database.close()


def test_forgetting_leaves_no_row_in_any_table(database: Database, table: TurnTable) -> None:
    there = replace(said("red cat", home("oslo")), place=at("north", 1))
    table.add(JANE, [there, said("red cat")], deadline=LATER)
    table.forget(JANE, ids=None, before=None, deadline=LATER)

    async def rows(connection: AsyncConnection) -> list[int]:
        tables = (memory_sessions, memory_turns, memory_terms, memory_blocks, memory_facts)
        return [
            (await connection.execute(select(func.count()).select_from(one))).scalar_one()
            for one in tables
        ]

    assert database.run(rows) == [0, 0, 0, 0, 0]


def test_another_secret_finds_nothing(database: Database, table: TurnTable) -> None:
    add(table, JANE, "red cat")
    assert texts(TurnTable(database, Secrets((b"t" * 64,)), TTL_S), JANE, "red") == []


def test_a_text_that_was_moved_to_another_turn_does_not_open(
    database: Database, table: TurnTable
) -> None:
    first, second = add(table, JANE, "red", "blue")

    async def swap(connection: AsyncConnection) -> None:
        c = memory_turns.c
        taken = select(c.sealed).where(c.id == first.row).scalar_subquery()
        await connection.execute(
            memory_turns.update().where(c.id == second.row).values(sealed=taken)
        )

    database.run(swap, writes=True)
    with pytest.raises(Unreadable):
        table.read(JANE, [second.row], deadline=LATER)


def test_the_same_word_of_two_owners_has_two_keys(database: Database, table: TurnTable) -> None:
    add(table, JANE, "red")
    add(table, Owner("key", "john", "monday"), "red")

    async def keys(connection: AsyncConnection) -> int:
        wanted = select(func.count(memory_terms.c.term.distinct()))
        return (await connection.execute(wanted)).scalar_one()

    assert database.run(keys) == 2


def test_memory_drops_the_owner_who_was_used_longest_ago(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiguardian.storage.memory_turns.MOST_IN_MEMORY", 2)
    store = MemoryTurns(TTL_S, clock=clock)
    for user in ("a", "b", "a", "c"):
        add(store, Owner("key", user, "s"), f"red {clock.now}")
        clock.now += 1
    assert [len(texts(store, Owner("key", user, "s"), "red")) for user in "abc"] == [0, 0, 1]


def test_what_was_said_outlives_the_process(new_database: Callable[[], Database]) -> None:
    for expected in ([], ["red cat"]):
        database = new_database()
        store = TurnTable(database, SECRET, TTL_S)
        assert texts(store, JANE, "red") == expected
        add(store, JANE, "red cat")
        database.close()
