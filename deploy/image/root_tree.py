"""Gathers the root of an image: the interpreter, its library, what they load, and nothing else.

    python root_tree.py --packages /opt/aiguardian/lib --to /rootfs

No shell, no package manager, no compiler and no pip: what is not there needs no patch and helps
nobody who gets in. Works with any Linux Python that has a C library of its own beside it (Debian's,
and the official python images).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

USER_ID = 10001
HOME = "var/lib/aiguardian"
NOT_IN_A_SERVER = (
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "test",
    "tkinter",
    "turtledemo",
    "turtle.py",
    "site-packages",
    "dist-packages",
    "__pycache__",
    "config-*",
    "LICENSE.txt",
)
"""Parts of the standard library that install packages, draw windows, or test Python."""
COMMAND = """#!/usr/bin/python3
import sys

from aiguardian.__main__ import main

sys.exit(main())
"""
EXTENSIONS_LEFT_OUT = re.compile(
    r"^(_tkinter|_curses|readline|_dbm|_gdbm|nis|ossaudiodev|_test|_xx|xxlimited|_ctypes_test)"
)
"""Windows, terminals, old databases and sound, and Python's own tests."""


def gather(packages: Path, to: Path) -> None:
    """Write the tree below `to`, which must not exist yet."""
    lay_out(to)
    interpreter = Path(sys.executable).resolve()
    copied = [interpreter, *_standard_library(), *_certificates()]
    for path in copied:
        _copy(path, to)
    _link(Path(sys.executable), interpreter, to)
    compiled = [path for path in copied if ".so" in path.name] + list(packages.rglob("*.so*"))
    for library in sorted(needed([interpreter, *compiled], packages)):
        _copy(library, to)
    _name_the_user(to)
    _write_command(to)
    _index_libraries(to)


def lay_out(to: Path) -> None:
    """Make the folders of a root, which must not exist yet; /tmp is for everybody."""
    to.mkdir(parents=True)
    for name in ("etc", "tmp", "proc", "sys", "dev", "run", "var/lib"):
        (to / name).mkdir(parents=True)
    (to / "tmp").chmod(0o1777)


def needed(binaries: Iterable[Path], packages: Path) -> set[Path]:
    """The shared libraries that these load, the dynamic linker included, as ldd tells them;
    those that a package brings along are left out. Raises `ValueError` for one that is missing."""
    program = _program("ldd")
    brought = {path.name for path in packages.rglob("*.so*")}
    found = set()
    for binary in binaries:
        told = subprocess.run(  # noqa: S603 - the C library's own program; aiguardian: allow
            [program, str(binary)], check=False, capture_output=True, text=True
        ).stdout
        found |= {Path(path) for path in libraries_in(told, brought)}
    return {path for path in found if not path.is_relative_to(packages)}


def libraries_in(told: str, brought: set[str]) -> Iterator[str]:
    """The paths in what ldd prints: `libm.so.6 => /lib/libm.so.6 (0x…)`, `/lib64/ld.so (0x…)`.

    Raises `ValueError` for a library that is missing and not among those that are `brought`.
    """
    for line in told.splitlines():
        name = line.split()[0] if line.strip() else ""
        if "not found" in line and name not in brought:
            raise ValueError(f"a shared library is missing: {name}")
        if match := re.search(r"(/\S+) \(0x", line):
            yield match[1]


def _standard_library() -> Iterator[Path]:
    """Its files, but those that a server never opens."""
    for folder in {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}:
        root = Path(folder)
        left_out = {path for pattern in NOT_IN_A_SERVER for path in root.glob(pattern)}
        for path in root.rglob("*"):
            parents = {path, *path.parents}
            if not path.is_file() or parents & left_out or "__pycache__" in path.parts:
                continue
            if not EXTENSIONS_LEFT_OUT.match(path.name):
                yield path


def _certificates() -> Iterator[Path]:
    """The roots that TLS connections are checked against, where the base image has them."""
    path = Path("/etc/ssl/certs/ca-certificates.crt")
    if path.exists():
        yield path


def _copy(path: Path, to: Path) -> None:
    """The file at the same place below `to`: its content, whatever links led to it."""
    target = to / str(path)[1:]
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        shutil.copy2(path.resolve(), target)


def _link(name: Path, interpreter: Path, to: Path) -> None:
    """The interpreter under the name that it was called by, and as /usr/bin/python3."""
    for link in {name, Path("/usr/bin/python3")} - {interpreter}:
        target = to / str(link)[1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(interpreter)


def _name_the_user(to: Path) -> None:
    """The one account. Its home is made by the Dockerfile: a copied tree belongs to root."""
    (to / "etc/passwd").write_text(
        f"root:x:0:0:root:/:/nonexistent\n"
        f"aiguardian:x:{USER_ID}:{USER_ID}:AIGuardian:/{HOME}:/nonexistent\n"
    )
    (to / "etc/group").write_text(f"root:x:0:\naiguardian:x:{USER_ID}:\n")
    (to / "etc/nsswitch.conf").write_text("hosts: files dns\n")


def _write_command(to: Path) -> None:
    """`aiguardian`, started by the interpreter alone: there is no shell to start it."""
    command = to / "usr/local/bin/aiguardian"
    command.parent.mkdir(parents=True, exist_ok=True)
    command.write_text(COMMAND)
    command.chmod(0o755)


def _index_libraries(to: Path) -> None:
    """Where the dynamic linker finds what is not in its default folders."""
    for path in (Path("/etc/ld.so.conf"), *Path("/etc/ld.so.conf.d").glob("*.conf")):
        if path.exists():
            _copy(path, to)
    subprocess.run([_program("ldconfig"), "-r", str(to)], check=True)  # noqa: S603 - as above; aiguardian: allow


def record_debian_packages(to: Path) -> None:
    """Note for each Debian package whose files were copied what dpkg knows of it, in
    /var/lib/dpkg/status.d, where scanners look in images without a package manager."""
    query = shutil.which("dpkg-query")
    if query is None:
        return
    copied = ["/" + str(path.relative_to(to)) for path in to.rglob("*") if path.is_file()]
    folder = to / "var/lib/dpkg/status.d"
    folder.mkdir(parents=True)
    for name in sorted(_owners(query, copied)):
        told = subprocess.run(  # noqa: S603 - Debian's own program
            [query, "-s", name], check=False, capture_output=True, text=True
        ).stdout
        if told:
            (folder / name.partition(":")[0]).write_text(told)


def _owners(query: str, paths: list[str]) -> set[str]:
    """The packages that own these files. Records name a file with or without /usr (merged)."""
    either = [*paths, *(path.removeprefix("/usr") for path in paths if path.startswith("/usr/"))]
    either += [f"/usr{path}" for path in paths if path.startswith("/lib")]
    names = set()
    for start in range(0, len(either), 200):
        told = subprocess.run(  # noqa: S603 - Debian's own program; unowned files are expected
            [query, "-S", *either[start : start + 200]],
            check=False,
            capture_output=True,
            text=True,
        ).stdout
        for line in told.splitlines():
            if ": " in line and not line.startswith("diversion"):
                names |= set(line.partition(": ")[0].split(", "))
    return names


def _program(name: str) -> str:
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        raise FileNotFoundError(f"{name} is not there: gather the tree where a C library is")
    return path


def main() -> None:
    """Read the arguments and gather."""
    parser = argparse.ArgumentParser(description="Gather the root of an image.")
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    given = parser.parse_args()
    gather(given.packages, given.to)
    record_debian_packages(given.to)


if __name__ == "__main__":
    main()
