"""Every address in a text: Markdown, HTML, CSS, and those that stand by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["image", "link", "bare"]
LONGEST = 4_096
MOST = 2_000
"""Links judged in one text."""

_URL = rf"[^\s<>()\"'`]{{1,{LONGEST}}}"
# A label holds no bracket, so that a million of them is read once. Nearest: an array index.
_MARKDOWN = re.compile(rf"(!?)\[([^\[\]\n]{{0,400}})\]\(\s{{0,3}}<?({_URL})")
_REFERENCE = re.compile(rf"^ {{0,3}}\[([^\[\]\n]{{1,200}})\]:\s{{1,3}}<?({_URL})", re.MULTILINE)
# `![label][name]`, `![name][]` and `![name]`. Nearest: `![label](address)`.
_REFERRING = re.compile(r"!\[([^\[\]\n]{1,200})\](?!\()(?:\[([^\[\]\n]{1,200})\])?")
_TAG = re.compile(r"<(?P<name>[A-Za-z]{1,12})\s(?P<inside>[^<>]{1,4096})>")
_ATTRIBUTE = re.compile(
    rf"(?:src|srcset|href|action|formaction|poster|background|data)\s{{0,3}}=\s{{0,3}}[\"']?\s{{0,3}}([^\s\"'<>]{{1,{LONGEST}}})",
    re.IGNORECASE,
)
# `<meta http-equiv=refresh content="0;url=…">`
_REFRESH = re.compile(
    rf"url\s{{0,3}}=\s{{0,3}}[\"']?\s{{0,3}}([^\s\"'<>]{{1,{LONGEST}}})", re.IGNORECASE
)
_CSS = re.compile(
    rf"(?:url\(\s{{0,3}}|@import\s{{0,3}}(?=[\"']))[\"']?([^\s\"'()<>]{{1,{LONGEST}}})",
    re.IGNORECASE,
)
# Nearest: "data: the new oil" (a space follows) and a YAML key.
_BARE = re.compile(
    rf"(?<![\w.+-])(?:https?|ftp|file)://{_URL}"
    rf"|(?<![\w.+-])(?:javascript|vbscript|data):(?=\S{{4}})[^\s<>\"'`]{{4,{LONGEST}}}",
    re.IGNORECASE,
)
# Browsers leave out tabs and line breaks within an address (WHATWG URL, 4.4). Nearest: prose that
# breaks a line within "Javascript", which goes on with a space.
_TORN = re.compile(
    r"(?<![\w.+-])"
    + r"[\t\r\n]{0,2}".join("javascript:")
    + rf"(?=\S{{4}})[^\s<>\"'`]{{4,{LONGEST}}}",
    re.IGNORECASE,
)
_LOADED = frozenset(
    {"img", "image", "iframe", "embed", "object", "video", "audio", "source", "link", "input"}
    | {"body", "table", "td", "th", "track", "script", "frame"}
)
_TRAILING = ".,;:!?*_~|\\]}"
"""Signs after an address that stands by itself, which belong to the sentence."""


_LEFT_OUT = dict.fromkeys(map(ord, "\t\r\n"))


@dataclass(frozen=True, slots=True)
class Link:
    """An address and where it stands; half-open offsets."""

    kind: Kind
    """`image`: a client loads it without being asked; `link`: at a click."""
    url: str
    label: str
    start: int
    end: int


def links(text: str) -> Iterator[Link]:
    """The links in a text, each place once, at most `MOST`. Linear."""
    taken: set[int] = set()
    for count, link in enumerate(_all(text)):
        if count >= MOST:
            return
        if link.start not in taken:
            taken.add(link.start)
            yield link


def _all(text: str) -> Iterator[Link]:
    if ":" in text:  # first, for the others see the piece before the tear
        for match in _TORN.finditer(text):
            yield _link("link", match, 0)
    if "](" in text:
        for match in _MARKDOWN.finditer(text):
            yield _link("image" if match[1] else "link", match, 3, label=match[2])
    if "]:" in text:
        shown = {(two or one).lower() for one, two in _REFERRING.findall(text)}
        for match in _REFERENCE.finditer(text):
            yield _link("image" if match[1].lower() in shown else "link", match, 2)
    if "<" in text:
        for tag in _TAG.finditer(text):
            kind: Kind = "image" if tag["name"].lower() in _LOADED else "link"
            for match in _ATTRIBUTE.finditer(text, tag.start("inside"), tag.end("inside")):
                yield _link(kind, match, 1)
            if tag["name"].lower() == "meta":
                for match in _REFRESH.finditer(text, tag.start("inside"), tag.end("inside")):
                    yield _link("image", match, 1)
    if "url(" in text or "@import" in text:
        for match in _CSS.finditer(text):
            yield _link("image", match, 1)
    if ":" in text:
        for match in _BARE.finditer(text):
            yield _link("bare", match, 0)


def _link(kind: Kind, match: re.Match[str], group: int, *, label: str = "") -> Link:
    url = match[group].rstrip(_TRAILING) if kind == "bare" else match[group]
    start = match.start(group)
    return Link(kind, url.translate(_LEFT_OUT), label, start, start + len(url))
