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

from aiguardian.ml.encoder import HEADS, MODEL, TOKENIZER, Encoder
from training.encoder_network import Network, Tokens, predict

LEAST_CORRELATION = 0.99
"""Between the logits of 32 and of 8 bits, head by head; below it an export fails. Heads with few
positives reach .993, the others .997 and more (2026-11)."""


def export(network: Network, pretrained: Path, into: Path) -> tuple[Path, Path]:
    """Write model and tokenizer into a folder and return their paths."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    into.mkdir(parents=True, exist_ok=True)
    exported = Network(pretrained, attention="eager").eval()  # the tracer knows no fused attention
    exported.load_state_dict(network.state_dict())
    ids = torch.randint(1_000, 2_000, (2, 16))
    axes = {0: "texts", 1: "tokens"}
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter warns of its own retirement
        exact = Path(folder) / "exact.onnx"
        torch.onnx.export(
            exported,
            (ids, torch.ones_like(ids)),
            str(exact),
            input_names=["ids", "mask"],
            output_names=["logits", "embeddings"],
            dynamic_axes={"ids": axes, "mask": axes, "logits": {0: "texts"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(exact, into / MODEL, per_channel=True, weight_type=QuantType.QInt8)
    (into / TOKENIZER).write_text(slim_tokenizer(pretrained / "tokenizer.json"), encoding="utf-8")
    return into / MODEL, into / TOKENIZER


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
