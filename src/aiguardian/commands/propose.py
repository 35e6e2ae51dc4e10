"""`aiguardian policy propose`: what would let a false positive pass, and what else that changes."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

from aiguardian.commands.shelf import opened, told
from aiguardian.identity.principal import DEFAULT_TENANT
from aiguardian.policy.marking import Desk
from aiguardian.policy.proposing import Effect, Mark, Proposal, applied_text
from aiguardian.settings.groups import Settings


def add_propose(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to the parser of `aiguardian policy`."""
    verb = verbs.add_parser(
        "propose",
        help="what would let a false positive pass, and what else that would change",
        description="Reads the recorded traffic of a gateway with the same SECRET_KEY and "
        "database. Nothing is changed.",
    )
    verb.add_argument(
        "request", metavar="REQUEST_ID", help="X-Request-ID of an answer, a false positive"
    )
    verb.add_argument("--category", required=True, help="what the finding is called: injection")
    verb.add_argument("--guard", metavar="NAME", help="default: the one that found it")
    verb.add_argument("--tenant", default=DEFAULT_TENANT, help="whose request it is")
    verb.add_argument(
        "--amended", action="store_true", help="print the policy with the proposed threshold"
    )
    verb.set_defaults(run=_propose)


def _propose(settings: Settings, given: argparse.Namespace) -> int:
    def run() -> int:
        with opened(settings) as here:
            kept = here.kept_on_disk()
            desk = Desk(here.shelf, kept.records.requests, kept.marks, given.tenant)
            mark, proposal = desk.proposal(
                given.request,
                given.category,
                guard=given.guard,
                value="",
                now=time.time(),
            )
            if given.amended:
                found = here.shelf.shelved(proposal.policy, given.tenant)
                print(applied_text(proposal, found), end="")
                return 0
        print("\n".join(_lines(mark, proposal)))
        return 0

    return told(run)


def _lines(mark: Mark, proposal: Proposal) -> Iterator[str]:
    place = f"{proposal.direction}.{proposal.guard}.{proposal.category}"
    yield f"{mark.request_id}: {place} {proposal.score:.4f}, decided by policy {proposal.policy}"
    for option in proposal.options:
        yield ""
        yield f"{place}: {option.before} -> {option.after}"
        yield f"The request would have come to: {option.passes or 'unknown'}."
        yield from (f"  it would still meet {rule}" for rule in option.left)
        if option.effect is not None:
            yield from _effect(option.effect)
    for reason in proposal.refused:
        yield f"Not possible here: {reason}"


def _effect(effect: Effect) -> Iterator[str]:
    yield f"Of {effect.texts:,} other recorded texts that this policy judged:"
    for change in effect.changes:
        examples = ", ".join(change.examples)
        yield f"  {change.before} -> {change.after}: {change.texts:,} ({examples})"
    if not effect.changes:
        yield "  none would be decided otherwise"
    yield f"  blocks that would be lost, nobody having marked them as false: {effect.blocks_lost:,}"
    yield f"  changed, and marked as false before: {effect.marked:,}"
    for reason, count in effect.undecided.items():
        yield f"  not decided again: {count:,} ({reason})"
