"""`aiguardian policy`: list, check, explain and test policies without a running gateway."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from aiguardian.commands.propose import add_propose
from aiguardian.commands.shelf import catalogue_here, is_file, opened, policy_in, told
from aiguardian.identity.principal import DEFAULT_TENANT
from aiguardian.policy.cases import Case, read_cases
from aiguardian.policy.read import PolicyError
from aiguardian.policy.rules import (
    ANY,
    DIRECTIONS,
    Catalogue,
    GuardKind,
    GuardRules,
    Policy,
)
from aiguardian.settings.groups import Settings

FAILED = 1
SAID = {
    "input": "What users and applications send",
    "output": "What the model answers",
    "tool": "What tools, documents and web pages bring in",
}


def add_policy(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its verbs to the parser."""
    policy = commands.add_parser("policy", help="list, check, explain and test policies")
    verbs = policy.add_subparsers(title="verbs", required=True, metavar="VERB")
    verbs.add_parser("list", help="the policies in force").set_defaults(run=_list)
    check = verbs.add_parser("check", help="whether policy files can be used; faults by line")
    check.add_argument("file", nargs="+", type=Path, help="a policy in YAML or JSON")
    check.set_defaults(run=_check)
    explain = verbs.add_parser("explain", help="what a policy does, in words")
    explain.add_argument("policy", help="a name, or a file")
    explain.set_defaults(run=_explain)
    test = verbs.add_parser(
        "test",
        help="judge the cases of a file by a policy",
        description="The file lists cases: text, direction (input), expect (keep, flag, rewrite "
        "or block) and because (a category, if wanted). `policy` at its top is a name or a path.",
    )
    test.add_argument("file", type=Path, help="the cases, in YAML or JSON")
    test.add_argument("--policy", help="another policy than the file names")
    test.set_defaults(run=_test)
    add_propose(verbs)


def _list(settings: Settings, _: argparse.Namespace) -> int:
    def show() -> int:
        with opened(settings) as here:
            for name in here.shelf.names(DEFAULT_TENANT):
                found = here.shelf.shelved(name, DEFAULT_TENANT)
                print(f"{name:16} {found.origin:9} {found.policy.description}")
        return 0

    return told(show)


def _check(settings: Settings, given: argparse.Namespace) -> int:
    catalogue = catalogue_here(settings)
    status = 0
    for path in given.file:
        try:
            policy_in(path, catalogue)
            print(f"{path}: good")
        except (PolicyError, OSError, UnicodeDecodeError) as error:
            print(f"aiguardian: {_fault(path, error)}", file=sys.stderr)
            status = FAILED
    return status


def _explain(settings: Settings, given: argparse.Namespace) -> int:
    def explain() -> int:
        with opened(settings) as here:
            policy = here.policy(given.policy, DEFAULT_TENANT)
            for line in explained(policy, here.shelf.catalogue):
                print(line)
        return 0

    return told(explain)


def explained(policy: Policy, catalogue: Catalogue) -> Iterator[str]:
    """The policy line by line, in words."""
    yield f"{policy.name}: {policy.description or 'no description'}"
    for direction in DIRECTIONS:
        guards = policy.guards(direction)
        yield ""
        yield f"{SAID[direction]} ({direction})" + ("" if guards else ": not judged")
        for guard, rules in guards.items():
            yield f"  {guard}"
            yield from (f"    {line}" for line in _rules(rules, catalogue[guard]))
    yield ""
    means = {"pass": "passes", "flag": "is flagged", "block": "is blocked"}[policy.unjudged]
    yield f"A text of which a part was not judged {means}."
    if policy.allow:
        yield f"{len(policy.allow)} exact string(s) are no finding."


def _rules(rules: GuardRules, kind: GuardKind) -> Iterator[str]:
    for category in (*kind.categories, *(() if kind.categories else (ANY,))):
        rule = rules.rule(category)
        name = "any alarm" if category == ANY else category
        limit = "" if rule.threshold is None else f" from {rule.threshold:g} on"
        how = f" ({rule.method})" if rule.method else ""
        yield f"{name:22} {rule.act}{how}{limit}"
    if rules.on_failure:
        yield f"{'without a verdict':22} {rules.on_failure}"


def _test(settings: Settings, given: argparse.Namespace) -> int:
    def test() -> int:
        cases = read_cases(given.file.read_text(encoding="utf-8"), file=given.file.name)
        named = given.policy or cases.policy
        if not given.policy and is_file(named):  # as seen from the file that names it
            named = str(given.file.parent / named)
        with opened(settings) as here:
            policy = here.policy(named, DEFAULT_TENANT)
        return asyncio.run(_judge_all(settings, policy, cases.cases))

    return told(test)


async def _judge_all(settings: Settings, policy: Policy, cases: tuple[Case, ...]) -> int:
    from aiguardian.offline import judge_by_policy

    wrong = 0
    async for case, report in judge_by_policy(settings, policy, cases):
        seen = {one.category for one in report.applied or ()}
        is_right = report.decision.action == case.expect and (
            not case.because or case.because in seen
        )
        wrong += not is_right
        if is_right:
            print(f"ok     {case.name}")
            continue
        print(
            f"WRONG  {case.name} (line {case.line}): expected {case.expect}"
            + (f" because of {case.because}" if case.because else "")
            + f", got {report.decision.action}. {report.decision.reason}"
        )
    print(f"{len(cases) - wrong} of {len(cases)} as expected by policy {policy.name}.")
    return FAILED if wrong else 0


def _fault(path: Path, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{path}: {error.strerror}."
    return str(error) if isinstance(error, PolicyError) else f"{path}: it is not UTF-8."
