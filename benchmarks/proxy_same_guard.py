"""The proxy with the guard that its rivals are given: four regular expressions and three phrases.

What is left is the proxy's own cost: parsing, carriers, policy, both hops, what every answer owes.
Usage: python -m benchmarks.proxy_same_guard PORT UPSTREAM_URL
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from aiguardian.app import Program
from aiguardian.gateway.server import serve
from aiguardian.gateway.vitals import LiveVitals
from aiguardian.guards.bias.guard import BiasGuard
from aiguardian.policy.rules import catalogue_of
from aiguardian.policy.shelf import Shelf
from aiguardian.processor import Caller, Decision, Finding, Payload, Processor, Report, SelfTest
from aiguardian.settings.groups import Runtime, Secret, Settings, Upstream
from aiguardian.settings.policies import Policies
from aiguardian.stores import build_stores
from aiguardian.telemetry.log import SERVICE, configure

PATTERNS = {
    "email": r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b",
    "ssn": r"\b\d{3}-\d{2}-\d{4}\b",
    "card": r"\b(?:\d{4}[- ]?){3}\d{4}\b",
    "aws": r"\bAKIA[0-9A-Z]{16}\b",
}
PHRASES = ("ignore previous instructions", "reveal your system prompt", "jailbreak")
_SIGNS = {"email": "@", "aws": "AKIA"}
"""What must be there for a pattern to match: looked for first, as our own guards do."""
_SIGNED = [(re.compile(PATTERNS[name]), sign) for name, sign in _SIGNS.items()]
_OF_DIGITS = [re.compile(PATTERNS[name]) for name in ("ssn", "card")]
_DIGIT = re.compile(r"\d")
"""Both begin with a digit: they are looked for from the first one on."""
POLICY = "input: {securityguard: {pattern: block}}\noutput: {securityguard: {pattern: block}}\n"


class TextPayload(Payload, frozen=True, kw_only=True):
    """The fields that policies set for SecurityGuard; only the text counts here."""

    text: str
    direction: str = "input"
    checks: tuple[str, ...] = ()
    redact: str = "none"


class SameGuard(Processor[TextPayload]):
    name = "securityguard"
    version = "1"
    capabilities = ()
    categories = ("pattern",)
    payload = TextPayload
    report = Report

    def process(self, payload: TextPayload, caller: Caller) -> Report:
        text = payload.text
        found = _pattern_in(text)
        lowered = text.lower()
        is_hit = found is not None or any(phrase in lowered for phrase in PHRASES)
        findings = []
        if is_hit:
            start, end = found.span() if found else (0, len(text))
            findings = [
                Finding(
                    category="pattern",
                    start=start,
                    end=end,
                    score=1.0,
                    detector="re",
                    message="hit",
                )
            ]
        return Report(
            text_length=len(text),
            risk=float(is_hit),
            flagged=is_hit,
            confidence_score=1.0,
            decision=Decision("flag" if is_hit else "keep", 1.0, "By pattern."),
            findings=findings,
        )

    def self_tests(self) -> tuple[SelfTest, ...]:
        return ()

    def is_quick(self, payload: TextPayload) -> bool:
        return len(payload.text) < 16_384


def _pattern_in(text: str) -> re.Match[str] | None:
    """The first match of any of the four patterns."""
    for pattern, sign in _SIGNED:
        if sign in text and (found := pattern.search(text)):
            return found
    first = _first_digit(text)
    if first is None:
        return None
    matches = (pattern.search(text, first) for pattern in _OF_DIGITS)
    return next(filter(None, matches), None)


def _first_digit(text: str) -> int | None:
    """Where the first digit stands. In a long text ten looks for one byte each are a tenth of one
    expression's time."""
    if len(text) < 1_000 or not text.isascii():
        found = _DIGIT.search(text)
        return found.start() if found else None
    places = [at for digit in "0123456789" if (at := text.find(digit)) >= 0]
    return min(places, default=None)


def main() -> None:
    home = Path(tempfile.mkdtemp())
    (home / "policies").mkdir()
    (home / "policies" / "same.yaml").write_text(POLICY)
    settings = Settings(
        runtime=Runtime(home=home),
        policies=Policies(proxy="same", folder=home / "policies"),
        upstream=Upstream(base_url=sys.argv[2], api_key=Secret("sk-bench")),
    )
    # BiasGuard is named by other endpoints; this policy never asks it.
    guards = {"securityguard": SameGuard(), "biasguard": BiasGuard()}
    program = Program(
        settings,
        guards,
        LiveVitals(home),
        SERVICE,
        build_stores(settings),
        Shelf(catalogue_of(guards), settings.policies.folder),
    )
    configure(program.logs, "INFO")
    serve(
        program.app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        header_timeout_s=10,
        drain_s=1,
        leave_s=0,
        keep_alive_s=75,
        on_listening=lambda _: None,
        on_leaving=lambda: None,
    )


if __name__ == "__main__":
    main()
