"""How likely a text offends: by toxicity, hate, threats, insults, sexual content, stereotypes.

The encoder reads windows of 128 tokens, and a table knows slurs. What they say is calibrated on
sources that the encoder had not seen: 0.5 means that half of such texts were labelled so there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape

from aiguardian.ml.artifact import artifact_bytes
from aiguardian.ml.emoji_meaning import mean_emoji
from aiguardian.ml.encoder import Encoder, load_encoder
from aiguardian.ml.encoder import Scores as HeadScores
from aiguardian.ml.profanity import swearing
from aiguardian.ml.slurs import severity
from aiguardian.ml.toxicity_screen import SHORT, doubtful
from aiguardian.processor import Deadline
from aiguardian.text.sentences import sentence_spans

CATEGORIES = ("toxicity", "hate", "identity_attack", "threat", "insult", "sexual", "stereotype")

TOXIC_TOO = ("insult",)
"""Whatever its own curve says, a text is at least as toxic as it is insulting. On sources left out
this changes no AUC by more than .001, for most of them ask about groups; a text that only insults
one person would go unseen without it."""

LANGUAGES = frozenset({"en"})
"""What the models were trained to read. Another language is not judged by them: ask first."""

CALIBRATION = "toxicity.calibration.json"
CALIBRATION_SHA256 = "4abaddc4151b0d01ccb903a07b356207754ebe6013f8948f8ac10426b964baaa"

SUSPECT = 0.5
"""Share of a category's threshold from which on a window's sentences are judged one by one."""

MOST_SENTENCES = 24
"""Sentences of one window judged by themselves: a window of 128 tokens seldom has more."""

RESERVE_S = 0.05
"""Left of the caller's time for writing the answer, at least."""
RESERVED_SHARE = 0.15
"""Of the time left at the start: the answer on a long text takes longer to write."""

WORDS_GATE = 1.0
"""Log-odds by which the encoder may find a text harmless before a slur or an oath in it counts by
less than half: who quotes one, or swears at the weather, is not to be blamed for it (chosen on
sources left out)."""

Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Words:
    """What single words of a text say, whatever it is about."""

    severity: float = 0.0
    """Of the worst slur: 1.0 to 3.0, 0.0 without any."""
    swearing: int = 0
    """Profane words."""


NO_WORDS = Words()


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the encoder's logits become a probability, and from where on it counts."""

    weights: dict[str, float]
    """By head: what an unknown source calls toxic, hate and stereotypes tell too."""
    bias: float
    threshold: float
    """The probability that 1 % of the harmless texts of sources left out reach, all alike."""
    slur: float = 0.0
    """What the severity of the worst slur (`ml/slurs.py`) adds, as far as the heads allow it."""
    swearing: float = 0.0
    """The same for the logarithm of one and the profane words (`ml/profanity.py`)."""

    def probability(self, scores: HeadScores, words: Words = NO_WORDS) -> float:
        """The probability of the first of the texts that were scored; `words` are in it."""
        weighed = (weight * float(scores.logit(h)[0]) for h, weight in self.weights.items())
        logit = sum(weighed, start=self.bias)
        added = self.slur * words.severity + self.swearing * math.log1p(words.swearing)
        return _chance(logit + added * _chance(logit + WORDS_GATE))


def _chance(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, slots=True)
class Toxicity:
    """Probabilities for a text, the sentences that carry them, and what was not judged."""

    scores: Scores
    sentences: list[tuple[int, int, Scores]]
    """Sentences at or over a threshold: half-open code-point spans with probabilities."""
    unjudged: list[tuple[int, int]]
    """Spans that the deadline left out; empty when the whole text was judged."""


def judge(text: str, deadline: Deadline | None = None) -> Toxicity:
    """Probabilities by category, each the highest of the windows and suspect sentences.

    Costs one pass of the encoder (2 to 8 ms) for every 128 tokens; in a long text only for the
    sentences that `toxicity_screen` doubts. The caller sees to it that
    the text is in one of `LANGUAGES` and normalised. A text without words has no probabilities
    above 0.
    """
    encoder = load_encoder()
    reserve_s = 0.0
    if deadline is not None:
        reserve_s = max(RESERVE_S, RESERVED_SHARE * deadline.remaining_s())
    highest = dict.fromkeys(CATEGORIES, 0.0)
    sentences: list[tuple[int, int, Scores]] = []
    for first, last in _windows(encoder, text, deadline):
        if deadline is not None and deadline.remaining_s() < reserve_s:
            return Toxicity(highest, sentences, [(first, len(text))])
        found = score(encoder, text[first:last])
        _raise(highest, found)
        if is_suspect(found):
            for start, end, scores in _by_sentence(encoder, text, first, last, found):
                _raise(highest, scores)
                if over_threshold(scores):
                    sentences.append((start, end, scores))
    return Toxicity(highest, sentences, [])


