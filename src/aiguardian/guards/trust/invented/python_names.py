"""Names that Python code imports, reads or calls and that the standard library does not have."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator
from itertools import islice

from aiguardian.guards.trust.invented.bindings import (
    Bindings,
    bindings,
    dotted,
    value_kind,
)
from aiguardian.guards.trust.invented.packages import LOCAL, package_checks
from aiguardian.guards.trust.invented.python_tree import PythonCode
from aiguardian.guards.trust.invented.standard import Signature, Standard, meant, standard
from aiguardian.guards.trust.judgement import Check, Outcome

PYTHON_2_TEXT = (
    "urllib2 urlparse ConfigParser Queue StringIO cStringIO Tkinter httplib cPickle __builtin__ "
    "commands HTMLParser Cookie cookielib SocketServer BaseHTTPServer xmlrpclib thread sets md5 "
    "sha exceptions robotparser anydbm whichdb tkMessageBox tkFileDialog ttk copy_reg repr "
    "htmlentitydefs"
)
PYTHON_2 = frozenset(PYTHON_2_TEXT.split())
"""Modules of Python 2 that have another name now."""

_UNSHOWN = re.compile(r"(?:^|\.)(?:_|tests?(?:\.|$))")
"""Private modules and the standard library's own tests: not in the list of names."""
MOST = 200
"""Findings of a block: more is another language or an attack on the reader."""


def python_names(
    code: PythonCode, packages: Collection[str] | None, check: Callable[[], None]
) -> Iterator[Check]:
    """At most `MOST` findings of a parsed block: modules, names, arguments, packages. Linear."""
    if code.tree is not None:
        yield from islice(_findings(code, code.tree, packages, check), MOST)


def _findings(
    code: PythonCode,
    tree: ast.Module,
    packages: Collection[str] | None,
    check: Callable[[], None],
) -> Iterator[Check]:
    known = standard()
    found = bindings(tree, known)
    reader = _Reader(code, known, found)
    for number, node in enumerate(ast.walk(tree)):
        if number % 512 == 0:
            check()
        if id(node) in found.tried:
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from reader.imports(node, packages)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield from reader.attribute(node)
        elif isinstance(node, ast.Call):
            yield from reader.call(node)


