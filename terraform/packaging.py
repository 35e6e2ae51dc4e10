"""Builds the packages of functions that run in Lambda, the same bytes from the same source.

    python terraform/packaging.py

Terraform can't build a zip by itself without a provider more; so the packages are kept beside their
source, and a test builds them again and compares.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent
PACKAGES = {ROOT / "modules/rotation/function.zip": ROOT / "modules/rotation/function"}
"""Each package and the folder of its modules."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: a date would differ each time


def package(folder: Path) -> bytes:
    """Return a zip of a folder's modules."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for source in sorted(folder.glob("*.py")):
            entry = zipfile.ZipInfo(source.name, date_time=_EPOCH)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix, whatever it is built on
            archive.writestr(entry, source.read_bytes())
    return buffer.getvalue()


if __name__ == "__main__":
    for path, folder in PACKAGES.items():
        path.write_bytes(package(folder))
