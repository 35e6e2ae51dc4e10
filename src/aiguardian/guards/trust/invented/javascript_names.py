"""Names of Node's core modules and of the language's own objects that JavaScript code invents."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from itertools import islice

from aiguardian.guards.trust.invented.packages import package_checks
from aiguardian.guards.trust.invented.standard import Standard, meant, standard
from aiguardian.guards.trust.judgement import Check

_COMMENT = re.compile(
    r"//[^\n]*|/\*(?:[^*]|\*(?!/)){0,20000}\*/|`(?:[^`\\]|\\.){0,5000}`", re.DOTALL
)
_REQUIRED = re.compile(
    r"(?:const|let|var)\s{1,8}(?P<name>\w{1,60}|\{[^{}]{1,1000}\})\s{0,8}=\s{0,8}require\(\s{0,4}"
    r"['\"](?P<module>[^'\"\n]{1,200})['\"]\s{0,4}\)(?P<chain>\.\w{1,60})?"
)
_IMPORTED = re.compile(
    r"import\s{1,8}(?:type\s{1,4})?(?:(?P<default>[\w$]{1,60})\s{0,4},?\s{0,4})?"
    r"(?:\*\s{1,4}as\s{1,4}(?P<all>[\w$]{1,60})\s{1,4}|(?P<names>\{[^{}]{0,1000}\})\s{0,4})?"
    r"from\s{0,4}['\"](?P<module>[^'\"\n]{1,200})['\"]"
)
_GLOBAL = re.compile(
    r"(?<![\w$.])(JSON|Math|Object|Array|Number|Promise|Reflect|console)\.(\w{1,60})"
)
_LOCAL_MODULE = re.compile(r"[./~#@]$|^[./~#]|^@/|:")
NEWER_TEXT = (
    "Object.groupBy Array.fromAsync Promise.withResolvers Promise.try Math.f16round "
    "Math.sumPrecise JSON.rawJSON JSON.isRawJSON fs.glob fs.globSync fs.openAsBlob "
    "fs/promises.glob process.loadEnvFile util.getCallSites util.styleText util.parseEnv "
    "module.registerHooks zlib.crc32 zlib.createZstdCompress zlib.createZstdDecompress "
    "path.matchesGlob crypto.hash Object.prototype Array.prototype console.profile "
    "console.profileEnd console.memory console.exception"
)
NEWER = frozenset(NEWER_TEXT.split())
"""Of later releases and of browsers: not in the interpreter that the names were taken from."""
MOST = 200
"""Findings of a block."""
NEWER_MODULES = frozenset(["sqlite", "sea", "test", "test/reporters", "bun", "deno"])


def javascript_names(
    text: str,
    start: int,
    end: int,
    packages: Collection[str] | None,
    check: Callable[[], None],
) -> Iterator[Check]:
    """At most `MOST` findings of a block of JavaScript or TypeScript. Linear."""
    check()
    yield from islice(_findings(text, start, end, packages), MOST)


def _findings(text: str, start: int, end: int, packages: Collection[str] | None) -> Iterator[Check]:
    code = _COMMENT.sub(lambda match: " " * len(match[0]), text[start:end])
    known = standard()
    for match in (*_REQUIRED.finditer(code), *_IMPORTED.finditer(code)):
        module = match["module"]
        place = start + match.start("module")
        yield from _module(module, known, packages, place)
        name = module.removeprefix("node:")
        if known.node.get(name):
            yield from _members(match, name, known, code, start)
    for match in _GLOBAL.finditer(code):
        names = known.node_globals[match[1]]
        if match[2] not in names and f"{match[1]}.{match[2]}" not in NEWER:
            is_set = re.search(rf"{match[1]}\.{match[2]}\s{{0,4}}=[^=]", code) is not None
            if not is_set:
                span = (start + match.start(), start + match.end())
                yield _absent(f"JavaScript's {match[1]}", match[2], names, span)


def _module(
    module: str, known: Standard, packages: Collection[str] | None, place: int
) -> Iterator[Check]:
    span = (place, place + len(module))
    name = module.removeprefix("node:")
    if name in known.node or name in NEWER_MODULES:
        return
    if module.startswith("node:"):
        message = f"Node has no module {name}." + meant(name, known.node)
        yield Check("code.module", "contradicted", 0.9, message, *span)
    elif not _LOCAL_MODULE.search(module) and not (module.startswith("@") and packages is None):
        depth = 2 if module.startswith("@") else 1
        package = "/".join(module.split("/")[:depth])
        yield from package_checks(package, "npm", packages, *span)


def _members(
    match: re.Match[str], module: str, known: Standard, code: str, start: int
) -> Iterator[Check]:
    """Names taken from a core module: in braces, after a dot, or of the name it is bound to."""
    names = known.node[module]
    groups = match.groupdict()
    bound = groups.get("default") or groups.get("all") or groups.get("name") or ""
    braces = groups.get("names") or (bound if bound.startswith("{") else "")
    if braces:
        place = code.index(braces, match.start())
        for one in re.finditer(r"(?:^\{|,)\s{0,100}(?:type\s)?([\w$]{1,60})", braces):
            if one[1] not in names and one[1] != "default" and f"{module}.{one[1]}" not in NEWER:
                at = start + place
                span = (at + one.start(1), at + one.end(1))
                yield _absent(f"Node's module {module}", one[1], names, span)
    if re.fullmatch(r"[\w$]+", bound) and not groups.get("chain"):
        yield from _reads(bound, module, names, code, start)


def _reads(
    bound: str, module: str, names: frozenset[str], code: str, start: int
) -> Iterator[Check]:
    word = re.escape(bound)
    is_rebound = len(re.findall(rf"(?<![\w$.]){word}\s{{0,4}}=[^=>]", code)) > 1
    is_hidden = re.search(
        rf"(?:\(|,)\s{{0,4}}{word}\s{{0,4}}(?:,[^()]{{0,200}})?\)\s{{0,4}}(?:=>|\{{)", code
    )
    if is_rebound or is_hidden:
        return
    for match in re.finditer(
        rf"(?<![\w$.'\"]){word}\.([A-Za-z]\w{{0,60}})(?!\s{{0,4}}=[^=])", code
    ):
        if match[1] not in names and f"{module}.{match[1]}" not in NEWER:
            span = (start + match.start(), start + match.end())
            yield _absent(f"Node's module {module}", match[1], names, span)


def _absent(owner: str, name: str, names: Collection[str], span: tuple[int, int]) -> Check:
    message = f"{owner} has no {name}." + meant(name, names)
    return Check("code.name", "contradicted", 0.85, message, *span)
