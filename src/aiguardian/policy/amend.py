"""A policy's text with one rule changed, and everything else as it was written."""

from __future__ import annotations

from io import StringIO
from typing import Any

from aiguardian.policy.rules import Direction, Rule


def amended(text: str, *, direction: Direction, guard: str, category: str, rule: Rule) -> str:
    """The YAML with this rule for a category; comments and order stay. A category that a rule
    for all (`*`) covered, or none, gets one of its own.

    The text must be a policy already (`read_policy`), with rules for that direction and guard.
    """
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.width = 4096  # no line is broken that was not
    yaml.preserve_quotes = True
    tree: Any = yaml.load(text)
    rules = tree[direction][guard]
    if category in rules:
        rules[category] = _written(rule)
    else:  # first: what follows the last rule may be a comment on something else
        rules.insert(0, category, _written(rule))
    made = StringIO()
    yaml.dump(tree, made)
    return made.getvalue()


def _written(rule: Rule) -> Any:
    from ruamel.yaml.comments import CommentedMap

    if rule.threshold is None and rule.method is None:
        return rule.act
    fields = CommentedMap(action=rule.act)
    if rule.method is not None:
        fields["with"] = rule.method
    if rule.threshold is not None:
        fields["threshold"] = rule.threshold
    fields.fa.set_flow_style()
    return fields
