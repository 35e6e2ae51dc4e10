"""Known answers with the verdict each must get: positives, near misses, edges.

None needs the language model: loading it (0.8 s, 91 MB) is left to the first answer that does. From
then on an answer in the wrong language is among them.
"""

from __future__ import annotations

from typing import Any

from aiguardian.processor import SelfTest


def _flagged(name: str, status: str, **payload: Any) -> SelfTest:
    return SelfTest(name, payload, "flag", {"status": status, "flagged": True})


def _kept(name: str, **payload: Any) -> SelfTest:
    return SelfTest(name, payload, "keep", {"status": "healthy", "flagged": False})


CITY = {
    "json_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    }
}

SELF_TESTS = (
    _flagged("empty text", "unhealthy", text=""),
    _flagged("invisible characters", "unhealthy", text="\u200b\u2060 \n"),
    _kept("one-word answer", text="Paris"),
    _kept("plain answer", text="The capital of France is Paris. It lies on the Seine."),
    _flagged("cut sentence", "degraded", text="Paris is a city. It lies on the banks of the"),
    _kept("list without full stops", text="Buy:\n\n- milk\n- bread\n- a dozen eggs"),
    _flagged("open code block", "degraded", text="So:\n\n```python\nx = 1\n"),
    _flagged("loop", "unhealthy", text="Well. " + "I am not sure what you mean. " * 9),
    _kept("refrain", text="Let it be, let it be, let it be, let it be. Whisper words of wisdom."),
    _flagged("wrong code page", "unhealthy", text="Ã©tÃ©, dâ€™aprÃ¨s lâ€™Ã©cole franÃ§aise"),
    _kept("Chinese", text="巴黎是法国的首都。它位于塞纳河畔。"),
    _flagged("refusal", "degraded", text="I'm sorry, but I can't help with that request."),
    _kept("praise", text="I can't recommend this book enough. It changed how I see cities."),
    _flagged("broken JSON", "unhealthy", text='{"city": ', expect=CITY),
    _flagged("JSON against its schema", "unhealthy", text='{"city": 1}', expect=CITY),
    _kept("JSON in a code block", text='```json\n{"city": "Oslo"}\n```', expect=CITY),
    _flagged("too short", "degraded", text="Yes.", expect={"min_length": 40}),
)

IN_THE_WRONG_LANGUAGE = (
    _flagged(
        "wrong language",
        "degraded",
        text="Das Wetter ist heute schön, und wir fahren mit dem Fahrrad an den See.",
        expect={"language": "en"},
    ),
)
"""For a process that has loaded the language model."""
