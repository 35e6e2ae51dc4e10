"""Runs the rules of a language over its syntax trees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from aiguardian.guards.security.code.finding import Block, Finding
from aiguardian.guards.security.code.rules.rule import Language, Need, Rule
from aiguardian.guards.security.code.rules.sql import sql_findings
from aiguardian.guards.security.code.tree import Node, Unread, trees

LONGEST = 4_000
"""Characters of a node's source that a rule looks at."""
LITERALS = frozenset(
    [
        "string",
        "string_literal",
        "interpreted_string_literal",
        "raw_string_literal",
        "number",
        "number_literal",
        "decimal_integer_literal",
        "int_literal",
        "integer",
        "true",
        "false",
        "null",
        "nil",
        "encapsed_string",
        "boolean",
        "char_literal",
        "raw_string",
        "word",
    ]
)
_NAME = re.compile(r"[A-Za-z_$]\w{0,60}")
_BUILT = frozenset({"binary_expression", "template_string", "encapsed_string", "string_expansion"})


def rule_findings(
    text: str, block: Block, check: Callable[[], None], unread: Unread
) -> Iterator[Finding]:
    """The weaknesses of a block of code that is not Python; linear in its length."""
    if block.language == "sql":
        yield from sql_findings(text, block.start, block.end)
        return
    language = language_of(block.language)
    for root in trees(text, block.language, block.start, block.end, check, unread):
        outside = _outside(root, language)
        for number, node in enumerate(root.walk()):
            if number % 512 == 0:
                check()
            yield from _judge(node, language, outside)


def language_of(name: str) -> Language:
    """The rules of a language, loaded when first used."""
    from importlib import import_module

    module = import_module(f"aiguardian.guards.security.code.rules.{name}")
    language: Language = module.LANGUAGE
    return language


def _outside(root: Node, language: Language) -> set[str]:
    """Names that hold a value from outside, in the order of the text."""
    names: set[str] = set()
    for node in root.walk():
        sides = language.assignments.get(node.kind)
        if sides is None:
            continue
        left, right = node.get(sides[0]), node.get(sides[1])
        if left is None or right is None:
            continue
        name = _last_name(left.text[:80])
        if _is_outside(right, language, names):
            names.add(name)
        else:
            names.discard(name)
    return names


def _last_name(text: str) -> str:
    found = _NAME.findall(text)
    return found[-1] if found else ""


def _is_outside(node: Node, language: Language, names: set[str]) -> bool:
    text = node.text[:LONGEST]
    if language.cleaners.search(text):
        return False
    return bool(language.sources.search(text)) or bool(names & set(_NAME.findall(text)))


def _judge(node: Node, language: Language, outside: set[str]) -> Iterator[Finding]:
    fields = language.calls.get(node.kind)
    if fields is not None:
        name = _function(node, fields)
        arguments = node.get("arguments")
        values = [one for one in arguments.children if one.kind != "comment"] if arguments else []
        if not values:
            values = [one for one in node.children if one.field_name == "argument"]
        for one in language.rules:
            if one.function.search(name) and _applies(one, node, values, language, outside):
                yield Finding(one.key, node.start, node.end, one.score, one.why)
    for shape in language.patterns:
        fits = node.kind in shape.kinds and shape.text.search(node.text[:LONGEST])
        if fits and _meets(node, shape.need, language, outside):
            yield Finding(shape.key, node.start, node.end, shape.score, shape.why)


def _function(node: Node, fields: tuple[str, ...]) -> str:
    parts = [node.text_of(name)[-80:] for name in fields]
    prefix = "new " if node.kind in ("new_expression", "object_creation_expression") else ""
    return prefix + ".".join(part for part in parts if part)


def _applies(
    one: Rule, node: Node, values: list[Node], language: Language, outside: set[str]
) -> bool:
    source = node.text[:LONGEST]
    if one.text is not None and not one.text.search(source):
        return False
    if one.unless is not None and one.unless.search(source):
        return False
    chosen = values if one.position is None else values[one.position : one.position + 1]
    if not one.need:
        return True
    return any(_meets(value, one.need, language, outside) for value in chosen)


def _meets(node: Node, need: Need, language: Language, outside: set[str]) -> bool:
    """Whether an argument is what a rule needs."""
    if not need:
        return True
    while node.kind in ("argument", "parenthesized_expression") and len(node.children) == 1:
        node = node.children[0]
    is_plain = is_literal(node)
    if need == "literal":
        return is_plain
    if is_plain:
        return False
    if need == "variable":
        return True
    if _is_outside(node, language, outside):
        return True
    return need == "built" and not language.cleaners.search(node.text[:LONGEST]) and is_built(node)


def is_literal(node: Node) -> bool:
    """Whether nothing in it can vary: a constant, or constants put together."""
    varying = (
        "identifier",
        "variable_name",
        "template_substitution",
        "expansion",
        "simple_expansion",
        "command_substitution",
        "property_identifier",
        "this",
        "field_identifier",
        "name",
    )
    return not any(inner.kind in varying for inner in node.walk())


def is_built(node: Node) -> bool:
    """Whether it is text put together from constants and variables."""
    kinds = {inner.kind for inner in node.walk()}
    has_text = bool(kinds & LITERALS) or "template_string" in kinds or "string_fragment" in kinds
    return (bool(kinds & _BUILT) and has_text) or "Sprintf" in node.text or ".format(" in node.text
