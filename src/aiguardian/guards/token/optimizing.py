"""Shorter texts for a payload: lossless steps, or an extract, or the reason for neither."""

from __future__ import annotations

from dataclasses import dataclass

from aiguardian.guards.token.conversation import locked_spans, parts_of, question_of, rebuilt
from aiguardian.guards.token.counting import Checkpoint, count_messages, count_text
from aiguardian.guards.token.extract import extract
from aiguardian.guards.token.families import Family
from aiguardian.guards.token.lossless import Shortened, shorten
from aiguardian.guards.token.prices import PricedModel, amount
from aiguardian.guards.token.schemas import Kept, Optimized, Step, TokenPayload
from aiguardian.text.chat import Message, conversation_text

DEFAULT_RATIO = 0.5
WORTH_DROPPING = 16
"""Fewer tokens saved than this are not worth a sentence lost: a thousandth of a US cent at
common prices, and the note about it in the answer is longer."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be shortened for whom; `tokens` is the count of the payload as it came."""

    payload: TokenPayload
    text: str
    tokens: int
    family: Family
    model: PricedModel | None
    checkpoint: Checkpoint

    def count(self, text: str) -> int:
        """Tokens of a text for this family."""
        return count_text(text, self.family, self.checkpoint)

    def count_all(self, messages: list[Message]) -> int:
        """Tokens of a conversation for this family."""
        return count_messages(messages, self.family, self.checkpoint).tokens


def no_change(text: str, tokens: int, declined: str = "") -> Optimized:
    """The text as it is, and why if something was asked for."""
    same = Optimized(text=text, tokens=tokens, saved_tokens=0, saved_ratio=0.0, steps=[])
    if declined:
        same.declined = declined
    return same


def optimize(task: Task) -> Optimized:
    """What `payload.optimize` asks for; never more tokens than before."""
    if task.payload.optimize == "none":
        return no_change(task.text, task.tokens)
    if task.payload.optimize == "lossless":
        return _paid_for(task, _lossless(task))
    return _paid_for(task, _lossy(task))


def _paid_for(task: Task, result: Optimized) -> Optimized:
    """The result with the money it saves, or a refusal when it saves none: a changed prompt
    is not in the provider's cache any more."""
    model = task.model
    if model is None or not result.saved_tokens:
        return result
    cached = min(task.payload.cached_tokens, task.tokens)
    now = amount(model, task.tokens, 0, cached_tokens=cached).input
    after = amount(model, result.tokens, 0).input
    if cached and after >= now:
        return no_change(
            task.text,
            task.tokens,
            f"a changed text would leave the provider's cache and cost {after:.6g} instead of "
            f"{now:.6g} USD",
        )
    result.saved_usd = round(now - after, 10)
    return result


def _result(task: Task, text: str, tokens: int, steps: dict[str, int]) -> Optimized:
    saved = task.tokens - tokens
    return Optimized(
        text=text,
        tokens=tokens,
        saved_tokens=saved,
        saved_ratio=round(saved / task.tokens, 4) if task.tokens else 0.0,
        steps=[Step(name=name, saved_tokens=n) for name, n in steps.items() if n > 0],
    )


def _lossless(task: Task) -> Optimized:
    messages = task.payload.messages
    if messages is None:
        short = _shorten(task, task.text, task.tokens)
        return _result(task, short.text, short.tokens, short.saved)
    saved: dict[str, int] = {}
    texts = []
    for part in parts_of(messages):
        short = _shorten(task, part.text, task.count(part.text))
        texts.append(short.text)
        for name, tokens in short.saved.items():
            saved[name] = saved.get(name, 0) + tokens
    if not saved:
        return no_change(task.text, task.tokens)
    return _conversation_result(task, rebuilt(messages, texts), saved)


def _shorten(task: Task, text: str, tokens: int) -> Shortened:
    return shorten(
        text,
        tokens,
        content_type=task.payload.content_type,
        count=task.count,
        checkpoint=task.checkpoint,
    )


def _conversation_result(task: Task, messages: list[Message], steps: dict[str, int]) -> Optimized:
    """Neighbouring parts of a message may merge tokens: the conversation's own count decides,
    and the last step bears the difference."""
    tokens = task.count_all(messages)
    if tokens >= task.tokens:
        return no_change(task.text, task.tokens)
    last = next(reversed(steps))
    steps[last] += task.tokens - tokens - sum(steps.values())
    result = _result(task, conversation_text(messages), tokens, steps)
    result.messages = messages
    return result


def _lossy(task: Task) -> Optimized:
    payload = task.payload
    if payload.target_tokens is not None:
        target = payload.target_tokens
    else:
        ratio = DEFAULT_RATIO if payload.target_ratio is None else payload.target_ratio
        target = round(task.tokens * ratio)
    if task.tokens - target < WORTH_DROPPING:
        return no_change(
            task.text,
            task.tokens,
            f"dropping sentences would save {max(task.tokens - target, 0)} of {task.tokens:,} "
            f"tokens, and fewer than {WORTH_DROPPING} are not worth it",
        )
    lossless = _lossless(task)
    if lossless.tokens <= target:
        lossless.kept, lossless.dropped = [Kept(start=0, end=len(task.text))], []
        return lossless
    return _extracted(task, target)


def _extracted(task: Task, target: int) -> Optimized:
    messages = task.payload.messages
    locked = locked_spans(messages) if messages is not None else []
    around = task.tokens - task.count(task.text) if messages is not None else 0
    must_stay = around + sum(task.count(task.text[a:b]) for a, b in locked)
    query = task.payload.query or (question_of(messages) if messages is not None else None)
    if must_stay >= target:
        return no_change(
            task.text,
            task.tokens,
            f"{must_stay:,} tokens must stay (instructions, tool calls, the last question), "
            f"more than the {target:,} asked for",
        )
    found = extract(
        task.text,
        target - around,
        query=query,
        locked=locked,
        ceiling=0 if task.payload.target_tokens is not None else int(target * 1.05) - around,
        count=task.count,
        checkpoint=task.checkpoint,
    )
    short = found.text(task.text)
    if not short:
        return no_change(task.text, task.tokens, f"no clause of it fits in {target:,} tokens")
    result = _extract_result(task, found.kept, short)
    result.kept = [Kept(start=a, end=b) for a, b in found.kept]
    result.dropped = [Kept(start=a, end=b) for a, b in _between(found.kept, len(task.text))]
    return result


def _extract_result(task: Task, kept: list[tuple[int, int]], short: str) -> Optimized:
    messages = task.payload.messages
    if messages is None:
        tokens = task.count(short)
        return _result(task, short, tokens, {"extract": task.tokens - tokens})
    texts = [part.clipped(kept) for part in parts_of(messages)]
    return _conversation_result(task, rebuilt(messages, texts), {"extract": 0})


def _between(kept: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    edges = [0, *(edge for span in kept for edge in span), length]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]
