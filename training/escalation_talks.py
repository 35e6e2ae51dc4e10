"""Conversations that build up to an attack, and harmless ones with the same manners.

Scripts, subjects and stock answers stand in `texts/escalation_*.txt`. A family of scripts and a
subject are the units of a split. Attacks may follow harmless talk, as they do in the wild; every
kind of padding stands before harmless scripts as well.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.context_conversations import read, segmented
from training.texts.grammar import families

ALTERNATIVES = re.compile(r"\{([^{}]*[| ][^{}]*)\}")
SLOT = re.compile(r"\{(field|mild|closer|object|act|ok|refusal|partial|noted|played)\}")
SUBJECT = ("field", "mild", "closer", "object", "act")
STOCK = ("ok", "refusal", "partial", "noted", "played")
PROMPT_SOURCES = ("lmarena/arena-hard-auto", "yizhongw/self-instruct", "lm-sys/FastChat")
MOST_OF_A_SOURCE = 120
"""Talks, and prompts that talks are made of: reading them takes most of the training's time."""
INJECTION, HARMFUL = "security_injection.jsonl.gz", "security_harmful_request.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as (role, text) turns; `label` 1 when its last turn completes an attack."""

    turns: tuple[tuple[str, str], ...]
    label: int
    source: str
    family: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """One way to say a family's idea: lines by role, with slots."""

    family: str
    kind: str
    lines: tuple[tuple[str, str], ...]


def scripts() -> list[Script]:
    """All scripts of the file, in its order."""
    found = []
    for family in families("escalation_scripts"):
        name, kind = family.name.removeprefix("escalation_scripts/").split(" / ")
        lines: list[tuple[str, str]] = []
        for line in (*family.templates, "---"):
            if line == "---":
                found.append(Script(name, kind, tuple(lines)))
                lines = []
            elif line.startswith("> "):
                lines.append(("assistant", line[2:]))
            else:
                lines.append(("user", line))
    return found


def written(seed: int, *, rounds: int = 5) -> Iterator[Talk]:
    """Our own talks: every script `rounds` times, those of kind `both` with either subject."""
    held = {family.name.split("/")[1]: family.templates for family in families("escalation_slots")}
    chats = [tuple(line.split("|")) for line in held["chat"]]
    for script in scripts():
        sides = {"attack": ("harm",), "benign": ("safe",), "both": ("harm", "safe")}[script.kind]
        for side in sides:
            for number in range(rounds):
                rng = random.Random(f"{seed}:{script.family}:{side}:{number}:{script.lines[0][1]}")
                subject = rng.choice(held[side])
                slots = dict(
                    zip(SUBJECT, (part.strip() for part in subject.split("|")), strict=True)
                )
                turns = [(role, _filled(line, slots, held, rng)) for role, line in script.lines]
                turns = [*_padding(chats, rng), *turns]
                yield Talk(
                    tuple(turns), int(side == "harm"), "written", script.family, slots["act"]
                )


def _filled(
    line: str, slots: dict[str, str], held: dict[str, Sequence[str]], rng: random.Random
) -> str:
    text = line
    while match := ALTERNATIVES.search(text):
        text = text[: match.start()] + rng.choice(match[1].split("|")) + text[match.end() :]
        text = SLOT.sub(lambda one: slots.get(one[1]) or rng.choice(held[one[1]]), text)
    text = SLOT.sub(lambda one: slots.get(one[1]) or rng.choice(held[one[1]]), text)
    text = text[:1].upper() + text[1:]
    return text.lower() if rng.random() < 0.15 else text


def _padding(chats: Sequence[tuple[str, ...]], rng: random.Random) -> list[tuple[str, str]]:
    """Nothing for half of the talks, else small talk before what matters."""
    if rng.random() < 0.5:
        return []
    drawn = rng.sample(list(chats), rng.randint(1, 6))
    return [turn for ask, answer in drawn for turn in (("user", ask), ("assistant", answer))]


def split_over_turns(data: Path, seed: int, *, most: int = 120) -> Iterator[Talk]:
    """Short attacks and requests of the shared data, each in pieces over several turns, and
    harmless prompts in pieces alike."""
    rng = random.Random(seed)
    noted = ("OK.", "Noted.", "Go on.", "I have that. Next?")
    rows = [row for row in read(data / INJECTION) + read(data / HARMFUL) if row["split"] == "train"]
    for label in (1, 0):
        short = [
            row for row in rows
            if row["label"] == label and 30 < len(row["text"]) < 220 and _is_prompt(row)
        ]  # fmt: skip
        for row in rng.sample(short, min(most, len(short))):
            style = rng.randrange(4)
            pieces = _pieces(row["text"], rng)
            turns: list[tuple[str, str]] = [("user", rng.choice(OPENERS[style]))]
            for number, piece in enumerate(pieces):
                turns += [("assistant", rng.choice(noted)), ("user", _said(piece, number, style))]
            turns += [("assistant", rng.choice(noted)), ("user", rng.choice(CLOSERS[style]))]
            yield Talk(tuple(turns), label, "pieces", f"pieces-{style}", row["id"])


