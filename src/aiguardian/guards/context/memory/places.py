"""Where a text lies in meaning: cells that group what is alike, and a code that is compared.

A memory of many turns looks only into the cells nearest to a question. The cells were made from
public conversations (`training/context_cells.py`), so that those of a small memory are known, too.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from aiguardian.guards.context.memory.meaning import MODEL
from aiguardian.ml.artifact import artifact_bytes
from aiguardian.storage.turns import Place

WEIGHTS = "memory_cells.npz"
WEIGHTS_SHA256 = "f533acd5d65aeb77bf8409abd3a74744f9d32add171709a6a9a0291950f4e360"
LOOKED_INTO = 40
"""Cells of a question, as far as the memory's time goes (`storage/turn_blocks.MOST_OPENED`): what
they hold of the ten nearest turns is in the model card."""
_SCALE = 254.0
"""A reduced embedding has unit length over 96 numbers: hardly one is beyond a half."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells, and how an embedding is reduced before it is compared with them."""

    encoder: str
    """The first eight hexadecimal digits of the encoder that they were made for."""
    middle: Any  # (384,)
    turned: Any  # (384, 96)
    centres: Any  # (cells, 96), unit length

    def reduced(self, meanings: Any) -> Any:
        """(n, 96), unit length, from embeddings, (n, 384)."""
        found = (meanings - self.middle) @ self.turned
        return found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-6)


def place(meaning: Any, *, cells: int = 1) -> Place:
    """The place of an embedding, (384,), with so many of the cells nearest to it."""
    known = load_cells()
    point = known.reduced(meaning[np.newaxis])[0]
    likeness = known.centres @ point
    nearest = np.argsort(-likeness)[:cells].tolist()
    # what two encoders say, or two sets of cells, cannot be compared: they share no name
    return Place(tuple(f"{MODEL.hex()}/{WEIGHTS_SHA256[:8]}/{one}" for one in nearest), code(point))


def code(point: Any) -> bytes:
    """A reduced embedding, (96,), in signed bytes."""
    data: bytes = np.clip(np.rint(point * _SCALE), -127, 127).astype(np.int8).tobytes()
    return data


@cache
def load_cells() -> Cells:
    """The cells that ship with the program."""
    return read_cells(artifact_bytes(WEIGHTS, WEIGHTS_SHA256))


def read_cells(content: bytes) -> Cells:
    """The cells in an .npz: half-precision arrays."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        held = {name: arrays[name] for name in arrays.files}
    encoder = held.pop("encoder").tobytes().hex()
    return Cells(encoder, **{name: array.astype(np.float32) for name, array in held.items()})
