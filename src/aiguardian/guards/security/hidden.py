"""Text that a machine reads and a person does not see: unseen characters, and HTML styled away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from aiguardian.guards.security.hits import Hit
from aiguardian.guards.security.readings import Reading, Readings
from aiguardian.text.invisible import Hidden, HiddenKind

LONGEST_TAG = 4_096
MOST_SHOWN = 64
"""Runs of unseen characters told of; a text full of them needs no more to be judged."""

# How surely a run of that kind, by itself, was meant to hide something. Single soft hyphens and
# zero-width spaces come with copied web text; tags, selectors and overrides do not.
SCORES: dict[HiddenKind, float] = {
    "tag": 0.9,
    "variation": 0.7,
    "bidi": 0.8,
    "control": 0.5,
    "marks": 0.5,
    "zero_width": 0.3,
    "soft_hyphen": 0.1,
}
NAMES: dict[HiddenKind, str] = {
    "tag": "invisible tag characters",
    "variation": "a run of variation selectors",
    "bidi": "characters that turn the direction of writing",
    "control": "control characters",
    "marks": "a flood of combining marks",
    "zero_width": "zero-width characters",
    "soft_hyphen": "soft hyphens",
}
MANY = 3
"""Places with zero-width characters from which on they are no accident of copying."""

_TAG = re.compile(rf"<(?P<name>[A-Za-z][A-Za-z0-9]{{0,20}})\s(?P<inside>[^<>]{{1,{LONGEST_TAG}}})>")
_STYLE = re.compile(r"""\bstyle\s{0,3}=\s{0,3}(?:"([^"]{1,2000})|'([^']{1,2000}))""")
# CSS in lower case and without white space. Each ends where its value does: opacity 0.8 is seen.
_UNSEEN_STYLES = {
    "not displayed": r"display:none",
    "invisible": r"visibility:(?:hidden|collapse)",
    "of no size": r"font-size:(?:0|0?\.\d{1,3}|0\.\d{1,3}|1)(?:px|pt|em|rem|%)?(?:;|!|$)",
    "transparent": r"(?<![-\w])opacity:0?(?:\.0\d{0,3}|0)(?:;|!|$)|(?<![-\w])color:transparent",
    "white on white": r"(?<![-\w])color:(?:#fff(?:fff)?|white|rgb\(255,255,255\))(?:;|!|$)",
    "outside the page": r"(?:left|top|text-indent):-\d{3,6}(?:px|em|%)",
    "clipped away": r"clip(?:-path)?:(?:rect\(0|inset\((?:50|100)%)",
    "of no extent": r"(?:height|width):0(?:px)?(?:;|!|$)",
}
_UNSEEN = {how: re.compile(pattern) for how, pattern in _UNSEEN_STYLES.items()}
_HIDDEN_ATTRIBUTE = re.compile(r"(?:^|\s)hidden(?=\s|$|=|/)")
_WITHOUT_TEXT = frozenset({"input", "img", "br", "hr", "meta", "link", "svg", "path", "iframe"})
_TEXT_AFTER = re.compile(r"[^<]{1,4000}")
FEWEST_WORDS = 3
"""Words inside an unseen element from which on it says something: menus and icons say less."""


def hidden_hits(readings: Readings, *, check: Callable[[], None]) -> Iterator[Hit]:
    """Hidden text in the text that was sent, and in what is encoded in it. Linear."""
    yield from _unseen_characters(readings.original, readings.hidden)
    for reading in readings:
        check()
        yield from _unseen_elements(reading)


def _unseen_characters(text: str, hidden: tuple[Hidden, ...]) -> Iterator[Hit]:
    counts = Counter(found.kind for found in hidden)
    for found in hidden[:MOST_SHOWN]:
        score = SCORES[found.kind]
        if found.kind in ("zero_width", "soft_hyphen") and counts[found.kind] >= MANY:
            score += 0.3
        if found.text:
            score = 0.97
        says = f" that spell a text of {len(found.text)} characters" if found.text else ""
        if score >= 0.5:
            yield Hit(
                check="hidden",
                type=found.kind,
                start=found.start,
                end=found.end,
                score=score,
                detector="hidden.characters",
                message=f"Hidden: {NAMES[found.kind]}{says}.",
                suggestion="Take them out before the text is shown or sent on.",
                value=text[found.start : found.end],
            )


def _unseen_elements(reading: Reading) -> Iterator[Hit]:
    if "<" not in reading.text:
        return
    for tag in _TAG.finditer(reading.text):
        how = _why_unseen(tag["inside"])
        if how is None or tag["name"].lower() in _WITHOUT_TEXT:
            continue
        inside = _TEXT_AFTER.match(reading.text, tag.end())
        if inside is None or len(inside[0].split()) < FEWEST_WORDS:
            continue
        start, end = reading.span(inside.start(), inside.end())
        yield Hit(
            check="hidden",
            type="html",
            start=start,
            end=end,
            score=0.6,
            detector="hidden.html",
            message=f"Hidden: text in an HTML element that is {how}{reading.told()}.",
            suggestion="Judge and keep only what a reader would see.",
            value=inside[0],
        )


def _why_unseen(attributes: str) -> str | None:
    """How an element with these attributes is kept from sight; None when it is not."""
    attributes = attributes.lower()
    if _HIDDEN_ATTRIBUTE.search(attributes):
        return "marked as hidden"
    style = _STYLE.search(attributes)
    if style is None:
        return None
    rules = "".join((style[1] or style[2]).split())
    for how, pattern in _UNSEEN.items():
        if pattern.search(rules) and not (how == "white on white" and "background" in rules):
            return how
    return None
