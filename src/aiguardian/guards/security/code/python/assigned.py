"""Assignments that are weak by themselves: credentials, switches turned off, headers, sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiguardian.guards.security.code.python.misuse import OLD_TLS
from aiguardian.guards.security.code.python.names import last
from aiguardian.guards.security.code.python.values import REMOTE, UNSET, Scope, Value

if TYPE_CHECKING:
    from aiguardian.guards.security.code.python.statements import Statements
    from aiguardian.guards.security.code.tree import Node

SWITCHES: dict[tuple[str, bool], tuple[str, float, str]] = {
    ("check_hostname", False): ("tls", 0.75, "host names are not checked"),
    ("verify", False): ("tls", 0.7, "certificates are not verified"),
    ("SESSION_COOKIE_SECURE", False): ("cookie", 0.65, "the cookie also goes over plain HTTP"),
    ("SESSION_COOKIE_HTTPONLY", False): ("cookie", 0.65, "scripts can read the cookie"),
    ("CSRF_COOKIE_SECURE", False): ("cookie", 0.6, "the cookie also goes over plain HTTP"),
    ("WTF_CSRF_ENABLED", False): ("csrf", 0.65, "the check is switched off"),
    ("WTF_CSRF_CHECK_DEFAULT", False): ("csrf", 0.6, "the check is switched off"),
    ("debug", True): ("debug", 0.6, "the debugger lets a visitor run code"),
    ("DEBUG", True): ("debug", 0.55, "the debugger lets a visitor run code"),
    ("autoescape", False): ("html", 0.65, "templates do not escape"),
}


def judge_assignment(run: Statements, node: Node, value: Value, scope: Scope) -> None:
    """Report what an assignment itself does wrong."""
    left = node.get("left")
    if left is None:
        return
    name = _name(left)
    run.credential(name, value, node)
    if isinstance(value.constant, bool) and (name, value.constant) in SWITCHES:
        key, score, why = SWITCHES[name, value.constant]
        if left.kind != "identifier" or name.isupper():
            run.report(key, node, score, why)
    if last(value.name) == "CERT_NONE":
        run.report("tls", node, 0.75, "certificates are not verified")
    if last(value.name) in OLD_TLS:
        run.report("tls_version", node, 0.6, "the protocol version is broken")
    if value.name == "ssl._create_unverified_context":
        run.report("tls", node, 0.8, "certificates are not verified")
    if left.kind == "subscript":
        _judge_item(run, left, value, scope)


def _name(left: Node) -> str:
    if left.kind == "subscript":
        key = left.text_of("subscript")
        return key.strip("'\"") if key[:1] in "'\"" else ""
    return left.text_of("attribute") or left.text[:80]


def _judge_item(run: Statements, left: Node, value: Value, scope: Scope) -> None:
    holder = run.evaluate(left.get("value"), scope)
    key = run.evaluate(left.get("subscript"), scope)
    if holder.name.endswith("session") and run.is_web:
        is_chosen = scope.level(key, "trust") >= REMOTE
        is_unchecked = scope.level(value, "trust") >= REMOTE and run.branches == 0
        if is_chosen or is_unchecked:
            run.report("trust", left, 0.65, "the session takes an unchecked value of a request")
    elif holder.name.endswith(("headers", "META")) or left.text_of("value").endswith("headers"):
        if scope.level(value, "header") >= REMOTE and key.constant is not UNSET:
            run.report("header", left, 0.55, "a value from a request becomes a header")
    elif holder.name in ("globals()", "os.environ") and scope.level(key, "attribute") >= REMOTE:
        run.report("attribute", left, 0.7, "a request chooses the name that is set")
