"""Words with a capital that name nobody, and abbreviations in the plural."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aiguardian.guards.trust.entities import check_entities
from aiguardian.guards.trust.reading import Reading

Lay = Callable[[str, str], Reading]
SOURCE = "A matrix metalloproteinase cuts proteins. One MRI of the knee was made in Oslo by nurses."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nonetheless Oslo made one of the knee.", ["supported"]),
        ("The MRIs of the knee were made by nurses.", ["supported"]),
        ("The MMs cut proteins in the knee.", ["supported"]),
        ("The CTs of the knee were made by nurses.", ["silent"]),
        ("The scans of the knee were made in Bergens by nurses.", ["silent"]),
    ],
)
def test_which_names_the_source_has(lay: Lay, text: str, expected: list[str]) -> None:
    found = [check.outcome for check in check_entities(lay(text, SOURCE))]
    assert [outcome.replace("contradicted", "silent") for outcome in found] == expected
