"""Everything that `analyze` finds out about a conversation."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aiguardian.guards.context.cohesion import Read
from aiguardian.guards.context.contradictions import Clash, find_contradictions
from aiguardian.guards.context.conversation import Conversation
from aiguardian.guards.context.escalation import Escalation, find_escalation
from aiguardian.guards.context.follow_up import resolve
from aiguardian.guards.context.goal import alignment, goal_features, lately, shared_words
from aiguardian.guards.context.memories import Turn
from aiguardian.guards.context.reader import Reader, Reading
from aiguardian.guards.context.signs import OTHERS
from aiguardian.guards.context.topics import Topics, find_topics, load_topics
from aiguardian.processor import Deadline

MOST_READ = 64
"""Turns that the encoder reads, the newest and those before it: 0.6 s if all are long and new."""
RESERVED_S = 0.15
"""Of the deadline, for what comes after the turns have been read one by one."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found; turns are counted from 0 in the conversation, the left out ones included."""

    topics: Topics
    newest: int
    """The place of the newest turn."""
    read: tuple[int, ...]
    """The places of the turns that were read for topics and escalation: not the empty ones."""
    escalation: Escalation
    clashes: tuple[Clash, ...]
    resolved: str
    goal_alignment: float | None

    @property
    def shifts(self) -> list[tuple[int, float]]:
        """Turns at which a topic began, with their probability."""
        return [(self.read[turn], self.topics.scores[turn]) for turn in self.topics.shifts]


def analyze(
    whole: Conversation, *, goal: str | None, reader: Reader, deadline: Deadline
) -> Analysis:
    """The analysis of a conversation of any length. Raises `DeadlineExceeded` when not even the
    newest turn could be read."""
    said = [(at, turn) for at, turn in enumerate(whole.turns) if turn.text.strip()]
    recent = said[-MOST_READ:] if whole.newest.text.strip() else []
    readings = _read_back([turn.text for _, turn in recent], reader, deadline)
    recent = recent[len(recent) - len(readings) :]
    turns = [turn for _, turn in recent]
    reads = [Read(turn.text, one.embedding) for turn, one in zip(turns, readings, strict=True)]
    escalation = find_escalation(turns, lambda texts: reader.read(texts, deadline))
    clashes = find_contradictions(whole.turns, deadline)
    answers = {place for place, turn in enumerate(turns) if turn.role in OTHERS}
    return Analysis(
        topics=find_topics(reads, answers=answers),
        newest=len(whole.turns) - 1 + whole.left_out,
        read=tuple(at + whole.left_out for at, _ in recent),
        escalation=escalation,
        clashes=tuple(
            replace(one, earlier_turn=one.earlier_turn + whole.left_out) for one in clashes
        ),
        resolved=_resolved(whole),
        goal_alignment=_alignment(goal, reads, reader, deadline) if goal and reads else None,
    )


def _read_back(texts: list[str], reader: Reader, deadline: Deadline) -> list[Reading]:
    """Readings of as many of the last texts as there is time for, in their order."""
    found: list[Reading] = []
    for text in reversed(texts):
        if found and deadline.remaining_s() < RESERVED_S:
            break
        found += reader.read([text], deadline)
    return found[::-1]


def _resolved(whole: Conversation) -> str:
    """The newest turn by itself; only what a user says is written out."""
    if whole.newest.role in OTHERS:
        return whole.newest.text
    before: list[Turn] = [turn for turn in whole.turns[:-1] if turn.role not in OTHERS]
    return resolve([turn.text for turn in before[-20:]], whole.newest.text)


def _alignment(goal: str, reads: list[Read], reader: Reader, deadline: Deadline) -> float:
    texts = [one.text for one in reads]
    joined = lately(texts)
    aim, together = reader.read([goal, joined], deadline)
    shared = shared_words(goal, joined, lambda text: Read(text, None).words)
    near = [one.embedding for one in reads]
    features = goal_features(aim.embedding, near, together.embedding, shared)
    return alignment(features, load_topics().goal)
