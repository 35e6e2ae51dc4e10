"""Log-probabilities: an answer's text once more, token by token."""

from __future__ import annotations

from typing import Any

from aiguardian.proxy.carriers.collect import Collector, objects_at
from aiguardian.proxy.carriers.leaves import Leaf
from aiguardian.proxy.carriers.places import Path
from aiguardian.proxy.carriers.speakers import ASSISTANT


def read_echo(echo: Any, found: Collector, path: Path, shown: tuple[Any, ...]) -> None:
    """A carrier of the tokens, joined, where they are not just the text shown, which is judged."""
    leaves: list[Leaf] = []
    if isinstance(echo, list):
        leaves = _tokens(echo, path)
    elif isinstance(echo, dict):
        for field in ("content", "refusal"):
            leaves += _tokens(echo.get(field), (*path, field))
        tokens = echo.get("tokens")
        for number, token in enumerate(tokens if isinstance(tokens, list) else ()):
            if isinstance(token, str):
                leaves.append(Leaf((*path, "tokens", number), token))
    elif echo:
        found.all_of(echo, found.stray, path=path, known=False)
    text = "".join(leaf.text for leaf in leaves)
    if text != "".join(each for each in shown if isinstance(each, str)):
        found.join(leaves, ASSISTANT, path=path, between="")


def without_echo(body: Any, levels: int = 6) -> Any:
    """The answer without log-probabilities: they repeat what was changed, bytes included.

    They stand no deeper than in `response.output[0].content[0].logprobs`.
    """
    if levels and isinstance(body, list):
        return [without_echo(each, levels - 1) for each in body]
    if not levels or not isinstance(body, dict):
        return body
    rest = {key: without_echo(each, levels - 1) for key, each in body.items() if key != "logprobs"}
    if "logprobs" in body:
        rest["logprobs"] = [] if isinstance(body["logprobs"], list) else None
    return rest


def _tokens(entries: Any, path: Path) -> list[Leaf]:
    return [
        Leaf((*place, "token"), entry["token"])
        for place, entry in objects_at(entries, path)
        if isinstance(entry.get("token"), str)
    ]
