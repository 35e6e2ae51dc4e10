"""An e-mail address is found and masked in every carrier, and in no harmless encoded text."""

from __future__ import annotations

import base64
from itertools import islice

import pytest
from attacks import disguised_benign

from aiguardian.guards.security.guard import SecurityGuard
from aiguardian.guards.security.schemas import SecurityPayload, SecurityReport
from aiguardian.processor import Caller, Deadline
from aiguardian.text.chat import Message

ADDRESS = "jane.doe@example.org"
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

CARRIERS = {
    "plain": ADDRESS,
    "upper case": ADDRESS.upper(),
    "full-width sign": ADDRESS.replace("@", "\uff20"),
    "full width": ADDRESS.translate(_FULL_WIDTH),
    "zero width": "\u200b".join(ADDRESS),
    "soft hyphens": "\u00ad".join(ADDRESS),
    "base64": base64.b64encode(ADDRESS.encode()).decode(),
    "percent": ADDRESS.replace("@", "%40"),
    "HTML": ADDRESS.replace("@", "&#64;"),
    "(at)": ADDRESS.replace("@", " (at) "),
    "[at] [dot]": "jane.doe [at] example [dot] org",
    "unicode escape": ADDRESS.replace("@", "\\u0040"),
    "hexadecimal": ADDRESS.encode().hex(),
    "mailto": f"<a href='mailto:{ADDRESS}'>write</a>",
    "look-alikes": ADDRESS.replace("a", "а").replace("o", "о"),
    "tag characters": "Hello" + "".join(chr(0xE0000 + ord(char)) for char in ADDRESS),
}


def judge(guard: SecurityGuard, **fields: object) -> SecurityReport:
    payload = SecurityPayload(checks=["pii"], redact="mask", **fields)  # type: ignore[arg-type]
    return guard.process(payload, Caller(Deadline(60)))


def emails(report: SecurityReport) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in report.entities if one.type == "EMAIL_ADDRESS"]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_address_is_found_and_masked(guard: SecurityGuard, carrier: str) -> None:
    text = f"Please write to {CARRIERS[carrier]} about the order."
    report = judge(guard, text=text)
    assert len(emails(report)) == 1
    assert report.decision.action == "rewrite"
    assert isinstance(report.output, str)
    assert "[EMAIL_ADDRESS:" in report.output
    assert CARRIERS[carrier] not in report.output
    assert emails(judge(guard, text=report.output)) == []


def test_an_address_split_over_two_parts_is_read_as_the_model_reads_it(
    guard: SecurityGuard,
) -> None:
    parts = [
        {"type": "text", "text": "Write to jane.d"},
        {"type": "text", "text": "oe@example.org"},
    ]
    report = judge(guard, messages=[Message(role="user", content=parts)])
    assert emails(report) == [(9, 29)]


def test_harmless_encoded_texts_hold_no_address(guard: SecurityGuard) -> None:
    texts = [text for _, _, text in islice(disguised_benign(), 0, None, 2)]
    assert len(texts) >= 1000
    assert [text for text in texts if emails(judge(guard, text=text))] == []
