"""From scores to the answer: findings, risk, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiguardian.guards.bias.hits import Hit
from aiguardian.guards.bias.offence import Offence, Sentence
from aiguardian.guards.bias.schemas import LEXICAL
from aiguardian.processor import Action, Decision, Finding, Unjudged

FLAG_AT = 0.5
"""Score of listed words in one sentence from which on a text is flagged: one slur, two terms that
style guides advise against. By the neutral corpora of benchmarks/bias_language.py."""
ASKED_FLAG_AT = 0.2
"""The same where the caller names the dimension: then one listed word is what was asked for."""
BLOCK_AT = 0.9
"""Probability of offence from which on the guard advises to block."""
LIKELY = 0.5
"""Probability from which on "nothing was found" would be untrue, though nothing alarms."""
BLOCKING = ("toxicity", "hate", "identity_attack", "threat", "sexual")

MOST_FINDINGS = 200
"""Findings in one answer, the worst first to stay; a text full of slurs needs no more."""

_WORDS = {
    "toxicity": "Toxic language",
    "hate": "Hate against a group of people",
    "identity_attack": "An attack on people for who they are",
    "threat": "A threat of violence",
    "insult": "An insult",
    "sexual": "Sexually explicit language",
    "stereotype": "A stereotype",
    "exclusionary_language": "Exclusionary language",
    "loaded_language": "Loaded language",
    "gender_coded": "Gender-coded language",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Risk, whether it is an alarm, and the categories at or over their threshold."""

    risk: float
    flagged: bool
    over: tuple[str, ...]


def judged_verdict(
    offence: Offence, lexical: Mapping[str, float], *, asked: frozenset[str], named: bool
) -> Verdict:
    """The verdict on the dimensions in `asked`; `named` when the caller chose them.

    Risk is the probability of toxicity, or of a narrower category or of wording where that alarms,
    whichever is highest. What was asked for by name counts below its threshold too.
    """
    over = [category for category in offence.over if category in asked]
    limit = ASKED_FLAG_AT if named else FLAG_AT
    over += [category for category, score in lexical.items() if score >= limit]
    scores = offence.scores | dict(lexical)
    counted = {*over, *_base(asked), *(lexical if named else ())}
    risk = max((score for name, score in scores.items() if name in counted), default=0.0)
    return Verdict(risk, bool(over), tuple(over))


def _base(asked: frozenset[str]) -> frozenset[str]:
    """The categories whose score is a risk even below their threshold: toxicity, or what was asked
    for without it."""
    return frozenset({"toxicity"}) if "toxicity" in asked else asked


def findings_of(
    offence: Offence, hits: list[Hit], *, asked: frozenset[str], length: int
) -> list[Finding]:
    """Findings in the order of the text: sentences that alarm, sentences that are excused (score
    as lowered, with the reason), and listed words."""
    found = [_told(sentence, asked) for sentence in offence.sentences if _counts(sentence, asked)]
    if not found and set(offence.over) & asked:
        found.append(_whole(offence, asked, length))
    found += [_listed(hit) for hit in hits]
    found.sort(key=lambda each: -each.score)
    return sorted(found[:MOST_FINDINGS], key=lambda each: (each.start, each.end))


def _counts(sentence: Sentence, asked: frozenset[str]) -> bool:
    return bool(set(sentence.over) & asked) or sentence.stance is not None


def _told(sentence: Sentence, asked: frozenset[str]) -> Finding:
    over = [category for category in sentence.over if category in asked]
    narrow = [category for category in over if category != "toxicity"]
    category = max(narrow or over or sentence.scores, key=lambda name: sentence.scores[name])
    message = f"{_WORDS[category]} ({sentence.scores[category]:.2f})"
    if sentence.encodings:
        message += f", disguised as {' in '.join(sentence.encodings)}"
    if sentence.stance is not None:
        message += f"; lowered, for {sentence.stance.reason}"
    return Finding(
        category=category,
        start=sentence.start,
        end=sentence.end,
        score=round(sentence.scores[category], 4),
        detector="bias.model",
        message=f"{message}.",
    )


def _whole(offence: Offence, asked: frozenset[str], length: int) -> Finding:
    category = next(category for category in offence.over if category in asked)
    return Finding(
        category=category,
        start=0,
        end=length,
        score=round(offence.scores[category], 4),
        detector="bias.model",
        message=f"{_WORDS[category]} in the text as a whole ({offence.scores[category]:.2f}).",
    )


def _listed(hit: Hit) -> Finding:
    return Finding(
        category=hit.category,
        start=hit.start,
        end=hit.end,
        score=round(hit.score, 4),
        detector=f"bias.{hit.category}",
        message=hit.message,
        suggestion=hit.suggestion,
    )


def decision_of(
    verdict: Verdict,
    offence: Offence,
    findings: list[Finding],
    unjudged: list[Unjudged],
    *,
    is_rewritten: bool,
    length: int,
) -> Decision:
    """What to do, how sure that is, and one sentence on why. No word of the text is repeated."""
    action = _action(verdict, offence, is_rewritten=is_rewritten)
    unseen = sum(part.end - part.start for part in unjudged) / max(1, length)
    confidence = (
        verdict.risk if verdict.flagged else (1.0 - verdict.risk) * (1.0 - min(1.0, unseen))
    )
    return Decision(action, round(confidence, 4), _reason(verdict, offence, findings, unjudged))


def _action(verdict: Verdict, offence: Offence, *, is_rewritten: bool) -> Action:
    worst = max(
        (
            offence.scores[name]
            for name in verdict.over
            if name in BLOCKING and name in offence.scores
        ),
        default=0.0,
    )
    if worst >= BLOCK_AT:
        return "block"
    if is_rewritten:
        return "rewrite"
    return "flag" if verdict.flagged else "keep"


def _reason(
    verdict: Verdict, offence: Offence, findings: list[Finding], unjudged: list[Unjudged]
) -> str:
    counting = [found for found in findings if found.category in verdict.over]
    if verdict.flagged and counting:
        first = max(counting, key=lambda found: found.score)
        more = f", and {len(counting) - 1} more" if len(counting) > 1 else ""
        return (
            f"{_WORDS[first.category]} at {first.start} to {first.end} ({first.score:.2f}){more}."
        )
    if unjudged:
        return f"{len(unjudged)} part(s) not judged: {unjudged[0].reason}"
    if findings:
        return f"No alarm; {len(findings)} finding(s) below it."
    name = max(offence.scores, key=offence.scores.__getitem__, default="")
    if name and offence.scores[name] >= LIKELY:
        return f"No alarm: the highest score ({name} {offence.scores[name]:.2f}) does not reach it."
    return "Nothing toxic, hateful, exclusionary or loaded was found."


def bias_score(categories: Mapping[str, float]) -> float:
    """The highest of the categories that are about groups and fairness."""
    about = ("hate", "identity_attack", "stereotype", *LEXICAL)
    return max((categories[name] for name in about if name in categories), default=0.0)
