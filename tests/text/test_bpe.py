"""Counts of the two OpenAI vocabularies against the reference of niieani/gpt-tokenizer (MIT)."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.text import bpe
from aiguardian.text.bpe import ENCODINGS, Encoding, count_tokens

DATA = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))

# text, tokens in cl100k_base, tokens in o200k_base
REFERENCE = [
    ('a a', 2, 2),
    ('hello', 1, 1),
    ('Hello, World! How are you today? 🌍', 12, 11),
    ('こんにちは、世界！お元気ですか？', 12, 10),
    ('Hola, mundo! ¿Cómo estás hoy? 🇪🇸', 16, 13),
    ('Привет, мир! Как дела?', 12, 8),
    ('안녕하세요, 세상! 오늘 기분이 어때요? 🇰🇷', 28, 18),
    ("Bonjour, le monde ! Comment ça va aujourd'hui ? 🇫🇷", 17, 15),
    ('The quick brown fox jumps over 13 lazy dogs. 😺', 13, 13),
    ('Здравствуйте, это мой первый раз здесь. Что мне делать?', 25, 12),
    ('હેલો, વિશ્વ! તમે આજે કેમ છો? 🇮🇳', 49, 14),
    ('ความรักและการเป็นกันเองเป็นสิ่งสำคัญที่สุดในโลก 🇹🇭', 51, 20),
    ('Python vs Java: Which programming language should you learn first?', 12, 12),
    ('A journey of a thousand miles begins with a single step. - Lao Tzu', 17, 16),
    ('Die Grenzen meiner Sprache bedeuten die Grenzen meiner Welt. 🇩🇪', 21, 15),
    ('יש לי כמה שאלות בנוגע לפרויקט החדש שלך. 🇮🇱', 42, 16),
    ('Det är en vacker dag i Sverige. 🇸🇪', 16, 13),
    ('A ∀ x (P(x) → Q(x)) ∧ (∃x P(x)) → ∃x Q(x)', 25, 28),
    ('O Brasil é o maior país da América do Sul. 🇧🇷', 17, 15),
    ("L'amore è una forza potente che unisce le persone. 🇮🇹", 21, 17),
    ('Είναι μια ηλιόλουστη ημέρα στην Ελλάδα. 🇬🇷', 42, 17),
    ('Teslim tarihi yaklaşıyor, projeyi zamanında bitirmemiz gerekiyor. 🇹🇷', 29, 21),
    ('Det finnes ingen bedre tid enn nå for å starte noe nytt. 🇳🇴', 23, 17),
    ('Aanvaard de uitdagingen van het leven met moed en vastberadenheid. 🇳🇱', 27, 19),
    ('Chào mừng bạn đến với thế giới của lập trình. 🇻🇳', 28, 17),
    ('Dlaczego warto uczyć się języków obcych? 🇵🇱', 21, 16),
    ('E = mc², uma equação famosa na física. 🇵🇹', 20, 16),
    ('你今天遇到什么有趣的事情了吗？🇨🇳', 25, 15),
    ('Nå er det tid for å feire med familie og venner. 🇳🇴', 22, 18),
    ('Þetta er góður dagur til að læra eitthvað nýtt. 🇮🇸', 30, 19),
    ('გამარჯობა! როგორ ხართ დღეს? 🇬🇪', 55, 13),
    ('Mā te whakawhiti kōrero e whai hua ai tātou. 🇳🇿', 29, 19),
    ('Это был незабываемый опыт, который я буду помнить всегда.', 24, 14),
    ('Διαβάζοντας βιβλία, εμπλουτίζουμε τον εαυτό μας με γνώσεις.', 54, 23),
    ('A számítástechnika világa tele van izgalmas lehetőségekkel. 🇭🇺', 29, 23),
    ('Vždy je dobré mít plán B, pokud něco nevyjde. 🇨🇿', 28, 19),
    ('Dragostea e un sentiment minunat care ne unește pe toți. 🇷🇴', 24, 20),
    ('دیکھو، آسمان میں کتنی تارے ہیں! 🇵🇰', 37, 18),
    ('Nenda polepole na ujifunze kila siku. 🇹🇿', 21, 15),
    ('Каква е твоята любима храна? 🇧🇬', 22, 15),
    ('Sträva alltid efter att bli en bättre version av dig själv.', 19, 14),
    ('Філософія - це наука про знання. 🇺🇦', 26, 16),
    ('Το πρόγραμμα αυτό είναι πολύ ενδιαφέρον. 🇬🇷', 42, 12),
    ('4gH@!0sT*#(9^%$[x{}j+|Yz6;Q]~8', 29, 29),
    ('wNb)I<>#:i^P]*cR8ytUx1Q`6O@z/', 24, 23),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cl100k", "o200k"), REFERENCE)
def test_counts_equal_the_reference(text: str, cl100k: int, o200k: int) -> None:
    assert count_tokens(text, "cl100k_base") == cl100k
    assert count_tokens(text, "o200k_base") == o200k


def test_every_string_of_the_reference_file_is_counted_exactly() -> None:
    path = DATA / "tokenizer_reference.jsonl.gz"
    if not path.is_file():
        pytest.skip("tokenizer_reference.jsonl.gz is not here (AIGUARDIAN_DATA)")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    known = [row for row in rows if row["encoding"] in ENCODINGS]
    wrong = [r for r in known if count_tokens(r["text"], r["encoding"]) != len(r["tokens"])]
    assert len(known) > 100
    assert wrong == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_special_tokens_count_as_the_text_they_are(encoding: Encoding) -> None:
    assert count_tokens("<|endoftext|>", encoding) == 7


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_lone_surrogate_counts_as_a_question_mark(encoding: Encoding) -> None:
    assert count_tokens("a\ud800", encoding) == count_tokens("a?", encoding)


@given(st.text(alphabet="ab 1.\n'é日 ", max_size=120))
def test_a_text_counted_in_pieces_has_the_count_of_the_whole(text: str) -> None:
    whole = [count_tokens(text, encoding) for encoding in ENCODINGS]
    before = bpe.CHUNK_CHARS
    bpe.CHUNK_CHARS = 10
    try:
        assert [count_tokens(text, encoding) for encoding in ENCODINGS] == whole
    finally:
        bpe.CHUNK_CHARS = before


def test_a_long_text_asks_between_its_pieces_whether_to_go_on() -> None:
    asked: list[None] = []
    count_tokens("some words " * 20_000, "o200k_base", checkpoint=lambda: asked.append(None))
    assert len(asked) >= 3
