from __future__ import annotations

from pathlib import Path

from aiguardian.guards.security.pii.ids.table import as_markdown

PAGE = Path(__file__).parents[4] / "docs" / "guards" / "security-pii.md"


def test_the_page_lists_the_numbers_that_the_table_holds() -> None:
    assert as_markdown() in PAGE.read_text(encoding="utf-8"), (
        "paste aiguardian.guards.security.pii.ids.table.as_markdown() into the page"
    )
