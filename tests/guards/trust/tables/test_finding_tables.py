from __future__ import annotations

import pytest

from aiguardian.errors import DeadlineExceeded
from aiguardian.guards.trust.judgement import Source
from aiguardian.guards.trust.tables.find import find_tables
from aiguardian.guards.trust.tables.table import Table, read_number
from aiguardian.processor import Deadline

MARKDOWN = """Sales

| Town | Year | Sales |
|---|---:|---|
| Lima | 2019 | 1,200 |
| Oslo | 2020 | 900 |
"""
BARS = "harbours\ntown | year | sales\nlima | 2019 | 1,200\noslo | 2020 | 900\n"
TABS = "town\tyear\tsales\nlima\t2019\t1,200\noslo\t2020\t900\n"
COMMAS = 'town,year,sales\nlima,2019,"1,200"\noslo,2020,900\n'


def tables(text: str) -> list[Table]:
    return find_tables(Source(0, "s", text), Deadline(60.0))


@pytest.mark.parametrize("text", [MARKDOWN, BARS, TABS, COMMAS])
def test_a_table_is_read_in_each_format(text: str) -> None:
    (table,) = tables(text)
    assert [name.lower() for name in table.header] == ["town", "year", "sales"]
    assert len(table.rows) == 2
    assert table.values(2) == [1200.0, 900.0]


@pytest.mark.parametrize("text", [MARKDOWN, BARS, TABS, COMMAS])
def test_the_offsets_of_a_cell_are_those_of_the_source(text: str) -> None:
    (table,) = tables(text)
    for row in table.rows:
        for cell in row:
            assert text[cell.start : cell.end] == cell.text


def test_the_line_above_is_the_caption() -> None:
    assert tables(BARS)[0].caption == "harbours"


def test_several_header_rows_and_headings_between_rows_are_joined() -> None:
    heads = " | Years ended May 31, | \n | 2019 | 2018\n"
    text = f"{heads}Americas: | | \nPeru | 10 | 20\nChile | 30 | 40\n"
    (table,) = tables(text)
    assert table.header[2].endswith("2018")
    assert table.sections == ("Americas:", "Americas:")
    assert table.values(1) == [10.0, 30.0]


def test_a_list_of_keys_and_values_is_a_record() -> None:
    (table,) = tables("Anna Berg. Born: 3 May 1950, Oslo. Occupation: Painter. Children: 3.")
    assert table.is_record
    assert table.caption == "Anna Berg"
    assert [row[0].text for row in table.rows] == ["Born", "Occupation", "Children"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain prose, with commas, and more.\nA second line, of it, too.",
        "a | b",
        "Ann: hello there.\nBob: hi.\nAnn: how are you?\nBob: fine.",
        "|" * 500,
    ],
)
def test_prose_and_dialogue_are_no_tables(text: str) -> None:
    assert tables(text) == []


def test_ragged_rows_are_read_as_far_as_they_go() -> None:
    (table,) = tables("a | b | c\n1 | 2\n3 | 4 | 5 | 6\n")
    assert table.text(0, 2) == ""
    assert table.text(1, 2) == "5"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("$ (1,234)", -1234.0),
        ("(111)", -111.0),
        ("38 tons", 38.0),
        ("12.21 (93)", 12.21),
        ("45%", 45.0),
        ("2:01.14", 121.14),
        ("—", None),
        ("none at all", None),
    ],
)
def test_the_number_of_a_cell(cell: str, value: float | None) -> None:
    assert read_number(cell) == (pytest.approx(value) if value is not None else None)


@pytest.mark.parametrize("line", ["|", "a|b\n", "\t\n", "a,b\n", "a: b. ", '",', "| - ", "-|\n"])
def test_a_hostile_text_is_read_to_its_end(line: str) -> None:
    for table in tables(line * (32_768 // len(line))):
        assert 0 <= table.start <= table.end


def test_a_past_deadline_stops_the_reading() -> None:
    with pytest.raises(DeadlineExceeded):
        find_tables(Source(0, "s", BARS), Deadline(0.0))
