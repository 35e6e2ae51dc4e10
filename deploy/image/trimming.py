"""Takes out of the installed packages what the program never opens, to keep the image small.

    python trimming.py /opt/aiguardian/lib

What is taken out and why stands in `NEVER_OPENED` and the two lists below it.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from pathlib import Path

NEVER_OPENED = (
    # tokenizers can fetch vocabularies from a hub; this program never downloads one.
    "hf_xet*",
    "huggingface_hub*",
    "fsspec*",
    "filelock*",
    "httpx2*",
    "httpcore2*",
    "tqdm*",
    "truststore*",
    "yaml",
    "_yaml",
    "pyyaml-*",
    # Where a number is from is never asked, only whether it is one.
    "phonenumbers/geodata",
    "phonenumbers/carrierdata",
    "phonenumbers/tzdata",
    # Tools to make and convert models.
    "onnxruntime/transformers",
    "onnxruntime/tools",
    "onnxruntime/quantization",
    "onnxruntime/datasets",
    "onnxruntime/backend",
    # The C interface of the runtime: Python's has the whole of it linked in.
    "onnxruntime/capi/libonnxruntime.so*",
    # Fortran, and an old way to build packages.
    "numpy/f2py",
    "numpy/distutils",
    # Test suites that libraries offer to those who extend them.
    "sqlalchemy/testing",
    "alembic/testing",
    # A C parser, for cffi's builds.
    "pycparser*",
    # Installers' leftovers.
    "bin",
    "include",
    "share",
)
AWS_KEPT = frozenset({"bedrock-runtime", "kms", "s3", "secretsmanager", "sts"})
"""The services of AWS that the program may call; botocore describes four hundred."""
LOADED = 1
"""PT_LOAD: a segment that is mapped into memory."""
NOT_RUN = frozenset({".pyi", ".pyx", ".pxd", ".c", ".h", ".hpp"})
"""Suffixes of what a compiler or a type checker reads."""


def trim(lib: Path) -> int:
    """Remove all of it below `lib`; return how many bytes that were."""
    before = size(lib)
    for pattern in NEVER_OPENED:
        for path in lib.glob(pattern):
            _remove(path)
    for path in (lib / "botocore" / "data").glob("*"):
        if path.is_dir() and path.name not in AWS_KEPT:
            shutil.rmtree(path)
    for path in sorted(lib.rglob("*")):
        if path.is_file() and path.suffix in NOT_RUN:
            path.unlink()
        elif path.is_dir() and path.name in {"tests", "__pycache__"}:
            shutil.rmtree(path)
    return before - size(lib)


def strip_symbols(lib: Path) -> None:
    """Take the symbols that only a debugger reads out of every shared library (binutils).

    Libraries whose header was edited after they were linked do not survive that: they stay whole.
    """
    program = shutil.which("strip")
    if program is None:
        raise FileNotFoundError("strip is not there: install binutils in this stage")
    for library in sorted(lib.rglob("*.so*")):
        stripped = library.with_name(library.name + ".stripped")
        subprocess.run(  # noqa: S603 - binutils' own program on files that were just installed
            [program, "--strip-unneeded", "-o", str(stripped), str(library)], check=True
        )
        if is_loadable(stripped.read_bytes()):
            stripped.replace(library)
        else:
            stripped.unlink()


def is_loadable(content: bytes) -> bool:
    """Whether each segment of a 64-bit ELF file lies in it as its alignment asks, which the dynamic
    linker insists on (System V ABI, chapter 5: the offset and the address agree modulo it)."""
    if content[:5] != b"\x7fELF\x02":
        return False
    start, size, count = struct.unpack_from("<32xQ14xHH", content)
    for index in range(count):
        kind, _, offset, address, *_, align = struct.unpack_from(
            "<IIQQQQQQ", content, start + index * size
        )
        if kind == LOADED and align > 1 and (offset - address) % align:
            return False
    return True


def size(folder: Path) -> int:
    """The bytes of all files below a folder, links not counted."""
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    strip_symbols(Path(sys.argv[1]))
    sys.stdout.write(f"trimmed {trim(Path(sys.argv[1])) / 2**20:.0f} MiB\n")
