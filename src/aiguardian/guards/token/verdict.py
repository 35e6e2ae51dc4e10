"""What the numbers lead to: keep, rewrite or flag, with the sentence that says why."""

from __future__ import annotations

from dataclasses import dataclass

from aiguardian.guards.token.counting import chance_above
from aiguardian.guards.token.families import Family
from aiguardian.guards.token.schemas import Cost, Optimized, TokenCounts, TokenPayload
from aiguardian.processor import Decision

FLAG_AT = 0.5


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision with its risk; `not_judged` says what could not be checked."""

    decision: Decision
    risk: float
    not_judged: str = ""


def judge(
    payload: TokenPayload, family: Family, tokens: TokenCounts, cost: Cost, optimized: Optimized
) -> Judged:
    """The decision. The risk is the chance that the request does not fit the window or costs
    more than the budget: 0 or 1 for exact counts."""
    not_judged = ""
    if payload.budget_usd is not None and cost.total is None:
        not_judged = "The budget was not checked: no price is known for this model."
    risk = max(_misfit(family, tokens), _overspend(payload, family, tokens, cost))
    if risk >= FLAG_AT:
        return Judged(Decision("flag", risk, _why_flag(payload, tokens, cost, optimized)), risk)
    sure = 1.0 - risk if not not_judged else 0.5
    if optimized.saved_tokens > 0:
        return Judged(Decision("rewrite", sure, _why_rewrite(tokens, optimized)), risk, not_judged)
    return Judged(Decision("keep", sure, _why_keep(tokens, cost, optimized)), risk, not_judged)


def _misfit(family: Family, tokens: TokenCounts) -> float:
    if tokens.context_window is None:
        return 0.0
    room = tokens.context_window - tokens.output_estimate
    if tokens.exact and not tokens.fits:
        return 1.0  # room may be negative, and an empty input still not fit
    return _chance(room, tokens, family)


def _overspend(payload: TokenPayload, family: Family, tokens: TokenCounts, cost: Cost) -> float:
    if payload.budget_usd is None or cost.total is None:
        return 0.0
    if tokens.exact or not cost.input:
        return float(cost.total > payload.budget_usd)
    share = (payload.budget_usd - (cost.output or 0.0)) / cost.input
    return _chance(share * tokens.input, tokens, family)


def _chance(limit: float, tokens: TokenCounts, family: Family) -> float:
    return round(chance_above(limit, tokens.input, family, is_exact=tokens.exact), 4)


def _why_flag(payload: TokenPayload, tokens: TokenCounts, cost: Cost, optimized: Optimized) -> str:
    about = "" if tokens.exact else "about "
    needed = tokens.input + tokens.output_estimate
    window = tokens.context_window
    if window is not None and (not tokens.fits or payload.budget_usd is None or not cost.total):
        says = f"{about}{needed:,} tokens with the answer against a context window of {window:,}"
        if needed - optimized.saved_tokens <= window < needed:
            says += f"; the optimized text would fit ({optimized.tokens:,} tokens)"
        return says[0].upper() + says[1:] + "."
    return (
        f"It costs {about}{cost.total:.6g} USD ({tokens.input:,} tokens in, "
        f"{tokens.output_estimate:,} out), more than the budget of {payload.budget_usd:.6g} USD."
    )


def _why_rewrite(tokens: TokenCounts, optimized: Optimized) -> str:
    steps = ", ".join(step.name.replace("_", " ") for step in optimized.steps)
    return (
        f"{optimized.tokens:,} instead of {tokens.input:,} tokens "
        f"({optimized.saved_ratio:.0%} saved) by {steps}."
    )


def _why_keep(tokens: TokenCounts, cost: Cost, optimized: Optimized) -> str:
    about = "" if tokens.exact else "about "
    says = f"{about}{tokens.input:,} tokens"
    if tokens.context_window is not None:
        says += f" of a context window of {tokens.context_window:,}"
    says += f", {cost.total:.6g} USD" if cost.total is not None else ", price of the model unknown"
    if isinstance(optimized.declined, str):
        return f"{says[0].upper()}{says[1:]}; {optimized.declined}"
    return f"{says[0].upper()}{says[1:]}; nothing to save without changing it."
