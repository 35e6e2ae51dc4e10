"""Lossless steps: what they save, what they leave alone, and that nothing is lost."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.guards.token.lossless import Shortened, shorten
from aiguardian.text.bpe import count_tokens


def count(text: str) -> int:
    return count_tokens(text, "o200k_base")


def short(text: str, content_type: str = "text") -> Shortened:
    return shorten(
        text, count(text), content_type=content_type, count=count, checkpoint=lambda: None
    )


LOG = "2026-01-01 worker 7 says hello to everybody\n"
BLOCK = "This paragraph stands here twice, word for word, and it is long enough to matter. " * 4

SHORTENED = [
    ("white_space", "One line.\n\n\n\n\n\nAnother   line.   \n", "One line.\n\nAnother line.\n"),
    ("white_space", "A sentence.  Two   spaces.  More.", "A sentence. Two spaces. More."),
    (
        "white_space",
        "lines   \r\n\r\n\r\n\r\n\r\nwith   returns\r\n",
        "lines\r\n\r\nwith returns\r\n",
    ),
    ("json_padding", '{"a" : 1.50,\n  "a": [1, 2,  "x  y"]}', '{"a":1.50,"a":[1,2,"x  y"]}'),
    (
        "json_padding",
        '[1e400,   -0,   {"k":   "\\u0041  \\" "}]',
        '[1e400,-0,{"k":"\\u0041  \\" "}]',
    ),
    (
        "table_padding",
        "| Name     |  Age |\n|----------|------|\n| Bob      |   12 |\n",
        "| Name | Age |\n|---|---|\n| Bob | 12 |\n",
    ),
    ("repeated_lines", LOG * 9, LOG + "[the line above 8 more times]\n"),
    ("repeated_blocks", f"{BLOCK}\n\nBetween.\n\n{BLOCK}", None),
    (
        "markup_noise",
        "Text above\n\n" + "-" * 200 + "\n\nText below",
        "Text above\n\n---\n\nText below",
    ),
]


@pytest.mark.parametrize(("step", "text", "wanted"), SHORTENED)
def test_a_step_saves_tokens_and_says_how_many(step: str, text: str, wanted: str | None) -> None:
    result = short(text)
    if wanted is not None:
        assert result.text == wanted
    assert result.saved[step] > 0
    assert result.tokens == count(result.text) == count(text) - sum(result.saved.values())


UNTOUCHED = [
    "",
    " ",
    "x",
    "This is a test message for token optimization",
    "```\na   b\n\n\n\nc\n```",
    "~~~ python\nx   =   1   \n\n\n\ny = 2\n~~~",
    "```\nnever closed   \n\n\n\nx    y",
    "    indented   code\n\n\n\n    more   code",
    "key:\n  value   with   runs\n\n\n  other: 1",
    'He said "two   spaces" once.',
    "Er sagte „zwei   Wörter“ und ging.",
    'A quotation "that runs\n\n\n\nover   a gap" ends.',
    "> a   quoted   line",
    "`a   b`",
    "Roses are red  \nViolets are blue",
    "Name      Age\nBob       12\nNew York  3",
    "a\tb\t\tc\n1\t2\t\t3",
    "diff --git a/x b/x\n-a   b\n+a  b\n\n\n\n c",
    "<pre>\na   b\n\n\n\n</pre>",
    'x = """\na   b\n\n\n\n"""',
    "La la la\nLa la la\nLa la la\nLa la la",
    "1.   item\n2.   item",
    '{"a": 1, }',
    "{a: 1}",
    '{"a": NaN}',
    "[1, 2",
    "Answer: ",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_may_mean_something_stays_as_it_is(text: str) -> None:
    assert short(text).text == text


def test_code_is_touched_only_when_it_is_json_as_a_whole() -> None:
    assert short("x   =   1   \n\n\n\n\ny = 2", "code").saved == {}
    assert short('{\n    "a":   1\n}', "code").text == '{"a":1}'


def test_a_repeated_block_is_pointed_to_not_dropped() -> None:
    result = short(f"{BLOCK}\n\nBetween.\n\n{BLOCK}\n\nAfter.")
    assert result.text.count("word for word") == 4
    assert "[the same paragraph as above again: This paragraph stands here twice," in result.text
    assert result.text.endswith("After.")


PROSE = st.text(alphabet='ab .,\n\t"`>|-#=*1{}[]:“”é日 \r', max_size=160)
PIECES = st.lists(
    st.sampled_from(
        [
            "word ",
            "a  b",
            "\n",
            "\n\n\n",
            "  ",
            "```\n",
            '"',
            "| a   |",
            "|---|",
            "    x",
            "> q  q",
            "----------",
            "# h ##",
            LOG,
            BLOCK + "\n\n",
            "\t",
            "end.  Then",
            "`",
            "“",
            "”",
            "{",
            '"k":  1',
            "}",
            "<pre>",
            "</pre>",
            '"""',
        ]
    ),
    max_size=25,
).map("".join)


@given(st.one_of(PROSE, PIECES))
def test_never_more_tokens_and_doing_it_again_changes_nothing(text: str) -> None:
    once = short(text)
    assert once.tokens == count(once.text) <= count(text)
    assert sum(once.saved.values()) == count(text) - once.tokens
    assert short(once.text).text == once.text


@given(st.one_of(PROSE, PIECES))
def test_words_keep_their_sequence_where_nothing_is_repeated(text: str) -> None:
    once = short(text)
    if not once.saved.keys() & {"repeated_lines", "repeated_blocks"}:
        assert re.findall(r"\w+", once.text) == re.findall(r"\w+", text)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES, st.integers(0, 4), st.booleans())
def test_compact_json_has_the_same_value(value: object, indent: int, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert json.loads(short(text).text or "null") == value


@given(st.text(alphabet="ab  \t", min_size=1, max_size=30), PROSE)
def test_fenced_code_and_quotations_stay_byte_for_byte(inside: str, around: str) -> None:
    around = re.sub(r'["`“”\']', "", around)
    code = f"```\n{inside}\n```"
    assert code in short(f"{around}\n\n{code}\n\n{around}").text
    quote = f'"{inside}"'
    assert quote in short(f"Words   here {quote} and   there.").text


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "\n",
        " ",
        " \n",
        '"',
        '"\n',
        '" \n\n',
        "<pre\n",
        "```\n",
        "|",
        "|-|\n",
        "[",
        "[]",
        "-",
        "a  ",
        "# ",
        '"""\n',
        "aa.  b",
        "\t",
        "1.  a\n",
        " 'a",
    ],
)
def test_half_a_mebibyte_of_anything_is_done_in_a_moment(piece: str) -> None:
    short(piece * (500_000 // len(piece)))
