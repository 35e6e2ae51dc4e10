"""How well each turn answers a question: its words, its meaning, and what stands around it.

BM25 (Robertson and Zaragoza 2009) over the share of the question that it could reach, plus the
cosine of the embeddings, plus a part of the neighbours' sum: in a conversation the answer stands
beside the words of the question. Then who speaks and what kind of thing is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aiguardian.guards.context.memory.marks import wanted
from aiguardian.guards.context.memory.meaning import cosines
from aiguardian.guards.context.memory.words import asked
from aiguardian.storage.turns import Candidates
from aiguardian.text.stems import root

K1, B = 1.2, 0.75
UNLIKE = 0.2
"""The cosine of two texts that have nothing in common, about (12,000 turns, 2026-11)."""
AROUND = {-1: 0.5, 1: 0.3, -2: 0.3, 2: 0.15, -3: 0.15, 3: 0.1}
"""How much of its neighbours' relevance a turn gets: most from the one before, which may be the
question that it answers. Chosen on three sources (benchmarks/context_memory.py, 2026-11): without
it the recall is .92, .58 and .27, with it .96, .84 and .34."""
RECENCY, USE = 0.02, 0.02
"""At most: they decide between equals."""
DAY_S = 86_400.0
FULL_SCORE = 2.0
"""A relevance that is called 1.0: all words and the same meaning, or nearly so with neighbours
that fit."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: terms and marks with their weights, and the embedding, if any."""

    terms: dict[str, float]
    marks: dict[str, float]
    meaning: Any | None  # (384,), unit length


def question(query: str, meaning: Any | None) -> Question:
    """What a query looks for."""
    return Question(asked(query), wanted(query), meaning)


def rank(found: Candidates, sought: Question, *, now: float) -> tuple[Any, Any]:
    """The order of the candidates, best first, (n,), and their scores from 0 to 1, (n,)."""
    if not len(found.rows):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    own = _by_words(found, sought) + _by_meaning(found, sought)
    scores = _with_neighbours(found, own) + _by_marks(found, sought) + _by_use(found, now)
    order = np.lexsort((-found.rows, -scores))
    return order, (scores / FULL_SCORE).clip(0.0, 1.0)


def _by_words(found: Candidates, sought: Question) -> Any:
    """BM25 as a share of what it could be, (n,). A name that only says who is meant to have
    spoken is not looked for in the words."""
    terms = list(sought.terms)
    if not terms or not found.total:
        return np.zeros(len(found.rows))
    spread = found.spread[: len(terms)].clip(0, found.total)
    rarity = np.log1p((found.total - spread + 0.5) / (spread + 0.5))
    weights = np.array([sought.terms[term] for term in terms]) * rarity
    speakers = _speakers(found, sought)
    weights[[term in speakers for term in terms]] = 0.0
    counts = found.counts[:, : len(terms)]  # (n, m)
    usual = max(float(found.lengths.mean()), 1.0)
    norm = K1 * (1 - B + B * found.lengths / usual)
    shares = counts / (counts + norm[:, None])
    most = float(weights.sum()) or 1.0
    return shares @ weights / most


def _speakers(found: Candidates, sought: Question) -> set[str]:
    """Terms of the question that name somebody who speaks in the candidates."""
    marks = found.counts[:, len(sought.terms) :].any(axis=0)  # (k,)
    names = {
        mark[1:]
        for mark, is_there in zip(sought.marks, marks, strict=True)
        if is_there and mark.startswith("@")
    }
    return names | {root(name) for name in names}


def _by_meaning(found: Candidates, sought: Question) -> Any:
    if sought.meaning is None:
        return np.zeros(len(found.rows))
    return (cosines(found.meanings, sought.meaning) - UNLIKE).clip(0.0)


def _with_neighbours(found: Candidates, own: Any) -> Any:
    """The scores with a part of those of the turns around, in the same session, (n,)."""
    order = np.lexsort((found.turns, found.sessions))
    scores, turns, sessions = own[order], found.turns[order], found.sessions[order]
    mixed = scores.copy()
    for apart, share in AROUND.items():
        # the turn at this distance is at most so many places away: some may be gone
        for places in range(1, abs(apart) + 1):
            here, there = slice(places, None), slice(None, -places)
            if apart > 0:
                here, there = there, here
            if len(turns) <= places:
                continue
            is_there = (sessions[here] == sessions[there]) & (turns[there] - turns[here] == apart)
            mixed[here] += share * scores[there] * is_there
    back = np.empty_like(mixed)
    back[order] = mixed
    return back


def _by_marks(found: Candidates, sought: Question) -> Any:
    """Who speaks counts once, whichever of the names is theirs."""
    marks = found.counts[:, len(sought.terms) :] > 0  # (n, k)
    weights = np.array(list(sought.marks.values()))
    is_name = np.array([mark.startswith("@") for mark in sought.marks], dtype=bool)
    names = (marks[:, is_name] * weights[is_name]).max(axis=1, initial=0.0)
    return marks[:, ~is_name] @ weights[~is_name] + names


def _by_use(found: Candidates, now: float) -> Any:
    age_days = (now - found.at).clip(0.0) / DAY_S
    return RECENCY / (1.0 + age_days) + USE * (1.0 - 1.0 / found.times.clip(1))
