"""Whether a value from outside reaches a call that it can turn to harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aiguardian.guards.security.code.python.sinks import (
    CALLS,
    METHODS,
    SCORES,
    SQL_TEXT,
    XPATH_TEXT,
    Sink,
)
from aiguardian.guards.security.code.python.values import (
    LOCAL,
    PARAMETER,
    REMOTE,
    UNKNOWN,
    Scope,
    Value,
    mixed,
)

if TYPE_CHECKING:
    from aiguardian.guards.security.code.python.calls import Call

ORIGINS = {
    UNKNOWN: "a value of unknown origin",
    PARAMETER: "a parameter",
    LOCAL: "input of the program",
    REMOTE: "a value from a request",
}
FIXED_HOST = re.compile(r"https?://[^/{]+/|/(?![/\\])", re.IGNORECASE)
LDAP_TEXT = re.compile(r"\((?:[&|!]|\w+=)")
LOG_METHODS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})
SHELLS = frozenset({"sh", "bash", "/bin/sh", "/bin/bash", "cmd", "cmd.exe", "powershell", "zsh"})
SUBPROCESS = frozenset({"run", "call", "check_call", "check_output", "Popen"})
Told = tuple[str, float, str]


def judge_level(family: str, level: int) -> float:
    """The score of a level of trust in a use; 0 when the value is safe."""
    return SCORES[family][level] if level >= 0 else 0.0


def reached(call: Call, scope: Scope) -> Iterator[Told]:
    """All the harm that one call does: key, score and reason."""
    if call.name.startswith(("subprocess.", "subprocess32.")) and call.method in SUBPROCESS:
        yield from _program(call, scope)
        return
    sink = CALLS.get(call.name) or _method_sink(call)
    if sink is None:
        yield from _filters(call, scope)
        return
    value = _dangerous(call, sink)
    if value is None or _is_excused(call, sink, value):
        return
    level = scope.level(value, sink.family)
    if level < LOCAL and not _is_plausible(call, sink, value, level):
        return
    score = judge_level(sink.family, level)
    if score >= 0.5:
        key = {"program": "shell", "entities": "xxe"}.get(sink.family, sink.family)
        yield key, score, f"{ORIGINS[level]} reaches {call.method}()"


def _method_sink(call: Call) -> Sink | None:
    if call.receiver is None:
        return None
    sink = METHODS.get(call.method)
    if sink is None:
        return None
    base = call.name.rpartition(".")[0].lower()
    receiver = call.receiver
    if sink.family == "archive":
        return sink if "tar" in base else None
    if call.method == "write":
        return sink if base in ("self", "self.wfile", "response", "resp", "self.response") else None
    if call.method == "save":
        return sink if receiver.name.startswith("request.files") else None
    if call.method in ("find", "xpath"):
        is_data = any(word in base for word in ("db", "collection", "mongo"))
        return sink if is_data or call.method == "xpath" else None
    return sink


def _dangerous(call: Call, sink: Sink) -> Value | None:
    if sink.family == "archive":
        return call.receiver
    if sink.family == "ldap":
        return mixed([value for value in call.arguments if value.marks]) if call.arguments else None
    if sink.family == "path" and call.method in ("read_text", "read_bytes", "write_text", "unlink"):
        return call.receiver
    return call.value(sink.position, sink.keyword)


def _is_excused(call: Call, sink: Sink, value: Value) -> bool:
    """What makes a use harmless though the value comes from outside."""
    family = sink.family
    if family in ("url", "redirect"):
        return bool(FIXED_HOST.match(value.prefix)) and "://{" not in value.prefix
    if family == "html":
        kinds = [call.keywords.get(name) for name in ("content_type", "mimetype", "media_type")]
        texts = [kind.constant for kind in kinds if kind is not None]
        is_other = any(isinstance(text, str) and "html" not in text for text in texts)
        is_other = is_other or (call.name.startswith("aiohttp.") and not texts)
        return is_other or value.name == "dictionary" or "json" in call.name.lower()
    if family == "archive":
        return "filter" in call.keywords or "members" in call.keywords
    if family == "xxe":
        parser = call.value(1, "parser")
        return parser is not None and "safe" in parser.name
    if family == "nosql":
        items = value.items or ()
        if any(key == "$where" and inner.marks for key, inner in items):
            return False
        names = [value.name, *(inner.name for _, inner in items)]
        return not any(name.startswith(("request.json", "request.get_json")) for name in names)
    if family == "path":
        return _is_stream(value)
    return False


def _is_stream(value: Value) -> bool:
    return value.name.startswith("request.files") and not value.name.endswith("filename")


def _is_plausible(call: Call, sink: Sink, value: Value, level: int) -> bool:
    """What a value of doubtful origin must look like."""
    if sink.family == "sql":
        return value.is_built and bool(SQL_TEXT.search(value.literal))
    if sink.family == "xpath":
        return value.is_built and bool(XPATH_TEXT.search(value.literal))
    if sink.family == "ldap":
        return value.is_built and "=" in value.literal
    if call.name == "compile":
        return level > UNKNOWN
    if sink.family == "template":
        return call.name != "Template" or value.is_built
    return True


def _filters(call: Call, scope: Scope) -> Iterator[Told]:
    """LDAP filters, XPath and log lines in calls of any name."""
    if call.method in LOG_METHODS and "log" in call.name.rpartition(".")[0].lower():
        line = call.value(0)
        if line is not None and line.is_built and scope.level(line, "log") >= REMOTE:
            yield "log", judge_level("log", REMOTE), "a value from a request becomes a log line"
    if "ldap" in call.name.lower() or call.method in ("search", "modify"):
        for value in (*call.arguments, *call.keywords.values()):
            level = scope.level(value, "ldap")
            if level >= PARAMETER and value.is_built and LDAP_TEXT.search(value.literal):
                yield "ldap", judge_level("ldap", level), f"{ORIGINS[level]} reaches a filter"
    if call.method in ("findall", "find", "iterfind", "select", "findtext") and call.arguments:
        value = call.arguments[0]
        level = scope.level(value, "xpath")
        if level >= PARAMETER and value.is_built and "[@" in value.literal + value.prefix:
            yield "xpath", judge_level("xpath", level), f"{ORIGINS[level]} reaches an XPath"


def _program(call: Call, scope: Scope) -> Iterator[Told]:
    value = call.value(0, "args")
    if value is None:
        return
    shell = call.keywords.get("shell")
    uses_shell = shell is not None and shell.constant not in (False, None)
    if uses_shell:
        level = scope.level(value, "shell")
        if level >= 0:
            yield "shell", judge_level("shell", level), f"{ORIGINS[level]} reaches a shell"
        return
    items = value.items
    if items is None:
        level = scope.level(value, "shell")
        if level >= LOCAL or (level == PARAMETER and value.is_built):
            score = judge_level("program", level)
            yield "shell", max(score, 0.5), f"{ORIGINS[level]} chooses the program"
        return
    first = items[0][1] if items else None
    if first is None:
        return
    if first.constant in SHELLS and len(items) > 2:
        level = max(scope.level(inner, "shell") for _, inner in items[1:])
    else:
        level = scope.level(first, "shell")
        level = level if level >= LOCAL else -1
    if level >= PARAMETER:
        yield "shell", judge_level("shell", level), f"{ORIGINS[level]} reaches a shell"
