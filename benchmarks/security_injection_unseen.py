"""How many injections are found in sources and languages that no training saw, as shipped.

    python -m benchmarks.security_injection_unseen [--data FOLDER] [--scores FILE]

Linear models learn without a fifth of the sources (and of the families that we wrote), others
without a fifth of the languages, and judge what they did not see. That needs the training
environment and ten minutes; the scores are kept (`build/injection_scores.npz`, the same that
`training.injection_linear` makes) and used again until a text changes. What encoders said of
sources they had not seen is stored in `training/injection_left_out.npz`. The curves, band and
thresholds are those of the package.
"""

from __future__ import annotations

import argparse
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from aiguardian.ml.artifact import FOLDER
from aiguardian.ml.calibration import CALIBRATION
from benchmarks.data import checksums, folder, skip
from benchmarks.store import save
from training.sources import FILES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scores", type=Path, default=Path("build/injection_scores.npz"))
    data = folder(parser, list(FILES))
    if find_spec("sklearn") is None:
        skip("scikit-learn is not installed: run it in the training environment.")
    result = measured(data, parser.parse_args().scores)
    show(result)
    result["data_sha256"] = checksums(data, list(FILES))
    print("written:", save("security_injection_unseen", result))


def measured(data: Path, path: Path) -> dict[str, Any]:
    """The tables of `training.injection_calibration.report` at the shipped calibration."""
    from training.injection_calibration import judged, report
    from training.injection_linear import read_corpus, unseen_scores, unseen_values
    from training.injection_units import HEADS
    from training.sources import injection_examples

    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **unseen_scores(read_corpus(data)))
    examples = injection_examples(data)
    unseen, foreign = unseen_values(path, examples)
    shipped = json.loads((FOLDER / CALIBRATION).read_text())
    parts = {head: (shipped[head], judged(examples, unseen, head, shipped[head])) for head in HEADS}
    return report(examples, parts, language_risks(shipped["user"]["linear"], foreign))


def language_risks(shipped: dict[str, Any], foreign: Any) -> Any:
    """(examples,) of the user head's linear risk in a language that was not in training.

    `foreign` is (examples, 1, VALUES), nan where an example was in training.
    """
    logit = foreign[:, 0] @ np.array(shipped["weights"]) + shipped["bias"]
    return 1 / (1 + np.exp(-logit))


def show(result: dict[str, Any]) -> None:
    """Print what the bars name."""
    for head, part in result["heads"].items():
        for stage in sorted({"linear", "both"} & part.keys()):
            table = part[stage]
            public = table["public_sources"]
            print(f"{head}, {stage}: AUC {public['auc']}, recall {public['recall_at_fpr']}")
            print("  as shipped:", public["at_threshold"])
            for name in ("direct_attacks", "hard_benign", "alarming_benign"):
                print(f"  {name}: {table[name]}")
    print("languages out of training:", result["unseen_languages"]["all"])


if __name__ == "__main__":
    main()
