"""The names of Python's standard library and of Node's core modules, as the interpreters have them.

`dump` runs in one Python and writes what it has: the names of every module, what they are, and the
arguments of functions. `merge` joins the dumps of several Pythons (a name that any of them has
exists), adds names that only other platforms have (from the sources and, where it is installed,
from typeshed) and Node's, and writes the file that the package reads.

    for python in python3.10 python3.11 python3.12 python3.13; do
        $python training/stdlib_names.py dump "$DUMPS/$python.json"
    done
    node -e "$(python -m training.stdlib_names node)" > "$DUMPS/node.json"
    python -m training.stdlib_names merge "$DUMPS"/*.json
"""

import ast
import copy
import functools
import gzip
import importlib
import inspect
import io
import json
import pkgutil
import sys
import types
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

TARGET = Path("src/aiguardian/guards/trust/invented/standard_names.json.gz")
LEFT_OUT = frozenset(
    ["antigravity", "idlelib", "test", "this", "turtledemo", "__main__", "pyexpat"]
)
"""Modules that do something when imported, or that nobody imports."""
OTHERS = {
    "codecs": "code_page_encode code_page_decode mbcs_encode mbcs_decode oem_encode oem_decode",
    "sys": "pypy_version_info real_prefix frozen ps1 ps2 last_exc gettotalrefcount",
}
"""Names that only other platforms, other interpreters or later moments have."""
OPEN_MODULES = ("curses",)
"""Modules whose names come into being when they are used."""
OPEN_CLASSES = ("SimpleNamespace", "Namespace", "local", "Mock", "Morsel", "Structure", "Union")
NODE_DUMP = """
const modules = {}, globals = {};
const names = (value) => {
  const found = new Set();
  for (let at = value; at && at !== Function.prototype && at !== Object.prototype;
       at = Object.getPrototypeOf(at)) Object.getOwnPropertyNames(at).forEach((n) => found.add(n));
  return [...found].filter((n) => /^[A-Za-z]/.test(n)).sort();
};
for (const name of require('module').builtinModules) {
  if (name.startsWith('_')) continue;
  try { modules[name] = names(require(name)); } catch (error) { modules[name] = []; }
}
for (const name of Object.getOwnPropertyNames(globalThis)) {
  const value = globalThis[name];
  if (value !== null && ['object', 'function'].includes(typeof value) && value !== globalThis)
    globals[name] = names(value);
}
console.log(JSON.stringify({node: process.versions.node, modules, globals}));
"""


def main() -> None:
    warnings.simplefilter("ignore")
    task, *paths = sys.argv[1:]
    if task == "dump":
        Path(paths[0]).write_text(json.dumps(dump(), sort_keys=True))
    elif task == "node":
        print(NODE_DUMP)
    else:
        merge([Path(path) for path in paths])


def dump() -> dict:
    """What this interpreter has: modules (names and kinds), classes, and the open modules."""
    tops = getattr(sys, "stdlib_module_names", None) or _listed()
    found: dict = {"python": ".".join(map(str, sys.version_info[:2])), "modules": {}, "classes": {}}
    for top in sorted(tops):
        if top in LEFT_OUT or (top.startswith("_") and top not in ("__future__", "_thread")):
            continue
        for name in [top, *_below(top)]:
            module = _imported(name)
            found["modules"][name] = None if module is None else _names(module, found["classes"])
    return found


def _listed() -> list:
    """The module names of a Python before 3.10, which does not list them itself."""
    folder = str(Path(ast.__file__).parent)
    return [*sys.builtin_module_names, *(info.name for info in pkgutil.iter_modules([folder]))]


def _imported(name: str):
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        try:
            return importlib.import_module(name)
        except (ImportError, OSError, AttributeError, SystemExit, RuntimeError):
            return None


def _below(top: str) -> list:
    package = _imported(top)
    names = []
    for info in pkgutil.iter_modules(getattr(package, "__path__", []), top + "."):
        last = info.name.rpartition(".")[2]
        if last not in ("__main__", "test", "tests") and not last.startswith("_"):
            names.append(info.name)
            names.extend(_below(info.name) if info.ispkg else [])
    return names


def _names(module, classes: dict) -> dict:
    found = {}
    for name in dir(module):
        value = getattr(module, name, None)
        if name.startswith("_") and module.__name__ != "builtins":
            continue
        found[name] = _kind(value, classes)
    for name in _written(module):
        found.setdefault(name, "")
    return found


