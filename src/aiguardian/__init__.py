"""AIGuardian: one gateway and its guards for AI traffic."""

import os

__version__ = "0.1.0"

# Before numpy is imported: several guards judge at once, each on one thread of its own. More
# threads a matrix make them wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# ONNX Runtime 1.31 prepares telemetry of its own, with a file in the home folder: never here.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
