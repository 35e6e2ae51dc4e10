"""Credentials by the name they are given: `password = ...`, `"apiKey": "..."`, `--token ...`.

The scan calls `read_assignment` where a key-like word stands; everything it looks at lies
within 400 characters of that place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiguardian.guards.security.secrets.names import Kind, kind_of, words_of

# The rest of the name, then what joins a name to a value in code, configuration, markup, a
# command line or a sentence. The nearest false positive is a word of prose before a colon.
# The look ahead takes the whole rest of the name and gives nothing of it back.
_JOIN = re.compile(
    r"""(?=(?P<tail>(?:[A-Za-z0-9_]|[.-](?=[A-Za-z0-9_])){0,40}))(?P=tail)
    (?:
      \s?[0-9]?(?:\\{0,3}(?:&quot;|["'`*]{1,2}))?[\])]?
        (?:\s*+:\s?(?:str|string|String|text|char\[\])(?=\s*=))?
        [ \t]{0,24}(?P<sign>=>|:=|:-(?=\w)|={1,3}|!==?|:|->|>)[ \t]{0,24}
        (?:\\?\r?\n[ \t]{1,20}(?=["'][^"'\n]{1,200}["'][^:]))?
      |["'`]?,?\s{0,30}["']?(?:[a-z]{1,10}_)?[Vv]alue["']?\s{0,3}(?P<pair>[:=])\s{0,3}
      |["'`]\)?\s?(?P<comma>,)\s{0,3}(?=b?["'`])
      |\(\s{0,3}(?P<call>)(?=b?["'`])
      |(?:["'`][\])]?|\))?[ ]{1,2}(?P<or>or|\|\||\?\?)[ ]{1,2}(?=["'`])
      |\s{1,4}(?P<quote>)(?=["'][^"'\s]{3,200}["'])
      |[ \t](?P<verb>is|was|ist|est|es)(?:[ \t](?:set[ ]to|now|still))?(?::|[ \t]):?[ ]?
      |[ \t]{1,8}(?P<space>)(?=[A-Za-z+/_-]{0,30}[0-9][A-Za-z0-9+/=_.~-]{6})
    )
    """,
    re.VERBOSE,
)
_FLAG_JOIN = re.compile(r"(?P<tail>[A-Za-z0-9_-]{0,20}+)[ \t]{1,8}(?P<space>)(?=[^\s=:|>-])")
_OPEN = re.compile(
    r"(?:\[?b|[rfuRFU]|@|new\s+String\()?(?P<open>\\{0,3}(?:&quot;|\"\"\"|'''|[\"'`]))"
)
# Quotes inside quotes, as Gradle's buildConfigField has them.
_QUOTED_AGAIN = re.compile(r"\\?(?P<q>[\"'])(?P<value>[^\"'\\]{4,400})\\?(?P=q)")
_SCHEME = re.compile(
    r"(?:Bearer|Basic|Token|Api[-_]?(?:Key|Token)|Digest|NTLM|Negotiate|SSWS)[ =:]+(?=\S)",
    re.IGNORECASE,
)
_BARE = re.compile(r"[^\s\"'`<>,;(){}\[\]|\\&=]{1,400}+={0,2}")
# `--`, and `-D` of a Java property; nearest: a hyphen inside a word.
_FLAG = re.compile(r"\A--?(?:D(?=[a-z]))?")
_JOIN_GROUPS = ("pair", "comma", "call", "or", "quote", "verb", "space")
_BACK = 48
LONGEST_ARN = 120
"""Characters of an AWS resource name that are looked back over."""
_NO_JOIN = frozenset(";/{}[<+%^~#")
"""What no join begins with: spares the expression above some of its tries."""
_NO_PASSWORD_STARTS = frozenset("sStTkKcCaAbBjJuU")
"""How the key-like words begin that name tokens and keys, which are never plain words."""
_NAME_MASK = bytes(
    120 if (chr(i).isascii() and chr(i).isalnum()) or i in b"_.$-" else 32 for i in range(256)
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A name, how it is joined to a value, and the value's place in the text."""

    name: str
    words: list[str]
    """The words of the name in lower case."""
    kind: Kind
    join: str
    """`=`, `:`, `>` and so on, or `pair`, `comma`, `call`, `or`, `quote`, `verb`, `space`."""
    value: str
    start: int
    quoted: bool
    is_flag: bool
    """The name begins with hyphens, as on a command line."""
    is_line: bool
    """Nothing but the name stands before and nothing behind the value on the line."""
    is_indented: bool
    follows: str
    """The character behind the value, empty at the end of the text."""


def name_mask(flat: bytes) -> bytes:
    """The text with `x` for every character of a name and a blank for every other."""
    return flat.translate(_NAME_MASK)


def read_assignment(text: str, start: int, end: int, names: bytes) -> Assignment | None:
    """The assignment whose name holds `text[start:end]`, or None when nothing is assigned.

    `names` is the text's `name_mask`.
    """
    behind_name = names.find(b" ", end, end + _BACK)
    if behind_name >= 0 and text[behind_name] in _NO_JOIN:
        return None
    join = _JOIN.match(text, end)
    first = names.rfind(b" ", max(0, start - _BACK), start) + 1 or max(0, start - _BACK)
    if join is None:
        join = _FLAG_JOIN.match(text, end) if text[first : first + 1] == "-" else None
        if join is None:
            return None
    if _is_no_assignment(text, first, join):
        return None
    place = join.end()
    scheme = _SCHEME.match(text, place)
    if scheme is not None:
        place = scheme.end()
    place, value, quoted = _value_at(text, place)
    follows = text[place + len(value) : place + len(value) + 1]
    if not _may_hold(
        value, quoted=quoted, is_password=text[start] not in _NO_PASSWORD_STARTS, follows=follows
    ):
        return None
    head = text[first:start]
    name = _FLAG.sub("", head + text[start:end] + join["tail"]).lstrip(".$-")
    words = words_of(name)
    if len(words) == 1 and text[first - 1 : first] == " ":
        words = words_of(text[text.rfind(" ", max(0, first - 16), first - 1) + 1 : first]) + words
    kind = kind_of(words)
    if not kind:
        return None
    behind = place + len(value)
    line = text.rfind("\n", max(0, first - 100), first) + 1 or max(0, first - 100)
    before = text[line:first]
    return Assignment(
        name=name,
        words=words,
        kind=kind,
        join=_join_name(join),
        value=value,
        start=place,
        quoted=quoted,
        is_flag=head.startswith("-") or (not head and text[start - 1 : start] == "-"),
        is_line=not before.strip(" \t#/-*") and text[behind : behind + 1] in ("", "\n", "\r", " "),
        is_indented=before[:1] in (" ", "\t"),
        follows=follows,
    )


def _is_no_assignment(text: str, first: int, join: re.Match[str]) -> bool:
    """Whether the colon behind the name is part of something else: of a shell's `${NAME:?message}`,
    or of an AWS resource name (`arn:aws:secretsmanager:…`), whose parts have names of secrets."""
    if not join.group().rstrip().endswith(":"):
        return False
    if text[first - 2 : first] == "${" and text[join.end() : join.end() + 1] in ("?", "+"):
        return True
    before = text[max(0, first - LONGEST_ARN) : first]
    arn = before.rfind("arn:")
    return arn >= 0 and not any(char in " \t\n\"'`=" for char in before[arn:])


def _may_hold(value: str, *, quoted: bool, is_password: bool, follows: str) -> bool:
    """A cheap first look, which turns most of the code and prose away."""
    if len(value) < 4 or value[0] in ",;:)]}>":
        return False
    if quoted:
        return is_password or len(value) >= 8
    if follows and follows in "([{":
        return False
    return is_password or len(value) >= 20 or (len(value) >= 8 and not value.isalpha())


def _join_name(join: re.Match[str]) -> str:
    """The sign itself, or the name of the group that matched."""
    groups = join.groupdict()
    if groups.get("sign"):
        return str(groups["sign"])
    return next(key for key in _JOIN_GROUPS if groups.get(key) is not None)


def _value_at(text: str, place: int) -> tuple[int, str, bool]:
    """Where the value begins, the value, and whether quotes hold it; empty when none is there."""
    opened = _OPEN.match(text, place)
    if opened is None:
        bare = _BARE.match(text, place)
        return place, _trimmed(bare[0], text, bare.end()) if bare else "", False
    place = opened.end()
    value = _quoted(text, place, opened["open"])
    inner = _QUOTED_AGAIN.fullmatch(value)
    if inner is not None:
        return place + inner.start("value"), inner["value"], True
    scheme = _SCHEME.match(value)
    if scheme is not None:
        return place + scheme.end(), value[scheme.end() :], True
    return place, value, True


def _quoted(text: str, start: int, opening: str) -> str:
    """What stands before the closing quote on the same line; empty when none closes it."""
    close = text.find(opening, start, start + 400)
    if close < 0:
        line = text[start : start + 400].split("\n", 1)[0]
        return line.rstrip("\\") if len(line) < 400 else ""
    value = text[start:close]
    if "\n" in value and len(opening) < 3:
        return value.split("\n", 1)[0].rstrip("\\")
    return value.strip() if len(opening) == 3 else value


def _trimmed(value: str, text: str, end: int) -> str:
    """The bare value without the full stop that ends a sentence; empty when it is cut off there."""
    if value.endswith("..") or text.startswith("…", end):
        return ""
    return value.rstrip(".:")