def _kind(value, classes: dict) -> str:
    """`@module`, `=class`, `f…` with the arguments of a function, or empty: something else."""
    if isinstance(value, types.ModuleType):
        return "@" + value.__name__
    if isinstance(value, type) and isinstance(getattr(value, "__qualname__", None), str):
        key = f"{value.__module__}.{value.__qualname__}"
        if key not in classes:
            classes[key] = None  # its own members may name it
            classes[key] = _class(value)
        return "=" + key
    return _signature(value) if callable(value) else ""


def _class(kind: type) -> dict:
    attributes = {}
    for name in dir(kind):
        if not name.startswith("_"):
            value = inspect.getattr_static(kind, name, None)
            is_bound = isinstance(value, (classmethod, staticmethod))
            attributes[name] = _signature(getattr(kind, name)) if is_bound else ""
    is_open = any("__getattr__" in vars(base) for base in kind.__mro__)
    is_open = is_open or any(base.__name__ in OPEN_CLASSES for base in kind.__mro__)
    if type(kind) is not type:  # what its metaclass gives: `register` of an abstract class
        given = [name for name in dir(type(kind)) if not name.startswith("_")]
        for name in (*given, "name", "value"):  # the last two of the members of an enumeration
            attributes.setdefault(name, "")
    for base in kind.__mro__:
        for name in _set_on_self(base):
            attributes.setdefault(name, "")
    return {"call": _signature(kind), "members": attributes, "open": is_open}


def _is_new() -> bool:
    return sys.version_info >= (3, 10)


