from __future__ import annotations

import random
import re

import pytest

from aiguardian.proxy.stream.cuts import KEY_BLOCK, Cutter, Pacing, is_open, last_space
from benchmarks.hostile import HOSTILE

SENTENCE = "The ferry leaves at nine and comes back at noon. "


def segments(text: str, sizes: list[int] | None = None, pacing: Pacing | None = None) -> list[str]:
    """The segments of a text that comes in pieces of these sizes, then the rest at once."""
    cutter = Cutter(pacing or Pacing())
    found, rest, at = [], "", 0
    for size in [*(sizes or []), len(text)]:
        rest += text[at : at + size]
        at += size
        while (cut := cutter.next_cut(rest)) is not None:
            found.append(rest[:cut])
            rest = rest[cut:]
    return [*found, rest] if rest else found


def key_block(lines: int) -> str:
    body = "\n".join("MIIEpAIBAAKCAQEA" * 4 for _ in range(lines))
    return f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n"


def test_the_first_segment_is_a_sentence_and_the_second_as_long_as_it_must_be() -> None:
    found = segments("Yes. " + SENTENCE + SENTENCE.replace("nine", "twenty past nine") * 9)
    assert found[0] == "Yes. " + SENTENCE
    assert found[1] == "The ferry leaves at twenty past nine and comes back "
    assert found[2].startswith("at noon. The ferry")
    assert found[2].endswith("noon. ")


def test_a_segment_ends_with_the_first_sentence_from_the_least_length_on() -> None:
    found = segments(SENTENCE * 10)
    assert found[2] == SENTENCE * 5
    assert "".join(found) == SENTENCE * 10


def test_the_second_segment_does_not_end_in_what_must_be_whole() -> None:
    opening = "Certainly, here is the key. "
    found = segments(opening + "You asked me for it, so I show it now: " + key_block(20) + SENTENCE)
    assert found[0] == opening
    assert "-----BEGIN" in found[1]
    assert found[1].endswith("-----END RSA PRIVATE KEY-----\n")
    bracket = "You asked for a mail to them, to [EMAIL ADDRESS 1] and [PERSON 2] as soon as I can. "
    assert segments(opening + bracket + SENTENCE)[1].endswith("ADDRESS 1] ")


def test_a_second_segment_without_white_space_is_cut_as_late_ones_are() -> None:
    text = "Certainly, here is the text. " + "x" * 9_000
    assert len(segments(text)[1]) <= 1500 + 1024 + 1


