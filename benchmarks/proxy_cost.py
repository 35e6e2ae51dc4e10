"""Does the proxy's cost reconcile? Every vendor's count of tokens against a sum done by hand.

Each count is read from a whole answer and from a stream. The shapes are those that the vendors
document (proxy_cost_shapes.json names the source of each); the expected cost is tokens times price,
in decimals. Usage: python -m benchmarks.proxy_cost
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from aiguardian.guards.token.prices import load_prices
from aiguardian.proxy.account import Account
from aiguardian.proxy.answers import Origin
from aiguardian.proxy.bedrock.answer import chat_usage
from aiguardian.proxy.cost.price import provider_of
from aiguardian.proxy.cost.spending import spending
from aiguardian.proxy.cost.usage import read_usage
from aiguardian.proxy.stream.hold import Holding
from aiguardian.proxy.stream.open import guarded_stream
from aiguardian.proxy.stream.steps import Judge, Verdict
from benchmarks import store

SHAPES = Path(__file__).parent / "proxy_cost_shapes.json"


def by_hand(shape: dict[str, Any]) -> Decimal:
    """The sum of tokens times dollars a million."""
    return sum(
        (Decimal(tokens) * Decimal(rate) for tokens, rate, _ in shape["by_hand"]), Decimal(0)
    ) / Decimal(1_000_000)


def usage_of(shape: dict[str, Any]) -> dict[str, Any]:
    """The count as an answer of that kind of upstream has it."""
    usage: dict[str, Any] = shape["usage"]
    return chat_usage(usage) if shape["kind"] == "bedrock" else usage


def streamed(shape: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """The count and the model's name as the guarded stream of that shape reads them."""
    stream = guarded_stream(shape["endpoint"], Holding())
    for event in _events(shape):
        steps = stream.feed(event)
        verdict: Verdict | None = None
        while True:
            try:
                step = steps.send(verdict)
            except StopIteration:
                break
            verdict = Verdict("keep") if isinstance(step, Judge) else None
    return stream.usage, stream.model


def _events(shape: dict[str, Any]) -> list[bytes]:
    usage, model = usage_of(shape), shape["answered"]
    if shape["endpoint"] == "messages":
        first = usage | {"output_tokens": 1}
        message = {"id": "m", "type": "message", "role": "assistant", "model": model}
        start = {"type": "message_start", "message": message | {"content": [], "usage": first}}
        end = {"stop_reason": "end_turn", "stop_sequence": None}
        spent = {"output_tokens": usage["output_tokens"]}
        values = [start, {"type": "message_delta", "delta": end, "usage": spent}]
        values.append({"type": "message_stop"})
    elif shape["endpoint"] == "responses":
        response = {"id": "r", "object": "response", "model": model, "output": []}
        values = [
            {"type": "response.created", "response": response | {"usage": None}},
            {"type": "response.completed", "response": response | {"usage": usage}},
        ]
    else:
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": model}
        choice = {"index": 0, "delta": {}, "text": "", "finish_reason": "stop"}
        values = [chunk | {"choices": [choice], "usage": None}]
        values.append(chunk | {"choices": [], "usage": usage})
    return [b"data: " + json.dumps(value).encode() + b"\n\n" for value in values]


def difference(shape: dict[str, Any], usage: dict[str, Any] | None, model: str) -> list[str]:
    """What the proxy makes of the count otherwise than by hand."""
    read = read_usage(usage)
    if read is None:
        return ["not read"]
    account = Account(name="one", kind=shape["kind"], base_url=shape["base_url"])
    origin = Origin("one", account.kind, provider_of(account), shape["asked"])
    spent, is_priced = spending(origin, read, answered_as=model, sent=(), said=())
    faults = [] if is_priced else ["no price"]
    tokens = {key: count for key, count in asdict(read).items() if count}
    expected = {key: count for key, count in shape["tokens"].items() if count}
    if tokens != expected:
        faults.append(f"tokens {tokens}, by hand {expected}")
    if Decimal(repr(spent.cost_usd)) != by_hand(shape):
        faults.append(f"{spent.cost_usd} dollars, by hand {by_hand(shape)}")
    return faults


def replay(shapes: list[dict[str, Any]]) -> tuple[int, dict[str, list[str]]]:
    """How many counts were read, and what differs, by the shape's name."""
    count, faults = 0, {}
    for shape in shapes:
        ways = {"whole": (usage_of(shape), shape["answered"])}
        if shape.get("streams", True):
            ways["streamed"] = streamed(shape)
        for way, (usage, model) in ways.items():
            count += 1
            if found := difference(shape, usage, model):
                faults[f"{shape['kind']} {shape['asked']}: {shape['name']}, {way}"] = found
    return count, faults


def main() -> None:
    shapes = json.loads(SHAPES.read_text())["shapes"]
    count, faults = replay(shapes)
    for name, found in faults.items():
        print(name, *found, sep="\n  ")
    providers = sorted({f"{shape['kind']} {shape['base_url']}".strip() for shape in shapes})
    total = sum((by_hand(shape) for shape in shapes), Decimal(0))
    print(
        f"{len(shapes)} shapes of {len(providers)} providers, {count} counts, {len(faults)} differ"
    )
    path = store.save(
        "proxy_cost",
        {
            "data": {SHAPES.name: store.sha256(SHAPES)},
            "prices": load_prices().sources,
            "providers": providers,
            "shapes": len(shapes),
            "counts": count,
            "sum_by_hand_usd": str(total),
            "differences": faults,
        },
    )
    print(f"stored in benchmarks/results/{path.name}")


if __name__ == "__main__":
    main()
