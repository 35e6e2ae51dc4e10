"""What the names of a Python snippet stand for: modules, standard classes, literals.

Only names that are bound once in the whole snippet are known: a name that is bound again,
anywhere, may be anything.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from aiguardian.guards.trust.invented.standard import Standard

NAME_GUARDS = frozenset(["ImportError", "ModuleNotFoundError", "AttributeError", "NameError"])
"""Who catches one of these tries whether a name exists."""
IMPORT_GUARDS = NAME_GUARDS | {"Exception", "BaseException", ""}
"""Who catches one of these, or everything, may try whether a module exists."""
MAKERS = frozenset(["pathlib.Path", "pathlib.PurePath", "builtins.type", "builtins.super"])
LONGEST_PATH = 12
"""Names with dots between: nothing in the standard library is deeper."""
VERSIONS = frozenset(["version_info", "hexversion", "platform", "system", "name", "PY2", "PY3"])
"""What a snippet asks before it uses names that only some interpreters have."""
LITERALS: tuple[tuple[type[ast.expr], str], ...] = (
    (ast.List, "builtins.list"),
    (ast.ListComp, "builtins.list"),
    (ast.Dict, "builtins.dict"),
    (ast.DictComp, "builtins.dict"),
    (ast.Set, "builtins.set"),
    (ast.SetComp, "builtins.set"),
    (ast.Tuple, "builtins.tuple"),
    (ast.JoinedStr, "builtins.str"),
)


@dataclass(frozen=True, slots=True)
class Bindings:
    """Names of a snippet by what they stand for."""

    modules: dict[str, str] = field(default_factory=dict)
    """By name, the module: `np` → `numpy`."""
    members: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By name, the module and the name imported from it: `P` → (`pathlib`, `Path`)."""
    values: dict[str, str] = field(default_factory=dict)
    """By name, the key of the standard class that its value is an instance of."""
    tried: frozenset[int] = frozenset()
    """The ids of nodes within a `try` that catches their failing."""
    probed: frozenset[str] = frozenset()
    """Names that the snippet asks for with hasattr or getattr, or sets itself."""
    bound: Collection[str] = frozenset()
    """Every name that the snippet binds, which hides a built-in function of that name."""


def bindings(tree: ast.Module, known: Standard) -> Bindings:
    """What the names of a tree stand for. Linear."""
    nodes = list(ast.walk(tree))
    counts = Counter(name for node in nodes for name in _bound(node))
    once = {name for name, count in counts.items() if count == 1}
    imported = Counter(_plain_imports(nodes))
    modules: dict[str, str] = {}
    members: dict[str, tuple[str, str]] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                if bound in once or (alias.asname is None and imported[bound] == counts[bound]):
                    modules[bound] = alias.name if alias.asname else bound
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                if (alias.asname or alias.name) in once:
                    members[alias.asname or alias.name] = (node.module, alias.name)
    found = Bindings(modules, members)
    values = {
        name: kind for node in nodes for name, kind in _assigned(node, found, known) if name in once
    }
    return Bindings(modules, members, values, _tried(nodes), _probed(nodes), counts.keys())


def _plain_imports(nodes: list[ast.AST]) -> Iterator[str]:
    """The names that `import name` and `import name.part` bind: however often, to one module."""
    for node in nodes:
        for alias in node.names if isinstance(node, ast.Import) else ():
            if alias.asname is None:
                yield alias.name.partition(".")[0]


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a node binds itself."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(node, ast.Global | ast.Nonlocal):
        for name in node.names:
            yield from (name, name)  # bound elsewhere too


def _assigned(node: ast.AST, found: Bindings, known: Standard) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
        value: ast.expr | None = node.value
    elif isinstance(node, ast.AnnAssign):
        target, value = node.target, node.value
    else:
        return
    if isinstance(target, ast.Name) and value is not None:
        kind = value_kind(value, found, known)
        if kind:
            yield target.id, kind


def value_kind(value: ast.expr, found: Bindings, known: Standard) -> str:
    """The key of the standard class that an expression is surely an instance of, or empty."""
    if isinstance(value, ast.Constant):
        return "builtins.str" if isinstance(value.value, str) else ""
    for literal, kind in LITERALS:
        if isinstance(value, literal):
            return kind
    if isinstance(value, ast.Call):
        path = dotted(value.func, found)
        module, _, name = path.rpartition(".")
        made = known.kind(module, name) if module else None
        if made and made.startswith("=") and _makes_itself(made[1:], known):
            return made[1:]
    return ""


def _makes_itself(key: str, known: Standard) -> bool:
    """Whether calling a class gives an instance of it: `Path()` does not, nor does `Enum()`."""
    return key in known.classes and key not in MAKERS and not key.startswith("enum.")


def dotted(node: ast.expr, found: Bindings) -> str:
    """The dotted path in the standard library that an expression names, or empty."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < LONGEST_PATH:
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    if node.id in found.modules:
        parts.append(found.modules[node.id])
    elif node.id in found.members:
        parts.append(".".join(found.members[node.id]))
    else:
        return ""
    return ".".join(reversed(parts))


def _tried(nodes: list[ast.AST]) -> frozenset[int]:
    tried: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Try):
            caught = {name for handler in node.handlers for name in _caught(handler)}
            inside = [inner for part in (*node.body, *node.handlers) for inner in ast.walk(part)]
            if caught & NAME_GUARDS:
                tried.update(map(id, inside))
            elif caught & IMPORT_GUARDS:
                imports = [one for one in inside if isinstance(one, ast.Import | ast.ImportFrom)]
                tried.update(map(id, imports))
        elif isinstance(node, ast.If) and _asks_version(node.test):
            tried.update(id(inner) for inner in ast.walk(node))
    return frozenset(tried)


def _asks_version(test: ast.expr) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr in VERSIONS)
        or (isinstance(node, ast.Name) and node.id in VERSIONS)
        for node in ast.walk(test)
    )


def _caught(handler: ast.ExceptHandler) -> set[str]:
    """The names of the exceptions that a handler catches; the empty one for all."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {getattr(kind, "id", getattr(kind, "attr", "")) for kind in kinds}


def _probed(nodes: list[ast.AST]) -> frozenset[str]:
    probed: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            probed.add(node.attr)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("hasattr", "getattr", "setattr")
            and len(node.args) > 1
            and isinstance(node.args[1], ast.Constant)
        ):
            probed.add(str(node.args[1].value))
    return frozenset(probed)