def test_segments_grow_to_their_steady_length() -> None:
    lengths = [len(each) // len(SENTENCE) for each in segments(SENTENCE * 100)]
    assert lengths == [1, 1, 5, 5, 9, 9, *[13] * 5, 5]


def test_a_short_text_is_one_segment() -> None:
    assert segments("Hello. World. ") == ["Hello. World. "]
    assert segments("") == []


@pytest.mark.parametrize(
    "end", ["\n", ". ", "!\n", '." ', "?) ", ".** ", "… "], ids=repr
)  # fmt: skip
def test_lines_and_sentences_end_a_segment(end: str) -> None:
    found = segments("x " * 12 + "so. " + "z " * 24 + "x " * 99 + "word" + end + "y " * 300)
    assert found[2] == "x " * 99 + "word" + end


def test_a_cjk_sentence_ends_a_segment_without_white_space() -> None:
    assert segments("这是一个很长的句子。" * 40)[0] == "这是一个很长的句子。" * 3


def test_a_decimal_point_and_a_dot_in_a_name_end_none() -> None:
    text = "v1.25 of module.name " * 20 + "end. "
    assert segments(text + SENTENCE * 9)[0] == text


def test_without_an_end_the_last_white_space_up_to_the_most_counts() -> None:
    found = segments("word " * 500)
    assert len(found[0]) == 1500
    assert found[0].endswith("word ")


@pytest.mark.parametrize("length", [300, 511])
def test_a_run_without_white_space_stays_whole(length: int) -> None:
    text = "word " * 290 + "k" * length + " " + SENTENCE * 9
    assert any("k" * length in segment for segment in segments(text))


def test_a_run_that_never_ends_is_cut() -> None:
    found = segments("k" * 10_000)
    assert len(found) > 2
    assert max(map(len, found)) <= 1500 + 512


@pytest.mark.parametrize("lines", [3, 27, 60])
def test_a_key_block_is_never_cut(lines: int) -> None:
    block = key_block(lines)
    found = segments(SENTENCE * 5 + block + SENTENCE * 9, [13] * 2000)
    assert any(block.strip() in segment for segment in found)


def test_a_key_block_that_never_ends_is_cut_at_last() -> None:
    found = segments("-----BEGIN PRIVATE KEY-----\n" + "MIIE\n" * 20_000)
    assert max(map(len, found)) <= 1500 + KEY_BLOCK


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("see [PERSON", "bracket"),
        ("see [PERSON_1]", None),
        ("see [" + "x" * 64, None),
        ("<a href='x", "tag"),
        ("a < b and ", None),
        ("<!-- note ", "tag"),
        ("</p", "tag"),
        ("<a href='x'>", None),
        ("[text](http://x", "link"),
        ("[text](http://x)", None),
        ("a\n```pyth", "fence"),
        ("a\n```python\n", None),
        ("-----BEGIN PGP MESSAGE-----\n", "key"),
        ("---- BEGIN SSH2 KEY ----\n", "key"),
        (key_block(1), None),
        (key_block(1).strip(), "key"),
        ("", None),
    ],
)
def test_a_cut_falls_into_nothing_that_has_to_stay_whole(text: str, what: str | None) -> None:
    assert is_open(text, len(text)) == what


def test_a_line_end_in_a_tag_or_bracket_is_no_end() -> None:
    text = "x " * 99 + "<a\nhref='y'\ntitle='z'> [PERSON\n_1] end.\n" + SENTENCE
    found = segments(text)
    assert found[0].endswith("end.\n")


def test_the_last_white_space() -> None:
    assert [last_space("ab c d", end) for end in (0, 2, 3, 4, 6)] == [0, 0, 3, 3, 5]
    assert last_space("   ", 2) == 2


def test_the_cuts_are_the_same_under_any_chunking() -> None:
    words = [
        *SENTENCE.split(),
        "[PERSON_1]",
        "\n",
        "```x\n",
        "<b ",
        ">",
        "。",
        key_block(2),
        "[",
        "]",
    ]
    words += ["k" * 600, "](", ")", '."', "…", "-----BEGIN", "-----END KEY-----"]
    for seed in range(25):
        rng = random.Random(seed)
        glue = rng.choice([" ", "", "\n"])
        text = glue.join(rng.choices(words, k=rng.randint(1, 500)))
        whole = segments(text)
        assert "".join(whole) == text
        for _ in range(2):
            sizes = [rng.choice([1, 2, 3, 17, 400]) for _ in range(2000)]
            assert segments(text, sizes) == whole


@pytest.mark.parametrize("name", HOSTILE, ids=map(repr, HOSTILE))
def test_a_hostile_text_is_cut_to_its_end(name: str) -> None:
    text = HOSTILE[name](65_536)
    assert "".join(segments(text, [5] * 20_000)) == text


@pytest.mark.parametrize(
    "unit", ["-----BEGIN \n", "[ ", "<a ", "]( ", "```", ". ", "\n", "----BEGIN ----END ", "<a\n["]
)  # fmt: skip
def test_openers_without_end_are_cut_to_their_end(unit: str) -> None:
    text = unit * (65_536 // len(unit))
    assert "".join(segments(text, [7] * 20_000)) == text


def test_placeholders_are_never_cut() -> None:
    text = "to [EMAIL_ADDRESS_12] and " * 400
    for segment in segments(text):
        assert re.sub(r"\[EMAIL_ADDRESS_12\]", "", segment).count("[") == 0
