"""What stands in a carrier: embedded instructions to the assistant, and their harmless twins."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from training.texts.phrase_files import sections
from training.texts.phrases import expand

VAGUE_STYLES = frozenset({"unnamed", "pretext"})
"""Addresses that do not say whom they address."""
CLEAR_GOALS = frozenset(
    {"image_leak", "tool_call", "memory", "style", "lie", "prompt", "rules", "code", "other_task"}
)
"""Goals that only an assistant can serve. The others, said to nobody, may be meant for people."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A text to embed and the family it belongs to."""

    text: str
    family: str


def goal_families() -> list[tuple[str, int]]:
    """Each goal by its kind and place in the file."""
    goals = sections("goals")
    return [(kind, at) for kind, lines in goals.items() for at in range(len(lines))]


def aimed_attack(kind: str, at: int, rng: Random) -> Embedded:
    """A goal under a drawn address, at times with sentences before and after."""
    style, template = _address(rng)
    goal = expand(sections("goals")[kind][at], rng)
    text = _stated(expand(template, rng), goal)
    vague = style in VAGUE_STYLES and kind not in CLEAR_GOALS
    tails = sections("tails")
    if rng.random() < 0.2:
        text = f"{expand(rng.choice(tails['before']), rng)} {text}"
    if vague or rng.random() < 0.2:
        text = f"{text} {expand(rng.choice(tails['secret']), rng)}"
    elif rng.random() < 0.15:
        text = f"{text} {expand(rng.choice(tails['after']), rng)}"
    return Embedded(_cased(text, rng), f"goal-{kind}-{at}")


def whole_attacks() -> list[tuple[str, int]]:
    """The attacks written whole, by section and place."""
    return [
        (name, at) for name, lines in sections("whole_attacks").items() for at in range(len(lines))
    ]


def whole_attack(section: str, at: int, rng: Random) -> Embedded:
    """One of the attacks written whole."""
    text = expand(sections("whole_attacks")[section][at], rng)
    return Embedded(text, f"whole-{section}-{at}")


def harmless_inserts() -> list[tuple[str, int]]:
    """The harmless inserts, by section and place."""
    return [
        (name, at) for name, lines in sections("benign_inserts").items() for at in range(len(lines))
    ]


def harmless_insert(section: str, at: int, rng: Random) -> Embedded:
    """A harmless insert, at times in the markup that attacks come in or with a second one."""
    lines = sections("benign_inserts")[section]
    text = _quoting(lines[at], rng)
    if rng.random() < 0.25:
        text = f"{text} {_quoting(rng.choice(lines), rng)}"
    if rng.random() < 0.4:
        wrap = expand(rng.choice(sections("wraps")["wrap"]), rng)
        text = wrap.replace("{insert}", text)
    return Embedded(_cased(text, rng), f"harmless-{section}-{at}")


def _quoting(phrase: str, rng: Random) -> str:
    if "{goal}" not in phrase:
        return expand(phrase, rng)
    goal = expand(rng.choice(sections("goals")[rng.choice(list(sections("goals")))]), rng)
    return expand(phrase, rng).replace("{goal}", goal)


def _address(rng: Random) -> tuple[str, str]:
    style = rng.choice(list(sections("styles")))
    return style, rng.choice(sections("styles")[style])


def _stated(template: str, goal: str) -> str:
    return template.replace("{goal}", goal).replace("{Goal}", goal[0].upper() + goal[1:])


def _cased(text: str, rng: Random) -> str:
    drawn = rng.random()
    if drawn < 0.03:
        return text.upper()
    return text.lower() if drawn < 0.06 else text
