"""The language a text is written in: py3langid behind a lock, loaded when first needed.

Whether its file is whole is looked at when guards are made (13 ms): a process that would fail at
the first text that needs it does not start. Once it is loaded, self-tests of guards use it, too.

The model (140 languages, inside the wheel) takes 0.8 s to load, measured 2026-11 on two cores; a
process that never asks for a language never pays for it. Its two large tables, 68 MB, are moved
to an unnamed file and mapped: a text touches few of their pages, and only those stay in memory.
Where there is no room for the file (a container's /tmp of 16 MB), they stay in memory.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import logging
import lzma
import mmap
import tempfile
import threading
from array import array
from functools import cache
from pathlib import Path
from typing import Any

from aiguardian.errors import NotAvailable

log = logging.getLogger(__name__)

CODES = (
    "af am an ar as az ba be bg bn br bs ca cs cy da de el en eo es et eu fa fi fo fr fy ga "
    "gd gl gu ha he hi hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lg ln lo lt "
    "lv mg mk ml mn mr ms mt my ne nl nn no oc om or pa pl ps pt qu ro ru rw sa se si sk sl "
    "sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz vi vo wa xh yo zh zu "
)
LANGUAGES = frozenset(CODES.split())
"""The ISO 639-1 codes the model knows. A test compares them with the model's own list."""

CLOSE = (
    frozenset({"no", "nn", "da", "sv"}),
    frozenset({"id", "ms", "jv"}),
    frozenset({"hr", "sr", "bs", "sl"}),
    frozenset({"cs", "sk"}),
    frozenset({"zh", "yue", "wuu"}),
    frozenset({"ar", "ary", "arz"}),
    frozenset({"en", "pcm"}),
    frozenset({"gl", "pt"}),
    frozenset({"ca", "oc"}),
    frozenset({"af", "nl"}),
    frozenset({"hi", "mr", "ne", "sa"}),
    frozenset({"zu", "xh"}),
    frozenset({"rw", "rn"}),
    frozenset({"uz", "uzs"}),
    frozenset({"tt", "ba"}),
    frozenset({"bg", "mk"}),
)
"""Languages and dialects that a paragraph does not tell apart reliably."""

LONGEST_SAMPLE = 4_096
"""Code points looked at: more changes no verdict and costs 0.1 µs a byte."""

_TYPECODES = {2: "H", 4: "I", 8: "L"}
"""Those of Python's arrays, by the bytes of an unsigned number."""

MODEL_SHA256 = "f4f4a2c3465ca1f081541037f9cac23021d68151c2f709c55ae5eedfca522963"
"""Of the model in the version of py3langid that is locked: a new one may judge otherwise."""

_loading = threading.Lock()


def check_model() -> None:
    """Raises `NotAvailable` where the model's file is missing or not the one that is expected."""
    package = importlib.util.find_spec("py3langid")
    found = ""
    if package is not None and package.origin is not None:
        try:
            with (Path(package.origin).parent / "data" / "model.npz.xz").open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            pass
    if found != MODEL_SHA256:
        raise NotAvailable(
            f"The language model of py3langid has checksum {found[:12] or 'none'}, this version "
            f"expects {MODEL_SHA256[:12]}. Install the packages of the lock file again."
        )


def is_loaded() -> bool:
    """Whether a text has needed the model yet."""
    return _load.cache_info().currsize > 0


def are_close(one: str, other: str) -> bool:
    """Whether a short text in one may be taken for the other."""
    return one == other or any(one in group and other in group for group in CLOSE)


def language_probabilities(text: str) -> dict[str, float]:
    """Probability of each language, likeliest first, from the first `LONGEST_SAMPLE` code points.

    Sums to 1. A text without any evidence gets every language at the same small value.
    """
    return dict(_identifier().rank(text[:LONGEST_SAMPLE]))


def _identifier() -> Any:
    with _loading:
        return _load()


@cache
def _load() -> Any:
    # An instance of our own: the package's global one gives raw scores, not probabilities.
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    try:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        _map_tables(identifier)
    except OSError:  # both need 68 MB of room for temporary files: more than a container may have
        return _read_in_memory(MODEL_DIR / MODEL_FILE)
    return identifier


def _read_in_memory(path: Path) -> Any:
    """The model without any file; takes twice the memory while it loads."""
    import numpy as np
    from py3langid.langid import LanguageIdentifier

    with lzma.open(path) as packed, np.load(io.BytesIO(packed.read())) as arrays:
        moves, rows = (
            # The package indexes these from Python, where an array is faster than numpy's.
            array(_TYPECODES[arrays[name].itemsize], arrays[name].tobytes())
            for name in ("nextmove", "nextmove_row")
        )
        classes, features = arrays["classes"].tolist(), arrays["out_feat"].tolist()
        weights, priors = arrays["ptc"], arrays["pc"]
    log.info("68 MB of the language model stay in memory: no room for a temporary file")
    return LanguageIdentifier(
        weights, priors, classes, moves, features, norm_probs=True, tk_row=rows
    )


def _map_tables(identifier: Any) -> None:
    """Exchange the tables of a loaded model for views of a mapped file with the same content."""
    import numpy as np

    weights, moves = np.ascontiguousarray(identifier.nb_ptc), identifier.tk_nextmove
    with tempfile.TemporaryFile() as file:
        file.write(weights.data)
        file.write(moves)
        file.flush()
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    split = weights.nbytes
    table = np.frombuffer(mapped[:split], weights.dtype).reshape(weights.shape)
    identifier.nb_ptc = table
    identifier._full_model = (table, *identifier._full_model[1:])  # noqa: SLF001 - the other name of the table, which would keep it in memory
    identifier.tk_nextmove = mapped[split:].cast(moves.typecode)
