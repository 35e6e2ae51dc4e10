"""JSON without the white space between its tokens.

Keys keep their order and their duplicates, numbers their spelling, strings their bytes: only
white space outside strings goes.
"""

from __future__ import annotations

import re

import msgspec

from aiguardian.guards.token.counting import Checkpoint

# RFC 8259: a string, or insignificant white space. The string comes first, so that spaces in
# it are never seen; it can be read in one way only, so a hostile text can't make it back up.
_PIECE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*"|[ \t\n\r]+')
_STARTS = re.compile(r"[{\[]")


def compact_json(text: str, checkpoint: Checkpoint) -> str:
    """The text without idle white space if all of it is one JSON object or array, else as it is.

    JSON inside prose is left alone: there it may be the very format that is asked for.
    """
    body = text.strip(" \t\n\r")
    if not body or not _STARTS.match(body) or body[-1] not in "}]":
        return text
    checkpoint()
    try:
        msgspec.json.decode(body.encode(), type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return text
    return _PIECE.sub(_string_or_nothing, body)


def _string_or_nothing(match: re.Match[str]) -> str:
    piece = match.group()
    return piece if piece[0] == '"' else ""
