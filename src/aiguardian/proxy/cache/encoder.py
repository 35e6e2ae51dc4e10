"""The shipped encoder, for the cache's questions."""

from __future__ import annotations

from typing import Any

from aiguardian.ml.encoder import MAX_TOKENS, load_encoder


class ShippedEncoder:
    """Reads questions. The model is loaded at the first one."""

    def vector(self, text: str) -> Any:
        """(384,), unit length; None for a text that does not fit into one look."""
        encoder = load_encoder()
        if encoder.count(text) > MAX_TOKENS - 2:
            return None
        return encoder.score([text]).embeddings[0]
