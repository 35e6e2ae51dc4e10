"""A key in the address serves on the paths of Google's clients, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from aiguardian.dropin import moderations, perspective
from aiguardian.dropin.query_key import QueryKey

PATH = "/v1alpha1/comments:analyze"


async def seen(path: str, query: bytes, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    """The scope as the gate behind it sees it."""
    found: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.update(scope)

    scope = {"type": "http", "path": path, "query_string": query, "headers": [*headers]}
    await QueryKey(app, [PATH])(scope, None, None)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("query", "headers", "keys", "left"),
    [
        (b"key=abc", [], [b"abc"], b""),
        (b"alt=json&key=a%2Bb&prettyPrint=false", [], [b"a+b"], b"alt=json&prettyPrint=false"),
        (b"alt=json", [], [], b"alt=json"),
        (b"key=", [], [], b""),
        (b"key=a&key=b", [], [], b""),
        (b"key=abc", [(b"x-api-key", b"own")], [b"own"], b""),
        (b"", [(b"x-goog-api-key", b"abc")], [b"abc"], b""),
    ],
)
async def test_the_key_moves_from_the_address_into_the_header(
    query: bytes, headers: list[tuple[bytes, bytes]], keys: list[bytes], left: bytes
) -> None:
    scope = await seen(PATH, query, *headers)
    assert [value for name, value in scope["headers"] if name == b"x-api-key"] == keys
    assert scope["query_string"] == left
    assert b"x-goog-api-key" not in dict(scope["headers"])


async def test_on_other_paths_a_key_in_the_address_is_none() -> None:
    scope = await seen("/v1/moderations", b"key=abc", (b"x-goog-api-key", b"abc"))
    assert b"x-api-key" not in dict(scope["headers"])
    assert scope["query_string"] == b"key=abc"


def test_no_category_is_both_judged_and_not() -> None:
    assert not perspective.NOT_JUDGED & {*perspective.JUDGED}
    assert not {*moderations.NOT_JUDGED} & {*moderations.JUDGED, moderations.BOTH}