class _Reader:
    """Judges single nodes of one block."""

    def __init__(self, code: PythonCode, known: Standard, found: Bindings) -> None:
        self.code = code
        self.known = known
        self.found = found

    def imports(
        self, node: ast.Import | ast.ImportFrom, packages: Collection[str] | None
    ) -> Iterator[Check]:
        """Modules and names that an import asks for in vain."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from self._module(alias.name, alias, packages)
            return
        if node.level or not node.module:
            return
        missing = list(self._module(node.module, node, packages))
        yield from missing
        if missing or node.module not in self.known.modules:
            return
        for alias in node.names:
            if alias.name != "*" and self.known.kind(node.module, alias.name) is None:
                yield self._absent(node.module, alias.name, alias)

    def _module(
        self, name: str, node: ast.alias | ast.ImportFrom, packages: Collection[str] | None
    ) -> Iterator[Check]:
        top = name.partition(".")[0]
        if name in self.known.gone:
            last = self.known.gone[name]
            message = f"The module {name} is gone from Python; the last to have it was {last}."
            yield self._check("code.module", "silent", 0.5, message, node)
        elif name in self.known.modules or self._resolved(name).startswith("@"):
            return
        elif top in self.known.tops:
            has_names = self.known.modules.get(top) is not None
            if has_names and not _UNSHOWN.search(name):
                message = f"Python's standard library has no module {name}."
                message += meant(name, self.known.modules)
                yield self._check("code.module", "contradicted", 0.9, message, node)
        elif top in PYTHON_2:
            message = f"The module {top} is Python 2's; Python 3 has it under another name."
            yield self._check("code.module", "contradicted", 0.8, message, node)
        else:
            yield from self._package(top, node, packages)

    def _package(
        self, name: str, node: ast.alias | ast.ImportFrom, packages: Collection[str] | None
    ) -> Iterator[Check]:
        if name in LOCAL or name.startswith("_"):
            return
        start, end = self.code.span(node)
        yield from package_checks(name, "pypi", packages, start, end)

    def attribute(self, node: ast.Attribute) -> Iterator[Check]:
        """A name that a module or a class of the standard library does not have."""
        if node.attr.startswith("_") or node.attr in self.found.probed:
            return
        path = dotted(node.value, self.found)
        if path:
            owner = self._resolved(path)
            if owner.startswith("@") and self.known.kind(owner[1:], node.attr) is None:
                yield self._absent(owner[1:], node.attr, node)
            elif owner.startswith("="):
                yield from self._member(owner[1:], node)
            return
        kind = value_kind(node.value, self.found, self.known)
        if isinstance(node.value, ast.Name):
            kind = self.found.values.get(node.value.id, "")
        if kind:
            yield from self._member(kind, node)

    def _member(self, key: str, node: ast.Attribute) -> Iterator[Check]:
        kind = self.known.classes.get(key)
        if kind is None or kind.is_open or node.attr in kind.members or node.attr == "mro":
            return
        name = key.removeprefix("builtins.")
        message = f"Python's {name} has no {node.attr}." + meant(node.attr, kind.members)
        yield self._check("code.name", "contradicted", 0.85, message, node)

    def call(self, node: ast.Call) -> Iterator[Check]:
        """Arguments that a function of the standard library does not take."""
        path = dotted(node.func, self.found)
        if not path and isinstance(node.func, ast.Name) and node.func.id not in self.found.bound:
            path = f"builtins.{node.func.id}"
        module, _, name = path.rpartition(".")
        if not module:
            return
        owner = self._resolved(module)
        if owner.startswith("@"):
            kind = self.known.kind(owner[1:], name)
        elif owner.startswith("=") and owner[1:] in self.known.classes:
            kind = self.known.classes[owner[1:]].members.get(name)
        else:
            return
        signature = self.known.signature(kind or "", f"{owner[1:]}.{name}")
        if signature is not None:
            yield from self._arguments(node, path.removeprefix("builtins."), signature)

    def _arguments(self, node: ast.Call, path: str, signature: Signature) -> Iterator[Check]:
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg in signature.names:
                continue
            if path.startswith("json.") and any(one.arg == "cls" for one in node.keywords):
                continue
            message = f"{path} takes no argument {keyword.arg!r}."
            message += meant(keyword.arg, signature.names)
            start, end = self.code.span(keyword)
            yield Check("code.argument", "contradicted", 0.85, message, start, end)
        by_place = sum(not isinstance(argument, ast.Starred) for argument in node.args)
        if signature.most is not None and by_place > signature.most:
            message = f"{path} takes {signature.most} arguments by place, {by_place} are given."
            yield self._check("code.argument", "contradicted", 0.8, message, node)

    def _resolved(self, path: str) -> str:
        """The kind of a dotted path: `@module` with the module's own name, `=class` or empty."""
        if path == "builtins":
            return "@builtins"
        top, *rest = path.split(".")
        if top not in self.known.modules:
            return ""
        owner = f"@{top}"
        for part in rest:
            if not owner.startswith("@"):
                return ""
            owner = self.known.kind(owner[1:], part) or ""
        return owner

    def _absent(self, module: str, name: str, node: ast.alias | ast.Attribute) -> Check:
        if f"{module}.{name}" in self.known.gone:
            last = self.known.gone[f"{module}.{name}"]
            message = f"{module}.{name} is gone from Python; the last to have it was {last}."
            return self._check("code.name", "silent", 0.5, message, node)
        names = self.known.modules.get(module) or {}
        called = "os.path" if module == "posixpath" else module
        message = f"Python's module {called} has no {name}." + meant(name, names)
        return self._check("code.name", "contradicted", 0.9, message, node)

    def _check(
        self,
        name: str,
        outcome: Outcome,
        score: float,
        message: str,
        node: ast.expr | ast.stmt | ast.alias,
    ) -> Check:
        start, end = self.code.span(node)
        return Check(name, outcome, score, message, start, end)