def _windows(encoder: Encoder, text: str, deadline: Deadline | None) -> Iterator[tuple[int, int]]:
    """Windows over the stretches of the text that are worth the encoder's time."""
    for begin, end in doubtful(text, deadline):
        for window in encoder.windows(text[begin:end]):
            yield begin + window.start, begin + window.end


def score(encoder: Encoder, text: str) -> Scores:
    """Probabilities by category for a text of at most one window."""
    if not any(char.isalnum() or not char.isascii() for char in text):
        return dict.fromkeys(CATEGORIES, 0.0)
    answer, words = mean_of(encoder.score(readings(text))), words_of(text)
    scores = {name: each.probability(answer, words) for name, each in load_calibration().items()}
    scores["toxicity"] = max(scores[name] for name in ("toxicity", *TOXIC_TOO))
    return scores


def words_of(text: str) -> Words:
    """The slurs and oaths of a text, also where signs stand for letters."""
    read = plain(text)
    return Words(severity(read), swearing(read))


def mean_of(answers: HeadScores) -> HeadScores:
    """One answer for several readings of a text."""
    logits, embeddings = answers.logits, answers.embeddings
    return HeadScores(logits.mean(axis=0, keepdims=True), embeddings[:1])


def over_threshold(scores: Scores) -> list[str]:
    """The categories whose probability reaches the threshold."""
    table = load_calibration()
    return [name for name, value in scores.items() if value >= table[name].threshold]


def is_suspect(scores: Scores) -> bool:
    """Whether any category comes near its threshold."""
    table = load_calibration()
    return any(value >= SUSPECT * table[name].threshold for name, value in scores.items())


def readings(text: str) -> list[str]:
    """The text as the encoder reads it, and a second time without what a post has around its
    words, if it is a short post that has any: on sources left out both together order tweets
    better than either."""
    first = plain(text)
    if len(text) > SHORT or not _AROUND.search(text):
        return [first]
    words = _TAG.sub(_tag_words, _AROUND_WORDS.sub(" ", unescape(text)))
    second = " ".join(mean_emoji(words).split())
    return [first, second] if second not in ("", first) else [first]


def plain(text: str) -> str:
    """User names and addresses as one word each, as the trainer showed them, and emoji as what
    people mean by them."""
    return mean_emoji(_USER.sub("user", _ADDRESS.sub("url", text)))


_ADDRESS = re.compile(r"https?://\S{1,400}")
_USER = re.compile(r"@\w{1,30}")
_AROUND = re.compile(r"(?<!\w)[@#]\w|https?://|&#?\w{2,8};")
_AROUND_WORDS = re.compile(r"(?:\bRT\s+)?@\w{1,30}:?|https?://\S{1,400}")
_TAG = re.compile(r"#(\w{1,100})")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


def _tag_words(tag: re.Match[str]) -> str:
    return f" {_HUMP.sub(' ', tag[1])} "


def _by_sentence(
    encoder: Encoder, text: str, start: int, end: int, whole: Scores
) -> Iterator[tuple[int, int, Scores]]:
    spans = sentence_spans(text[start:end])
    if len(spans) == 1:
        yield start + spans[0][0], start + spans[0][1], whole
        return
    for first, last in spans[:MOST_SENTENCES]:
        yield start + first, start + last, score(encoder, text[start + first : start + last])


def _raise(highest: Scores, found: Scores) -> None:
    for category, value in found.items():
        highest[category] = max(highest[category], value)


@cache
def load_calibration() -> dict[str, Calibration]:
    """The shipped calibration by category."""
    table = json.loads(artifact_bytes(CALIBRATION, CALIBRATION_SHA256))
    return {name: Calibration(**table[name]) for name in CATEGORIES}
