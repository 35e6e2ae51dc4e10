"""TokenGuard: how long a text is for a model, what it costs, whether it fits, and how to say
the same in fewer tokens."""

from __future__ import annotations

from collections.abc import Sequence

from aiguardian.errors import InvalidField, PayloadTooLarge
from aiguardian.guards.token.alternatives import cheaper_models, prepare
from aiguardian.guards.token.counting import Count, count_messages, count_text
from aiguardian.guards.token.families import NOT_MEASURED, Family, family_of
from aiguardian.guards.token.optimizing import Task, optimize
from aiguardian.guards.token.prices import Amount, PricedModel, PriceTable, amount, load_prices
from aiguardian.guards.token.schemas import (
    Cost,
    Optimized,
    PerMillion,
    TokenCounts,
    TokenPayload,
    TokenReport,
)
from aiguardian.guards.token.verdict import Judged, judge
from aiguardian.processor import MAX_TEXT_BYTES, Caller, Processor, SelfTest, Unjudged
from aiguardian.text.bpe import preload
from aiguardian.text.chat import conversation_text

ASSUMED_OUTPUT = 256
"""Tokens of an answer whose length nobody named: what a short paragraph or two takes."""

QUICK_CHARS, QUICK_LINES = 1_000, 20
"""Up to here a request takes 0.05 to 0.8 ms: a line costs up to 15 us, a character up to 0.7
(hostile texts; 2 cores, 2026-11)."""


class TokenGuard(Processor[TokenPayload]):
    """Counts, prices and shortens; never blocks."""

    name = "tokenguard"
    version = "1.0"
    capabilities = (
        "token_counting",
        "cost_estimation",
        "context_window_fit",
        "lossless_optimization",
        "lossy_compression",
        "cheaper_alternatives",
    )
    payload = TokenPayload
    report = TokenReport

    def __init__(self, prices: PriceTable | None = None) -> None:
        self.prices = prices or load_prices()
        prepare(self.prices)
        preload("o200k_base")  # the default model's; cl100k loads on its first use

    def is_quick(self, payload: TokenPayload) -> bool:
        """Short texts of known models that are at most counted and trimmed. The nearest names
        of an unknown model take milliseconds, and so does loading the other vocabulary."""
        return (
            payload.optimize != "lossy"
            and payload.text is not None
            and len(payload.text) <= QUICK_CHARS
            and payload.text.count("\n") <= QUICK_LINES
            and family_of(payload.model).encoding == "o200k_base"
            and self.prices.find(payload.model) is not None
        )

    def process(self, payload: TokenPayload, caller: Caller) -> TokenReport:
        """The report. Raises `InvalidField` and `PayloadTooLarge` for what the caller can mend."""
        _refuse_contradictions(payload)
        checkpoint = caller.deadline.check
        text = _text_of(payload)
        family = family_of(payload.model)
        model = self.prices.find(payload.model)
        if payload.messages is None:
            count = Count(count_text(text, family, checkpoint), family.is_exact)
        else:
            count = count_messages(payload.messages, family, checkpoint)
        tokens = _token_counts(payload, count, family, model)
        cost, spent = self._cost(payload, tokens, model)
        optimized = optimize(Task(payload, text, tokens.input, family, model, checkpoint))
        return self._report(payload, text, family, model, tokens, cost, spent, optimized)

    def _report(
        self,
        payload: TokenPayload,
        text: str,
        family: Family,
        model: PricedModel | None,
        tokens: TokenCounts,
        cost: Cost,
        spent: Amount | None,
        optimized: Optimized,
    ) -> TokenReport:
        judged = judge(payload, family, tokens, cost, optimized)
        alternatives = (
            list(cheaper_models(self.prices, model, tokens.input, tokens.output_estimate))
            if model is not None and spent is not None
            else []
        )
        report = TokenReport(
            text_length=len(text),
            risk=judged.risk,
            flagged=judged.decision.action == "flag",
            confidence_score=judged.decision.confidence,
            decision=judged.decision,
            tokens=tokens,
            cost=cost,
            optimized=optimized,
            alternatives=alternatives,
        )
        return _with_output(report, judged, len(text))

    def _cost(
        self, payload: TokenPayload, tokens: TokenCounts, model: PricedModel | None
    ) -> tuple[Cost, Amount | None]:
        if model is None:
            nearest = list(self.prices.nearest(payload.model))
            unknown = Cost(priced_on=self.prices.priced_on)
            if nearest:
                unknown.did_you_mean = nearest
            return unknown, None
        cached = min(payload.cached_tokens, tokens.input)
        answer = tokens.output_estimate - payload.reasoning_tokens
        spent = amount(
            model,
            tokens.input,
            answer,
            cached_tokens=cached,
            reasoning_tokens=payload.reasoning_tokens,
        )
        rates = model.rates_at(tokens.input)
        per_million = PerMillion(
            input=rates.input,
            cached_input=rates.cached_input,
            cache_write=rates.cache_write,
            output=rates.output,
            reasoning=rates.output if rates.reasoning is None else rates.reasoning,
        )
        cost = Cost(
            input=spent.input,
            output=spent.output,
            total=spent.total,
            priced_on=model.priced_on,
            priced_as=f"{model.provider}/{model.id}",
            per_million=per_million,
        )
        return cost, spent

    def self_tests(self) -> Sequence[SelfTest]:
        """A text to keep, one to shorten, one past the window, the empty text."""
        sample = "This is a test message for token optimization"
        return (
            SelfTest("a plain sentence is kept", {"text": sample}, "keep", {"text_length": 45}),
            SelfTest(
                "white space is taken out",
                {"text": "One line.\n\n\n\n\n\nAnother   line.   \n"},
                "rewrite",
            ),
            SelfTest(
                "a text past the window is flagged",
                {"text": sample, "expected_output_tokens": 1_000_000, "optimize": "none"},
                "flag",
                {"risk": 1.0},
            ),
            SelfTest("the empty text is kept", {"text": ""}, "keep", {"text_length": 0}),
        )