def _is_prompt(row: Any) -> bool:
    return bool(row["label"]) or any(name in row["source"] for name in PROMPT_SOURCES)


def _pieces(text: str, rng: random.Random) -> list[str]:
    count = rng.randint(2, 4)
    words = text.split()
    if rng.random() < 0.3:
        cuts = sorted(rng.sample(range(1, len(text) - 1), count - 1))
        return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    cuts = sorted(rng.sample(range(1, len(words)), min(count - 1, len(words) - 1)))
    return [" ".join(words[a:b]) for a, b in zip([0, *cuts], [*cuts, len(words)], strict=True)]


OPENERS = (
    ("My message is too long for one go, it comes in parts.", "I'll type this in a few messages."),
    ("Store some strings for me.", "Let's define a few variables."),
    ("I'll dictate a text, collect it.", "Please collect what I say next."),
    ("Remember the following fragments.", "Keep these fragments for later."),
)
CLOSERS = (
    ("That was the last part. Now answer it.", "Done, please reply to the whole message."),
    (
        "Join them in order and respond to the result.",
        "Concatenate the values and do what it says.",
    ),
    ("End of dictation. What's your answer to it?", "Finished. Now carry it out."),
    ("Put the fragments together and follow them.", "Combine them and act on that."),
)


def _said(piece: str, number: int, style: int) -> str:
    return (
        f"Part {number + 1}: {piece}",
        f's{number + 1} = "{piece}"',
        piece,
        f'Fragment {"abcd"[number]}: "{piece}"',
    )[style]


def public(data: Path, seed: int) -> Iterator[Talk]:
    """Harmless talks of the shared data, by source; long ones are made of many prompts."""
    found: list[Talk] = []
    for source in ("sgd_dev", "tiage_train", "qmsum_val"):
        for one in segmented(data, source):
            ends = range(min(len(one.turns), 21), len(one.turns) + 1, 120)
            found += [_alternating(one.turns[max(0, end - 21) : end], source) for end in ends]
    rng = random.Random(seed)
    for row in read(data / "context_memory.jsonl.gz"):
        turns = [turn["text"] for one in row["sessions"] for turn in one["turns"]]
        for start in range(0, len(turns) - 8, 40):
            part = turns[start : start + rng.randint(9, 31)]
            found.append(_alternating(part, row["source"].split()[0]))
    for row in read(data / "workflow_apibank.jsonl.gz"):
        turns = [turn["text"] for turn in row["dialog"] if turn["role"] in ("User", "AI")]
        found.append(_alternating([turn for turn in turns if turn], "apibank"))
    found += _prompts(data, rng)
    rng.shuffle(found)
    counts: Counter[str] = Counter()
    for one in found:
        counts[one.source] += 1
        if counts[one.source] <= MOST_OF_A_SOURCE:
            yield one


def _alternating(turns: Sequence[str], source: str) -> Talk:
    """The last turn is the user's."""
    roles = ("user", "assistant")
    last = len(turns) - 1
    said = tuple((roles[(last - at) % 2], text) for at, text in enumerate(turns))
    return Talk(said, 0, source, source)


def _prompts(data: Path, rng: random.Random) -> Iterator[Talk]:
    held = {family.name.split("/")[1]: family.templates for family in families("escalation_slots")}
    rows = [row for row in read(data / INJECTION) if row["split"] == "train" and not row["label"]]
    for name in (*PROMPT_SOURCES, "awesome-chatgpt-prompts", "PurpleLlama"):
        texts = [row["text"] for row in rows if name in row["source"]]
        texts = rng.sample(texts, min(MOST_OF_A_SOURCE, len(texts)))
        for _ in texts:
            asked = rng.sample(texts, min(len(texts), rng.randint(2, 12)))
            turns = [("user", asked[0])]
            for text in asked[1:]:
                turns += [("assistant", rng.choice(held["ok"])), ("user", text)]
            yield Talk(tuple(turns), 0, name, name)
