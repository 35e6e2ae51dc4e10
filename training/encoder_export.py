"""From the trained network to the file that ships: ONNX, 8-bit weights, and what that changed."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import nn

from aiguardian.ml.encoder import HEADS, MODEL, Encoder
from aiguardian.ml.vocabulary import DIMENSIONS, TOKENIZER, VECTORS, packed
from training.encoder_network import Network, Tokens, predict

LEAST_CORRELATION = 0.985
"""Between the logits of 32 and of 8 bits, head by head; below it an export fails. Heads with few
positives reach .989, the others .997 and more (2026-11)."""


class Body(nn.Module):
    """A network behind its word vectors: what is left when a table of its own looks these up."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As `Network.forward`, for vectors (n, tokens, 384) of texts without padding."""
        mask = torch.ones(words.shape[:2], dtype=torch.long)
        states = self.network.trunk(inputs_embeds=words, attention_mask=mask).last_hidden_state
        return self.network.answers(states, mask)


def export(network: Network, pretrained: Path, into: Path) -> Path:
    """Write the model into a folder and return its path; `vocabulary` writes what it reads."""
    exported = Network(pretrained, attention="eager").eval()  # the tracer knows no fused attention
    exported.load_state_dict(network.state_dict())
    words = torch.randn(2, 16, DIMENSIONS)
    write_body(Body(exported), {"words": words}, ["logits", "embeddings"], into / MODEL)
    return into / MODEL


def write_body(
    body: nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], path: Path
) -> None:
    """Write a module with 8-bit weights. Inputs are (texts, tokens, …), both of any size."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    path.parent.mkdir(parents=True, exist_ok=True)
    axes = {0: "texts", 1: "tokens"}
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter warns of its own retirement
        exact = Path(folder) / "exact.onnx"
        torch.onnx.export(
            body.eval(),
            tuple(inputs.values()),
            str(exact),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=dict.fromkeys(inputs, axes) | {name: {0: "texts"} for name in outputs},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(exact, path, per_channel=True, weight_type=QuantType.QInt8)


def write_vocabulary(pretrained: Path, into: Path) -> tuple[Path, Path]:
    """Write tokenizer and word vectors into a folder and return their paths.

    Once for all models: training leaves the vectors as they came.
    """
    into.mkdir(parents=True, exist_ok=True)
    vectors = Network(pretrained).trunk.embeddings.word_embeddings.weight.detach().numpy()
    np.save(into / VECTORS, packed(vectors))
    (into / TOKENIZER).write_text(slim_tokenizer(pretrained / "tokenizer.json"), encoding="utf-8")
    return into / TOKENIZER, into / VECTORS


def slim_tokenizer(path: Path) -> str:
    """The tokenizer's JSON without the padding and truncation that its makers left set."""
    whole = json.loads(path.read_text(encoding="utf-8")) | {"truncation": None, "padding": None}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def agreement(
    network: Network, shipped: Encoder, texts: Sequence[str], tokens: Sequence[Tokens]
) -> dict[str, Any]:
    """How near the shipped model is to the trained one: correlations and cosine."""
    logits, embeddings = predict(network, tokens)
    scores = shipped.score(texts)
    cosine = (embeddings * scores.embeddings).sum(1)
    correlation = {
        head: round(float(np.corrcoef(logits[:, at], scores.logits[:, at])[0, 1]), 4)
        for at, head in enumerate(HEADS)
    }
    if min(correlation.values()) < LEAST_CORRELATION:
        raise ValueError(f"8 bits lose too much of a head: {correlation}")
    return {
        "correlation": correlation,
        "cosine_mean": round(float(cosine.mean()), 4),
        "cosine_least": round(float(cosine.min()), 4),
    }
