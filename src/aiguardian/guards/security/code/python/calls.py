"""What calls do: bring values from outside, make them harmless, pass them on, or do harm."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from aiguardian.guards.security.code.python.cleaning import (
    ALL,
    CLEANERS,
    CLEANING_METHODS,
    CLEANING_WORDS,
    DECODERS,
    ESCAPED,
    ESCAPING_WORDS,
    HTML,
    LOOKUP_WORDS,
    STORE_WORDS,
    TEMPLATING,
    without,
)
from aiguardian.guards.security.code.python.composed import element, formatted
from aiguardian.guards.security.code.python.conditions import narrow
from aiguardian.guards.security.code.python.expressions import Expressions
from aiguardian.guards.security.code.python.misuse import misuses
from aiguardian.guards.security.code.python.names import REQUEST_NAMES, USUAL, last
from aiguardian.guards.security.code.python.reached import reached
from aiguardian.guards.security.code.python.values import (
    ANY,
    CLEAN,
    LOCAL,
    REMOTE,
    Key,
    Mark,
    Scope,
    Value,
    cleaned,
    constant,
    container,
    mixed,
    outside,
)
from aiguardian.guards.security.code.tree import Node

MOST_INLINED = 4
"""Local functions followed into each other."""
LOCAL_CALLS = frozenset({"input", "raw_input", "os.getenv", "os.environ.get", "getpass.getpass"})
REMOTE_CALLS = frozenset(
    [
        "self.get_argument",
        "self.get_query_argument",
        "self.get_body_argument",
        "self.get_cookie",
        "self.get_arguments",
        "cgi.FieldStorage",
        "self.rfile.read",
        "web.input",
    ]
)
RECEIVING = frozenset({"recv", "recvfrom", "receive_text", "receive_json", "recv_string"})
READING = frozenset({"open", "io.open", "codecs.open"})
TEXT_METHODS = frozenset(
    [
        "strip",
        "lower",
        "upper",
        "title",
        "decode",
        "encode",
        "lstrip",
        "rstrip",
        "capitalize",
        "casefold",
        "read",
        "readline",
        "format",
        "split",
        "splitlines",
        "rsplit",
        "partition",
        "rpartition",
        "translate",
        "zfill",
        "expandtabs",
        "copy",
        "getvalue",
        "swapcase",
        "ljust",
        "rjust",
        "center",
    ]
)


@dataclass(slots=True)
class Call:
    """One call with the values of its arguments."""

    node: Node
    name: str
    """The resolved dotted name: `subprocess.run`, `sqlite3.connect().cursor().execute`."""
    receiver: Value | None
    receiver_node: Node | None
    arguments: list[Value] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """The last part of the name."""
        return last(self.name)

    def value(self, position: int, keyword: str = "") -> Value | None:
        """An argument by position or by one of the keywords that `|` parts."""
        for name in keyword.split("|"):
            if name in self.keywords:
                return self.keywords[name]
        return self.arguments[position] if position < len(self.arguments) else None


@dataclass(slots=True)
class Calls(Expressions):
    """Evaluates calls, following those of functions that stand in the same text."""

    functions: dict[str, Node] = field(default_factory=dict)
    followed: set[int] = field(default_factory=set)
    """Where the functions begin that a call has led into."""
    stack: list[int] = field(default_factory=list)
    target: str = ""
    """The name that is being assigned to."""
    branches: int = 0
    """Conditions around the statement that runs."""

    def run_function(
        self, node: Node, arguments: list[Value], keywords: dict[str, Value], scope: Scope
    ) -> Value:
        """What a local function returns for these arguments."""
        raise NotImplementedError

    def narrow(self, condition: Node | None, scope: Scope) -> None:
        """Take into the scope that a condition holds."""
        narrow(self, condition, scope, holds=True)

    def call(self, node: Node, scope: Scope) -> Value:
        """What a call answers; reports it where it does harm."""
        call = self._read(node, scope)
        for key, score, why in misuses(call, self):
            self.report(key, node, score, why)
        for key, score, why in reached(call, scope):
            self.report(key, node, score, why)
        return self._answer(call, scope)

    def _read(self, node: Node, scope: Scope) -> Call:
        function = node.get("function")
        receiver: Value | None = None
        receiver_node: Node | None = None
        if function is not None and function.kind == "attribute":
            receiver_node = function.get("object")
            receiver = self.evaluate(receiver_node, scope)
            method = function.text_of("attribute")
            base = receiver.name or (receiver_node.text[:40] if receiver_node else "")
            name = f"{base}.{method}"
            name = self.imports.get(name, name)
        else:
            text = function.text[:80] if function else ""
            known = scope.names.get(text)
            name = (
                known.name
                if known and known.name
                else self.imports.get(text) or USUAL.get(text, text)
            )
        call = Call(node, name, receiver, receiver_node)
        arguments = node.get("arguments")
        self._read_arguments(call, arguments, scope)
        return call

    def _read_arguments(self, call: Call, arguments: Node | None, scope: Scope) -> None:
        if arguments is not None and arguments.kind == "generator_expression":
            call.arguments.append(self.evaluate(arguments, scope))
            call.nodes.append(arguments)
            return
        for child in arguments.children if arguments else ():
            if child.kind == "keyword_argument":
                name, value = child.text_of("name"), self.evaluate(child.get("value"), scope)
                call.keywords[name] = value
                self.credential(name, value, child)
            elif child.kind != "comment":
                call.arguments.append(self.evaluate(child, scope))
                call.nodes.append(child)

    def _answer(self, call: Call, scope: Scope) -> Value:
        local = self._local(call)
        if local is not None:
            return self._follow(local, call, scope)
        source = self._source(call)
        if source is not None:
            return source
        done = self._made_harmless(call)
        if done is not None:
            return done
        held = self._container(call, scope)
        if held is not None:
            return held
        return self._passed_on(call)

    def _local(self, call: Call) -> Node | None:
        node = self.functions.get(call.method)
        if node is None or call.name in self.imports.values():
            return None
        base = call.name.rpartition(".")[0]
        is_own = base in ("", "self", "cls") or base.endswith("()") or base in self.functions
        return node if is_own or base[:1].isupper() else None

    def _follow(self, function: Node, call: Call, scope: Scope) -> Value:
        if len(self.stack) >= MOST_INLINED or function.start in self.stack or self.depth > 60:
            return mixed([*call.arguments, *call.keywords.values()])
        self.followed.add(function.start)
        return self.run_function(function, call.arguments, call.keywords, scope)

    def _source(self, call: Call) -> Value | None:
        start, name = call.node.start, call.name
        if name in LOCAL_CALLS:
            return outside(start, LOCAL, "os.environ")
        if name in REMOTE_CALLS or call.method in RECEIVING:
            return outside(start, REMOTE, f"request{_key(call)}")
        receiver = call.receiver
        if receiver is not None and receiver.name.startswith("request") and receiver.marks:
            if CLEANING_WORDS.search(call.method):
                return CLEAN
            if call.keywords.get("type", ANY).name in ("int", "float", "bool"):
                return CLEAN
            if call.method in TEXT_METHODS or call.method in ("save", "replace"):
                return None
            return outside(start, REMOTE, f"{receiver.name}{_key(call)}")
        takes_request = any(value.name in REQUEST_NAMES and value.marks for value in call.arguments)
        if takes_request and call.method not in TEMPLATING:
            safe = CLEANING_WORDS.search(call.method)
            return CLEAN if safe else outside(start, REMOTE, "request")
        return None

    def _made_harmless(self, call: Call) -> Value | None:
        values = [*call.arguments, *call.keywords.values()]
        if call.receiver is not None and call.receiver.marks:
            values.append(call.receiver)
        if call.method in DECODERS:
            whole = mixed(values)
            marks = frozenset(Mark(mark.origin, mark.level, frozenset()) for mark in whole.marks)
            return Value(marks, whole.is_known)
        if call.name in CLEANERS:
            return replace(cleaned(mixed(values), CLEANERS[call.name]), name=f"{call.name}()")
        if call.method in TEMPLATING:
            return cleaned(mixed(values), HTML)
        if call.method in CLEANING_METHODS and call.receiver is not None:
            whole = cleaned(mixed(values), CLEANING_METHODS[call.method])
            return replace(whole, name=f"{call.name}()")
        if call.name in ("re.sub", "regex.sub") and len(call.arguments) >= 3:
            pattern = call.arguments[0].constant
            done = isinstance(pattern, str) and pattern.startswith(("[^", r"\W", "(?i)[^"))
            return cleaned(call.arguments[2], ALL) if done else call.arguments[2]
        if call.method == "replace" and call.receiver is not None and call.arguments:
            old = call.arguments[0].constant
            families = without(old) if isinstance(old, str) and ".." not in old else {"-"}
            return cleaned(call.receiver, frozenset(families))
        if CLEANING_WORDS.search(call.method):
            return cleaned(mixed(values), ALL)
        if ESCAPING_WORDS.search(call.method) and "un" not in call.method[:3]:
            return cleaned(mixed(values), ESCAPED)
        return None

    def _container(self, call: Call, scope: Scope) -> Value | None:
        """Methods of lists and dictionaries, which change what a name holds."""
        receiver, node = call.receiver, call.receiver_node
        if receiver is None or node is None or receiver.name.startswith("request"):
            return None
        first = call.arguments[0] if call.arguments else ANY
        if call.method in (
            "append",
            "add",
            "insert",
            "extend",
            "update",
            "put",
            "write",
            "appendleft",
        ):
            whole = self._added(call.method, receiver, call)
            self.bind(node, whole, scope)
            return CLEAN
        if call.method == "set" and len(call.arguments) == 3:
            key = "\0".join(str(value.constant) for value in call.arguments[:2])
            pairs = [pair for pair in receiver.items or () if pair[0] != key]
            self.bind(node, container([*pairs, (key, call.arguments[2])], receiver.name), scope)
            return CLEAN
        if call.method == "pop" and receiver.items is not None:
            return self._popped(receiver, call, node, scope)
        if call.method == "get" and receiver.items is not None:
            key = "\0".join(str(value.constant) for value in call.arguments[:2])
            found = receiver.item(first.constant) or receiver.item(key)
            return found if found is not None else element(receiver)
        if call.method in ("values", "items", "keys") and receiver.items is not None:
            return Value(receiver.marks, receiver.is_known)
        return None

    def _added(self, method: str, receiver: Value, call: Call) -> Value:
        items = receiver.items
        if method == "append" and items is not None and call.arguments:
            pairs: list[tuple[Key, Value]] = [*items, (len(items), call.arguments[0])]
            return container(pairs, receiver.name)
        if method == "update" and items is not None and call.arguments and call.arguments[0].items:
            return container([*items, *call.arguments[0].items], receiver.name)
        whole = mixed([receiver, *call.arguments])
        return Value(whole.marks, whole.is_known, name=receiver.name, literal=receiver.literal)

    def _popped(self, receiver: Value, call: Call, node: Node, scope: Scope) -> Value:
        items = list(receiver.items or ())
        key = call.arguments[0].constant if call.arguments else len(items) - 1
        taken = receiver.item(key)
        rest = [pair for pair in items if pair[0] != key]
        if all(isinstance(name, int) for name, _ in rest):
            rest = [(number, value) for number, (_, value) in enumerate(rest)]
        self.bind(node, container(rest, receiver.name), scope)
        return element(receiver) if taken is None else taken

    def _passed_on(self, call: Call) -> Value:
        """The answer of a function of unknown body: its arguments, unless it looks things up."""
        values = [*call.arguments, *call.keywords.values()]
        receiver = call.receiver
        made = f"{call.name}()"[:120]
        if call.method == "XMLParser" and "resolve_entities" in call.keywords:
            is_safe = call.keywords["resolve_entities"].constant is False
            return Value(is_known=True, name="safe_parser" if is_safe else made)
        if call.method == "format" and receiver is not None:
            return formatted(receiver, values)
        if call.method == "join" and receiver is not None and isinstance(receiver.constant, str):
            return mixed([receiver, *(element(value) for value in values)], is_built=True)
        is_kept = call.method == "get" and receiver is not None and not receiver.marks
        if is_kept or STORE_WORDS.search(call.name):
            return Value(name=made)
        if call.name in READING or LOOKUP_WORDS.search(call.method):
            is_read = call.name in READING and call.name != "os.environ"
            return Value(name=made) if is_read or call.method != "run" else ANY
        if receiver is not None and call.method in TEXT_METHODS:
            if isinstance(receiver.constant, str) and not values:
                return constant(receiver.constant)
            whole = mixed([receiver, *values])
            return Value(
                whole.marks,
                whole.is_known and (receiver.is_known or bool(receiver.marks)),
                name=receiver.name if receiver.name.startswith("request") else "",
                prefix=receiver.prefix,
                is_built=receiver.is_built,
                literal=receiver.literal,
            )
        return self._opaque(call, values, made)

    def _opaque(self, call: Call, values: list[Value], made: str) -> Value:
        if call.name == "os.path.join" and values:
            whole = mixed(values, is_built=True, prefix=values[0].prefix)
            return Value(whole.marks, whole.is_known, is_built=True, prefix=whole.prefix)
        if call.name in ("str", "bytes", "bytearray", "unicode") and values:
            return values[0] if values[0].name == "exception" or values[0].marks else mixed(values)
        if call.receiver is not None and call.receiver.marks:
            values = [*values, call.receiver]
        whole = mixed(values)
        return Value(whole.marks, is_known=bool(whole.marks) and whole.is_known, name=made)


def _key(call: Call) -> str:
    first = call.arguments[0].constant if call.arguments else None
    return f"[{first[:40]}]" if isinstance(first, str) else ""
