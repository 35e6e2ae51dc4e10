"""Holds a growing text back until it is judged, segment by segment.

Each segment is judged together with the text before it. It waits until the next one has been
judged too, so that nothing across a cut is missed, and then goes. As the cuts depend on the text
alone, the same questions are asked, and the same text is let go, under any chunking.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence

import msgspec
from msgspec import Struct

from aiguardian.policy.rules import Direction
from aiguardian.proxy.carriers.carrier import Restore
from aiguardian.proxy.carriers.edits import Edit, edits_between
from aiguardian.proxy.stream.cuts import RUN, Cutter, Pacing, last_space
from aiguardian.proxy.stream.drafts import (
    Draft,
    Piece,
    draft_text,
    edited,
    raw_edits,
    released_text,
    split,
)
from aiguardian.proxy.stream.steps import Blocked, Judge, Judging, Mode, Verdict

_SLICE = 4096
"""Code points taken at a time, so that a huge delta is not copied once for each segment."""
_UNFINISHED = re.compile(r"(?:\\?\[[^\]\n]{0,64}|[A-Za-z0-9_\\]{1,64})\Z")
"""What may be the beginning of a placeholder at the end of a text."""


class Holding(Struct, frozen=True):
    """How texts are held back."""

    mode: Mode = "window"
    pacing: Pacing = msgspec.field(default_factory=Pacing)
    restore: Restore | None = None
    refuses_unjudged: bool = False
    """Whether a part that holds nothing which can be judged blocks the whole."""


class Label(Struct, frozen=True):
    """Whose text it is: what each question about it says."""

    path: str
    direction: Direction = "output"
    role: str = "assistant"
    known: bool = True


class Hold:
    """One growing text. `feed` and `finish` return what may go now; they raise `Blocked`.

    The modes `hold` and `window` are the same here: whoever holds a whole answer back has more
    than one text of it.
    """

    def __init__(self, label: Label, holding: Holding, context: str = "") -> None:
        self._label = label
        self._holding = holding
        self._cutter = Cutter(holding.pacing)
        self._rest = ""  # not yet a segment
        self._half = ""  # of a surrogate pair
        self._at = 0  # raw code points that are in segments
        self._pending: Draft = ()  # judged once
        self._due: list[str] = []  # segments let go unseen, to be judged for the record
        self._unrestored = ""  # the beginning of a placeholder, perhaps
        self.context = context
        """The end of what was let go, placeholders in place; at first, of the text before."""
        self.edits: list[Edit] = []
        """Rewrites of what was let go, as edits of the text sent."""

    def feed(self, text: str) -> Judging[str]:
        """Take more text; return what may go."""
        whole = self._paired(text)
        gone: list[str] = []
        for start in range(0, len(whole), _SLICE):
            self._rest += whole[start : start + _SLICE]
            while (cut := self._cutter.next_cut(self._rest)) is not None:
                segment, self._rest = self._rest[:cut], self._rest[cut:]
                yield from self._take(segment, gone)
        if self._holding.mode == "observe":
            return self._seen(whole)
        return "".join(gone)

    def finish(self) -> Judging[str]:
        """The text is complete; return all that is left of it."""
        gone: list[str] = []
        last = "\N{REPLACEMENT CHARACTER}" if self._half else ""
        self._half = ""
        rest, self._rest = self._rest + last, ""
        if rest:
            yield from self._take(rest, gone)
        if self._holding.mode == "observe":
            left, self._unrestored = self._unrestored + last, ""
            return self._holding.restore(left) if self._holding.restore else left
        gone.append(self._released(self._pending))
        self._pending = ()
        return "".join(gone)

    def only(self, text: str, verdict: Verdict) -> str:
        """Take the whole text, judged as one segment in its context; return what may go of it."""
        self._edited(text, _question(text, self._label, self._holding, self.context), verdict)
        shown, self._pending = self._released(self._pending), ()
        return shown

    def watch(self) -> Judging[None]:
        """In the mode `observe`: ask about what has gone, for the record."""
        due, self._due = self._due, []
        for segment in due:
            yield from self._judged(segment)

    def _take(self, segment: str, gone: list[str]) -> Generator[Judge, Verdict, None]:
        """Judge a segment and add what that lets go, or leave it for `watch`."""
        if self._holding.mode == "observe":
            self._due.append(segment)
            return
        try:
            gone.append((yield from self._judged(segment)))
        except Blocked as stop:
            raise Blocked(stop.reason, "".join(gone)) from stop

    def _judged(self, segment: str) -> Judging[str]:
        """Ask about a segment in its context; return what may go: the segment before it."""
        before = self.context + draft_text(self._pending)
        question = _question(segment, self._label, self._holding, before)
        verdict = yield question
        return self._edited(segment, question, verdict)

    def _edited(self, segment: str, question: Judge, verdict: Verdict) -> str:
        """Do with a segment what was said of it. Raises `Blocked`."""
        edits = () if self._holding.mode == "observe" else _edits(question.text, verdict)
        at = len(self.context) + len(draft_text(self._pending)) - question.context_start
        piece = Piece(segment, self._at, self._at + len(segment))
        self._at = piece.end
        return self._advanced(piece, _from(edits, len(self.context) - at))

    def _advanced(self, segment: Piece, edits: Sequence[Edit]) -> str:
        """Make the edits of what is pending and of the segment, which is pending from now on.

        An edit across the two stays behind as a whole.
        """
        start = len(draft_text(self._pending))
        for edit in edits:
            if edit.start < start < edit.end:
                start = edit.start
        going, staying = split((*self._pending, segment), start)
        mine = [edit for edit in edits if edit.end <= start and edit.start < start]
        self._pending = edited(staying, _from(edits[len(mine) :], start))
        return self._released(edited(going, mine))

    def _released(self, draft: Draft) -> str:
        reach = self._holding.pacing.context + RUN
        self.context = (self.context + draft_text(draft))[-reach:]
        self.edits += raw_edits(draft)
        return released_text(draft, self._holding.restore)

    def _seen(self, text: str) -> str:
        """In the mode `observe`: the text, but for what may be the beginning of a placeholder."""
        if self._holding.restore is None:
            return text
        text = self._unrestored + text
        found = _UNFINISHED.search(text, max(0, len(text) - 66))
        end = found.start() if found else len(text)
        self._unrestored = text[end:]
        return self._holding.restore(text[:end])

    def _paired(self, text: str) -> str:
        """As `_paired`, though a pair may come in two deltas."""
        text, self._half = self._half + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return _whole_characters(text)


class Whole(Struct, frozen=True):
    """What became of a text that was there at once."""

    text: str
    """What a stream of it would have released; up to the block, if it was blocked."""
    edits: tuple[Edit, ...]
    """The rewrites, as edits of the text sent."""
    blocked: str | None = None
    """The reason, when a verdict blocked it."""
    context: str = ""
    """The end of it, for what is read after it."""


def judged_whole(text: str, label: Label, holding: Holding, context: str = "") -> Judging[Whole]:
    """Judge a complete text by the same segments as a stream of it."""
    if not text or holding.mode == "observe" or _is_cut(text, holding.pacing):
        return (yield from _judged_in_segments(text, label, holding, context))
    # One segment, as most answers are: one question, and nothing to hold where it changes nothing.
    whole = _paired(text)
    verdict = yield _question(whole, label, holding, context)
    if verdict.action in ("keep", "flag"):
        shown = holding.restore(whole) if holding.restore else whole
        return Whole(shown, (), context=(context + whole)[-(holding.pacing.context + RUN) :])
    hold = Hold(label, holding, context)
    try:
        shown = hold.only(whole, verdict)
    except Blocked as stop:
        return Whole("", tuple(hold.edits), stop.reason)
    return Whole(shown, tuple(hold.edits), context=hold.context)


def _is_cut(text: str, pacing: Pacing) -> bool:
    """Whether a complete text has more than one segment."""
    return len(text) >= pacing.first and Cutter(pacing).next_cut(text) is not None


def _judged_in_segments(text: str, label: Label, holding: Holding, context: str) -> Judging[Whole]:
    hold = Hold(label, holding, context)
    parts: list[str] = []
    try:
        parts.append((yield from hold.feed(text)))
        yield from hold.watch()
        parts.append((yield from hold.finish()))
        yield from hold.watch()
    except Blocked as stop:
        released = "" if holding.mode == "hold" else "".join(parts) + stop.released
        return Whole(released, tuple(hold.edits), stop.reason)
    return Whole("".join(parts), tuple(hold.edits), context=hold.context)


def _question(segment: str, label: Label, holding: Holding, before: str) -> Judge:
    """About a segment, with the end of the text before it."""
    at = _context_start(before, holding.pacing.context) if before else 0
    return Judge(
        before[at:] + segment if before else segment,
        len(before) - at,
        label.direction,
        label.role,
        label.path,
        label.known,
        holding.mode != "observe",
    )


def _paired(text: str) -> str:
    """The text with surrogate pairs made one character; what is half a pair is replaced."""
    if text.isascii():
        return text
    last = ""
    if "\ud800" <= text[-1] <= "\udbff":
        text, last = text[:-1], "\N{REPLACEMENT CHARACTER}"
    return _whole_characters(text) + last


def _whole_characters(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _context_start(before: str, length: int) -> int:
    """Where the context begins: at a white space, if there is one near."""
    at = max(0, len(before) - length)
    space = last_space(before, at)
    return space if at - space <= RUN else at


def _edits(window: str, verdict: Verdict) -> tuple[Edit, ...]:
    """Raises `Blocked`."""
    if verdict.action == "block":
        raise Blocked(verdict.reason)
    if verdict.action != "rewrite":
        return ()
    if verdict.output is None:
        raise Blocked(f"must be rewritten, and the rewritten text is missing: {verdict.reason}")
    return edits_between(window, verdict.output, verdict.spans)


def _from(edits: Sequence[Edit], start: int) -> list[Edit]:
    """The edits at or after a position, counted from there; one across it loses its beginning."""
    return [
        Edit(max(0, edit.start - start), edit.end - start, edit.new)
        for edit in edits
        if edit.end > start or edit.start == start
    ]