def _signature(function) -> str:
    """`f2:a b` takes two by place and a, b by name; `f*:` any number by place; empty: unknown."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError, RecursionError):
        return ""
    kinds = {parameter.kind for parameter in parameters}
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return ""
    by_place = sum(
        parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        for parameter in parameters
    )
    by_name = [
        parameter.name
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]
    most = "*" if inspect.Parameter.VAR_POSITIONAL in kinds else str(by_place)
    return f"f{most}:{' '.join(by_name)}"


def _written(module) -> list:
    """The names that a module's source binds in any branch: those of other platforms too."""
    names = []
    waiting = list(_tree(module.__name__).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names.extend(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.extend(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            waiting.extend(child for child in ast.iter_child_nodes(node))
    return [name for name in names if not name.startswith("_") and name != "*"]


def _set_on_self(kind: type) -> list:
    """What the methods of a class set on `self`, by its source."""
    names = _set_by_class(kind.__module__).get(kind.__name__, ())
    return [name for name in names if not name.startswith("_")]


@functools.cache
def _set_by_class(module: str) -> dict:
    found: dict = {}
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ClassDef):
            found.setdefault(node.name, set()).update(
                inner.attr
                for inner in ast.walk(node)
                if isinstance(inner, ast.Attribute)
                and isinstance(inner.ctx, ast.Store)
                and isinstance(inner.value, ast.Name)
                and inner.value.id == "self"
            )
    return found


@functools.cache
def _tree(module: str) -> ast.Module:
    path = getattr(sys.modules.get(module), "__file__", None)
    if path is None or not path.endswith(".py"):
        return ast.Module([], [])
    return ast.parse(Path(path).read_text(encoding="utf-8", errors="replace"))


def merge(paths: list) -> None:
    """Join the dumps: of 3.11 and later what exists, of earlier ones what is gone."""
    dumps = [json.loads(path.read_text()) for path in paths]
    node = next((one for one in dumps if "node" in one), {"node": "", "modules": {}, "globals": {}})
    pythons = sorted((one for one in dumps if "python" in one), key=_version)
    known: dict = {"modules": {}, "classes": {}}
    for one in pythons:
        if _version(one) >= (3, 11):
            _join(known, copy.deepcopy(one))
    _add_stubs(known)
    for module, names in OTHERS.items():
        known["modules"][module].update(dict.fromkeys(names.split(), ""))
    known["modules"].update(dict.fromkeys(OPEN_MODULES))
    gone = {}
    for one in pythons[:-1]:
        gone.update(dict.fromkeys(_missing(one, pythons[-1]), one["python"]))
    result = {
        "pythons": [one["python"] for one in pythons if _version(one) >= (3, 11)],
        "modules": {name: _packed(names) for name, names in known["modules"].items()},
        "classes": {
            name: {
                "call": kind["call"],
                "members": _packed(kind["members"]),
                "open": kind["open"],
            }
            for name, kind in known["classes"].items()
            if kind is not None
        },
        "gone": gone,
        "node": node,
    }
    text = json.dumps(result, sort_keys=True, separators=(",", ":"))
    with gzip.GzipFile(TARGET, "wb", mtime=0) as file:  # the same bytes from the same dumps
        file.write(text.encode())
    print(len(known["modules"]), "modules", len(known["classes"]), "classes", len(gone), "gone")
    print(len(text), "characters,", TARGET.stat().st_size, "bytes packed")


def _packed(names) -> object:
    """Names of no known kind in one string, the others by name."""
    if names is None:
        return None
    plain = " ".join(sorted(name for name, kind in names.items() if not kind))
    return [plain, {name: kind for name, kind in sorted(names.items()) if kind}]


def _version(one: dict) -> tuple:
    return tuple(int(part) for part in one["python"].split("."))


def _join(known: dict, one: dict) -> None:
    for name, names in one["modules"].items():
        _join_names(known["modules"], name, names)
    for name, kind in one["classes"].items():
        if kind is None:
            continue
        there = known["classes"].setdefault(name, kind)
        if there is not kind:
            _join_names({"": there["members"]}, "", kind["members"])
            there["call"] = _wider(there["call"], kind["call"])
            there["open"] = there["open"] or kind["open"]


def _join_names(table: dict, name: str, names) -> None:
    if name not in table or table[name] is None:
        table[name] = names
        return
    there = table[name]
    for one, kind in (names or {}).items():
        there[one] = _wider(there[one], kind) if one in there else kind


def _wider(one: str, other: str) -> str:
    """The signature that takes what either takes; unknown when the kinds differ."""
    if one == other:
        return one
    if not (one.startswith("f") and other.startswith("f")):
        return other if other[:1] in "=@" and one[:1] == other[:1] else ""
    counts = [one[1:].partition(":")[0], other[1:].partition(":")[0]]
    most = "*" if "*" in counts else str(max(map(int, counts)))
    names = dict.fromkeys(one.partition(":")[2].split() + other.partition(":")[2].split())
    return f"f{most}:{' '.join(names)}"


def _missing(one: dict, latest: dict) -> list:
    """Modules of a Python that the latest lacks, and functions and classes that theirs lack."""
    found = []
    for module, names in one["modules"].items():
        if module not in latest["modules"]:
            found.append(module)
        elif names and latest["modules"][module]:
            found.extend(
                f"{module}.{name}"
                for name, kind in names.items()
                if kind[:1] in ("f", "=") and name not in latest["modules"][module]
            )
    return found


def _add_stubs(known: dict) -> None:
    """Names and members that typeshed lists: other platforms, attributes of instances."""
    try:
        import mypy
    except ImportError:
        return
    root = Path(mypy.__file__).parent / "typeshed" / "stdlib"
    paths = sorted(root.rglob("*.pyi"))
    for path in (*paths, *paths):  # twice: a package takes names from modules after it
        parts = path.relative_to(root).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        names = known["modules"].get(module)
        if module not in known["modules"]:
            continue
        if names is None:
            names = known["modules"][module] = {}
        _add_bodies(ast.parse(path.read_text()).body, names, module, known)


def _add_bodies(body: list, names: dict, prefix: str, known: dict) -> None:
    for node in body:
        if isinstance(node, ast.If):
            _add_bodies([*node.body, *node.orelse], names, prefix, known)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            _add(names, node.name)
        elif isinstance(node, ast.ClassDef):
            _add(names, node.name)
            kind = known["classes"].get(prefix + "." + node.name)
            if kind is not None:
                _add_bodies(node.body, kind["members"], prefix + "." + node.name, known)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            _add(names, node.target.id)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    _add(names, target.id)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            _add_imported(node, names, prefix, known)


def _add_imported(node, names: dict, prefix: str, known: dict) -> None:
    for alias in node.names:
        if alias.name == "*":
            before = f"{prefix}." if node.level else ""
            for name in known["modules"].get(f"{before}{node.module}") or ():
                _add(names, name)
        elif alias.asname == alias.name:
            _add(names, alias.name)


def _add(names: dict, name: str) -> None:
    if not name.startswith("_"):
        names.setdefault(name, "")


if __name__ == "__main__":
    main()
