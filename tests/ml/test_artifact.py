from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from aiguardian.ml import artifact
from aiguardian.ml.artifact import DamagedArtifact, artifact_bytes, artifact_path

CONTENT = b"weights"
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(artifact, "FOLDER", tmp_path)
    (tmp_path / "model.bin").write_bytes(CONTENT)
    return tmp_path


def test_an_artifact_with_the_expected_checksum_is_handed_over(folder: Path) -> None:
    assert artifact_path("model.bin", CHECKSUM) == folder / "model.bin"
    assert artifact_bytes("model.bin", CHECKSUM) == CONTENT


@pytest.mark.parametrize("content", [b"", b"weight", b"weights\0", b"Weights"])
def test_any_other_content_is_refused_by_name(folder: Path, content: bytes) -> None:
    (folder / "model.bin").write_bytes(content)
    with pytest.raises(DamagedArtifact, match=r"model\.bin have checksum .* Install"):
        artifact_bytes("model.bin", CHECKSUM)


def test_a_missing_artifact_is_refused_by_name() -> None:
    with pytest.raises(DamagedArtifact, match=r"other\.bin cannot be read"):
        artifact_path("other.bin", CHECKSUM)