def _refuse_contradictions(payload: TokenPayload) -> None:
    if (payload.text is None) == (payload.messages is None):
        wrong = "neither is there" if payload.text is None else "both are there"
        raise InvalidField(f"Exactly one of text and messages is needed; {wrong}.", field="text")
    if payload.optimize != "lossy":
        for field in ("target_ratio", "target_tokens", "query"):
            if getattr(payload, field) is not None:
                raise InvalidField(
                    f"{field} is read with optimize = lossy only; it is {payload.optimize}.",
                    field=field,
                )
    if payload.target_ratio is not None and payload.target_tokens is not None:
        raise InvalidField(
            "target_tokens and target_ratio name the same goal: send one.", field="target_tokens"
        )


def _text_of(payload: TokenPayload) -> str:
    text = payload.text if payload.text is not None else conversation_text(payload.messages or [])
    if len(text) * 4 > MAX_TEXT_BYTES:
        size_bytes = len(text.encode("utf-8", "replace"))
        if size_bytes > MAX_TEXT_BYTES:
            raise PayloadTooLarge(
                f"The text has {size_bytes:,} bytes; {MAX_TEXT_BYTES:,} are allowed."
            )
    return text


def _token_counts(
    payload: TokenPayload, count: Count, family: Family, model: PricedModel | None
) -> TokenCounts:
    window = model.context_window if model is not None else None
    output = _output_tokens(payload, count, model) + payload.reasoning_tokens
    tokens = TokenCounts(
        model=payload.model,
        encoding=family.encoding,
        exact=count.is_exact,
        input=count.tokens,
        output_estimate=output,
        context_window=window,
        fits=None if window is None else count.tokens + output <= window,
    )
    if family.error_p90:
        tokens.error_p90 = family.error_p90
    notes = [count.note, "" if family.is_exact or family.is_measured else NOT_MEASURED]
    if any(notes):
        tokens.note = "; ".join(filter(None, notes))
    return tokens


def _output_tokens(payload: TokenPayload, count: Count, model: PricedModel | None) -> int:
    """What was named, or an assumption that never decides by itself whether the request fits."""
    if payload.expected_output_tokens is not None:
        return payload.expected_output_tokens
    if model is None:
        return ASSUMED_OUTPUT
    if model.embeds:
        return 0
    room = (model.context_window or ASSUMED_OUTPUT + count.tokens) - count.tokens
    return max(0, min(ASSUMED_OUTPUT, room, model.max_output or ASSUMED_OUTPUT))


def _with_output(report: TokenReport, judged: Judged, length: int) -> TokenReport:
    if report.decision.action == "rewrite":
        report.output = report.optimized.text
    if judged.not_judged:
        report.unjudged = [Unjudged(start=0, end=length, reason=judged.not_judged)]
    return report
