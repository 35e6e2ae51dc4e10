"""What a web handler answers: unescaped input, or the details of an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiguardian.guards.security.code.python.values import REMOTE, Scope, Value

if TYPE_CHECKING:
    from aiguardian.guards.security.code.python.statements import Statements
    from aiguardian.guards.security.code.tree import Node

_TRACE = re.compile(r"traceback\.format_exc|sys\.exc_info|format_exception")
_OBJECTS = re.compile(r"[A-Z]\w*\(\)$|redirect|send_file|Response")


def judge_answer(run: Statements, node: Node, value: Value, scope: Scope) -> None:
    """Report a return statement that sends what it should not."""
    body = value
    if value.name in ("tuple", "expression_list") and value.items:
        body = value.items[0][1]
    if any(mark.origin < 0 for mark in body.marks) and "jsonify" not in node.text[:20]:
        run.report("leak", node, 0.55, "the answer carries the text of an exception")
    elif any(mark.origin < 0 for mark in body.marks):
        run.report("leak", node, 0.45, "the answer carries the text of an exception")
    elif _TRACE.search(node.text[:400]):
        run.report("leak", node, 0.65, "the answer carries a stack trace")
    if run.handler.is_json or _is_data(body, node):
        return
    if scope.level(body, "html") >= REMOTE and not _OBJECTS.search(body.name):
        run.report("html", node, 0.85, "a value from a request is sent as HTML, unescaped")


def _is_data(body: Value, node: Node) -> bool:
    """Whether what is sent is no HTML: JSON, a file, another content type."""
    text = node.text[:600]
    if body.name in ("dictionary", "list") or "json" in body.name.lower():
        return True
    if "application/json" in text or "text/plain" in text or "Content-Disposition" in text:
        return True
    return body.name.startswith(("request.files", "flask.redirect", "requests.", "urllib."))
