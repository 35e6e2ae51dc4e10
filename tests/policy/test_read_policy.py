from __future__ import annotations

import pytest

from aiguardian.policy.read import MOST_BYTES, PolicyError, read_policy
from aiguardian.policy.rules import GuardKind, Policy, Rule

CATALOGUE = {
    "securityguard": GuardKind(("injection", "secrets", "pii"), ("secrets", "pii")),
    "biasguard": GuardKind(("toxicity", "hate"), ()),
}


def read(text: str) -> Policy:
    return read_policy(text, name="mine", catalogue=CATALOGUE, file="mine.yaml")


def test_a_policy_is_read_with_its_rules() -> None:
    policy = read(
        "description: Ours.\n"
        "input:\n"
        "  securityguard:\n"
        "    injection: block\n"
        "    pii: {action: rewrite, with: pseudonymize, threshold: 0.6}\n"
        '    "*": observe\n'
        "    on_failure: open\n"
        "unjudged: flag\n"
        "allow: [acme.example, 'call me']\n"
    )
    rules = policy.guards("input")["securityguard"]
    assert rules.rule("injection") == Rule("block")
    assert rules.rule("pii") == Rule("rewrite", 0.6, "pseudonymize")
    assert rules.rule("secrets") == Rule("observe")
    assert rules.on_failure == "open"
    assert policy.unjudged == "flag"
    assert policy.allow == ("acme.example", "call me")
    assert policy.guards("output") == {}


def test_without_a_rule_a_guard_that_is_asked_flags() -> None:
    assert read("tool: {biasguard: {}}").guards("tool")["biasguard"].rule("hate") == Rule("flag")


WRONG = [
    ("inputs: {}", 1, "Did you mean input?"),
    ("input:\n  securitygard: {}", 2, "Did you mean securityguard?"),
    ("input:\n  securityguard:\n    injektion: block", 3, "Did you mean injection?"),
    ("input:\n  securityguard:\n    injection: blok", 3, "block, rewrite, flag, observe, ignore"),
    ("input:\n  securityguard:\n    injection: rewrite", 3, "It can rewrite: secrets, pii"),
    ("input:\n  biasguard:\n    hate: {action: flag, treshold: 1}", 3, "Did you mean threshold?"),
    ("input:\n  biasguard:\n    hate: {threshold: 0.5}", 3, "needs an action"),
    ("input:\n  biasguard:\n    hate: {action: flag, threshold: 1.5}", 3, "from 0 to 1"),
    ("input:\n  biasguard:\n    hate: {action: flag, threshold: nan}", 3, "from 0 to 1"),
    ("input:\n  biasguard:\n    hate: {action: flag, with: mask}", 3, "securityguard only"),
    ("input:\n  biasguard:\n    hate: flag\n    hate: block", 4, "twice"),
    ("input:\n  biasguard:\n    on_failure: shut", 3, "open, closed, degrade"),
    ("input: []", 1, "must be a mapping"),
    ("input:\n  biasguard: {hate: [flag]}", 2, "must be a mapping"),
    ("allow: {a: b}", 1, "must be a list"),
    ("allow: ['']", 1, "1 to 4,096"),
    ("unjudged: maybe", 1, "pass, flag, block"),
    ("a: &x 1\nb: *x", 1, "Anchors"),
    ("description: !!python/object:os.system x", 1, "Tags"),
    ('allow: [x]\ndescription: "a \\ud800 b"', 2, "half a character"),
    ('allow: ["\\udc00"]', 1, "half a character"),
    ('"\\udc00": 1', 1, "half a character"),
    ("input: {biasguard: {hate: flag}", 1, "not YAML"),
    ("input:\n\tbiasguard: {}", 2, "not YAML"),
    ("shadow: mine", 1, "name of another policy"),
    ("shadow: Other", 1, "name of another policy"),
    ("shadow: [a]", 1, "must be a single value"),
    ("", 1, "empty"),
    ("- a", 1, "must be a mapping"),
    ("42", 1, "must be a mapping"),
]


@pytest.mark.parametrize(("text", "line", "message"), WRONG, ids=[row[0][:40] for row in WRONG])
def test_a_fault_names_its_line_and_what_is_right(text: str, line: int, message: str) -> None:
    with pytest.raises(PolicyError) as fault:
        read(text)
    assert fault.value.file == "mine.yaml"
    assert fault.value.line == line
    assert message in str(fault.value)


@pytest.mark.parametrize("name", ["", "Mine", "../x", "a b", "x" * 65])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(PolicyError, match="name"):
        read_policy("input: {}", name=name, catalogue=CATALOGUE)


@pytest.mark.parametrize(
    "text",
    [
        "x" * (MOST_BYTES + 1),
        "allow: [" + "a," * 100_000 + "a]",
        "[" * 5_000,
        "input: " + "{a: " * 3_000,
        "\0",
        "a: \ud800",
    ],
)
def test_hostile_text_is_a_fault_and_no_crash(text: str) -> None:
    with pytest.raises(PolicyError):
        read(text)
