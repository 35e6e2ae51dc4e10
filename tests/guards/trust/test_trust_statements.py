"""Sentences with the full stops of German numbers inside."""

from __future__ import annotations

import pytest

from aiguardian.guards.trust.statements import statement_spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sie wurde am 3. Mai 1987 eröffnet. Sie ist rot.", 2),
        ("Der Umsatz stieg auf 3,2 Mrd. Euro. Das ist viel.", 2),
        ("Er kam am 3. Maier ging am 4. Juni.", 2),
        ("It has 12. May I ask why? Yes.", 3),
        ("It was founded in 1987. May was warm.", 2),
        ("Er zahlte 3.\nMai ist der fünfte Monat.", 2),
        ("Nr. 3.\n\nMai", 2),
        ("", 0),
        ("Eins. Zwei.", 2),
        ("Am 3. Mai war es warm. " * 2000, 2000),
    ],
)
def test_a_day_before_its_month_ends_no_sentence(text: str, expected: int) -> None:
    spans = statement_spans(text)
    assert len(spans) == expected
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
