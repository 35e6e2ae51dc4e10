from __future__ import annotations

import logging
from pathlib import Path

import pytest

from aiguardian.errors import InvalidField, NotAvailable
from aiguardian.policy.read import PolicyError
from aiguardian.policy.rules import Catalogue, GuardKind
from aiguardian.policy.shelf import Shelf
from aiguardian.policy.stored import StoredPolicies
from aiguardian.storage.policies import MemoryPolicies, VersionConflict

CATALOGUE: Catalogue = {"biasguard": GuardKind(("hate",), ())}


def policy(act: str) -> str:
    return f"input: {{biasguard: {{hate: {act}}}}}\n"


def act(shelf: Shelf, name: str, tenant: str) -> str:
    return shelf.get(name, tenant).guards("input")["biasguard"].rule("hate").act


def put(stored: StoredPolicies, text: str | None, *, expected: int = 0, tenant: str = "a") -> None:
    stored.write(tenant, "ours", text, expected=expected, author="key-1", note="")


@pytest.fixture
def store() -> MemoryPolicies:
    return MemoryPolicies()


@pytest.fixture
def stored(store: MemoryPolicies) -> StoredPolicies:
    made = StoredPolicies(store, CATALOGUE)
    made.refresh()
    return made


def test_what_a_tenant_keeps_is_in_force_for_it_alone(stored: StoredPolicies) -> None:
    shelf = Shelf(CATALOGUE, stored=stored)
    put(stored, policy("flag"))
    assert act(shelf, "ours", "a") == "flag"
    assert shelf.names("a") == ["default", "strict", "observe", "ours"]
    assert shelf.names("b") == ["default", "strict", "observe"]
    with pytest.raises(InvalidField, match="There are: default, strict, observe"):
        shelf.get("ours", "b")
    with pytest.raises(InvalidField):
        shelf.for_all("ours")


def test_another_gateways_change_comes_into_force_at_the_next_look(
    store: MemoryPolicies, stored: StoredPolicies
) -> None:
    other = StoredPolicies(store, CATALOGUE)
    other.refresh()
    put(other, policy("flag"))
    shelf = Shelf(CATALOGUE, stored=stored)
    stored.refresh()
    assert act(shelf, "ours", "a") == "flag"
    put(other, policy("block"), expected=1)
    assert act(shelf, "ours", "a") == "flag"
    stored.refresh()
    assert act(shelf, "ours", "a") == "block"
    put(other, None, expected=2)
    stored.refresh()
    with pytest.raises(InvalidField):
        shelf.get("ours", "a")


def test_until_the_store_was_read_nothing_that_it_may_hold_is_decided(
    store: MemoryPolicies, tmp_path: Path
) -> None:
    (tmp_path / "file.yaml").write_text(policy("block"))
    shelf = Shelf(CATALOGUE, tmp_path, StoredPolicies(store, CATALOGUE))
    with pytest.raises(NotAvailable):
        shelf.get("default", "a")
    assert act(shelf, "file", "a") == "block", "files go before what tenants keep"
    assert shelf.for_all("default").name == "default"


def test_a_file_goes_before_what_a_tenant_keeps_and_that_before_what_is_built_in(
    stored: StoredPolicies, tmp_path: Path
) -> None:
    shelf = Shelf(CATALOGUE, tmp_path, stored)
    stored.write("a", "default", policy("flag"), expected=0, author="", note="")
    assert act(shelf, "default", "a") == "flag"
    assert [shelf.shelved("default", tenant).origin for tenant in "ab"] == ["stored", "built-in"]
    (tmp_path / "default.yaml").write_text(policy("block"))
    shelf.refresh()
    assert shelf.shelved("default", "a").origin == "file"


def test_a_wrong_text_is_not_kept(stored: StoredPolicies) -> None:
    put(stored, policy("flag"))
    with pytest.raises(PolicyError, match="line 1"):
        put(stored, policy("flog"), expected=1)
    assert [one.version for one in stored.history("a", "ours", limit=9)] == [1]
    with pytest.raises(VersionConflict):
        put(stored, policy("block"), expected=0)


def test_a_version_that_this_program_cannot_read_leaves_the_last_good_one(
    store: MemoryPolicies, stored: StoredPolicies, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(CATALOGUE, stored=stored)
    put(stored, policy("flag"))
    store.write("a", "ours", "later: thing", expected=1, author="", note="")
    with caplog.at_level(logging.ERROR):
        stored.refresh()
        stored.refresh()
    assert act(shelf, "ours", "a") == "flag"
    assert "later" in shelf.fault("ours", "a")
    assert len(caplog.records) == 1
    put(stored, policy("block"), expected=2)
    assert act(shelf, "ours", "a") == "block"
    assert shelf.fault("ours", "a") == ""


async def test_a_store_out_of_reach_keeps_what_was_in_force(stored: StoredPolicies) -> None:
    class Gone(MemoryPolicies):
        is_gone = False

        def changes(self, since: int):  # type: ignore[no-untyped-def]
            if self.is_gone:
                raise NotAvailable("gone")
            return super().changes(since)

    store = Gone()
    held = StoredPolicies(store, CATALOGUE)
    shelf = Shelf(CATALOGUE, stored=held)
    store.is_gone = True
    assert not await shelf.read_stored()
    with pytest.raises(NotAvailable):
        shelf.get("ours", "a")
    store.is_gone = False
    put(held, policy("flag"))
    store.is_gone = True
    assert not await shelf.read_stored()
    assert act(shelf, "ours", "a") == "flag"
