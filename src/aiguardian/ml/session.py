"""How a network of `ml/weights/` is run: one core a call, no memory kept between calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def inference_session(model: Path) -> Any:
    """An `onnxruntime.InferenceSession`, safe to call from several threads at once."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a worker has one core; more only wait for each other
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False  # it keeps the largest text's memory for good
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
