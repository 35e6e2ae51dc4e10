"""The files of `ml/weights/`, each taken only when its checksum is the one its code expects."""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent / "weights"


class DamagedArtifact(RuntimeError):
    """A file of weights is missing, cut off or from another version of the program."""


def artifact_path(name: str, sha256: str) -> Path:
    """Where the artifact lies, its bytes verified; `DamagedArtifact` when they are others.

    Reads the whole file (23 MB: 20 ms), so a caller loads once and keeps what it made of it.
    """
    path = FOLDER / name
    try:
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise DamagedArtifact(
            f"The weights {name} cannot be read. Install the package again."
        ) from error
    if found != sha256:
        raise DamagedArtifact(
            f"The weights {name} have checksum {found[:12]}, this version expects {sha256[:12]}."
            " Install the package again."
        )
    return path


def artifact_bytes(name: str, sha256: str) -> bytes:
    """The artifact's content, verified as by `artifact_path`."""
    return artifact_path(name, sha256).read_bytes()
