"""Known answers with the verdict each must get: positives, near misses, edges.

They load the encoder, not the language model (0.8 s, 91 MB): that is left to the first text that
has too few English words. From then on a text in another language is among them.
"""

from __future__ import annotations

from typing import Any

from aiguardian.processor import SelfTest


def _flagged(name: str, **payload: Any) -> SelfTest:
    return SelfTest(name, payload, "flag", {"flagged": True})


def _kept(name: str, **payload: Any) -> SelfTest:
    return SelfTest(name, payload, "keep", {"flagged": False})


WORDING = ["exclusionary_language", "loaded_language"]

SELF_TESTS = (
    _kept("empty text", text=""),
    _kept("plain question", text="How do I change the oil of my bicycle chain?"),
    _kept("neutral mention", text="My neighbour is a Muslim and works as a nurse."),
    _kept(
        "master's degree",
        text="She has a master's degree, and they say that she is a master of chess.",
    ),
    _kept("idiom", text="This command kills the process after ten seconds."),
    SelfTest(
        "threat",
        {"text": "I will come to your house tonight and kill you."},
        "block",
        {"flagged": True},
    ),
    _flagged("listed words", text="The chairman wants more manpower.", dimensions=WORDING),
    _kept("quoted word", text='The word "manpower" is old.', dimensions=WORDING),
    SelfTest(
        "rewritten words",
        {"text": "A fireman put it on the whitelist.", "dimensions": WORDING, "rewrite": True},
        "rewrite",
        {"output": "A firefighter put it on the allowlist."},
    ),
)

IN_ANOTHER_LANGUAGE = (
    SelfTest(
        "another language",
        {
            "text": "Das Wetter ist heute schön, und wir fahren mit dem Fahrrad an den See.",
            "dimensions": WORDING,
        },
        "keep",
        {"language": "de", "flagged": False},
    ),
)
"""For a process that has loaded the language model. Of words only: for a text that the encoder does
not read, a verdict on meaning would count as unjudged, each time."""
