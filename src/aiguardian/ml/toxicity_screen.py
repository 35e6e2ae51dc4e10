"""Which stretches of a long text the encoder has to read for toxicity, and which it need not.

A linear model of hashed n-grams (`ml/linear.py`) looks at every sentence, a hundred times faster
than the encoder. It is no judge: what it lets pass is plainly about something else, and whatever
it is in doubt about, the encoder reads. Short texts it passes on whole.
"""

from __future__ import annotations

from functools import cache

from aiguardian.ml.linear import LinearModel, load_linear
from aiguardian.ml.scan import scan
from aiguardian.processor import Deadline

WEIGHTS = "toxicity_screen.npz"
WEIGHTS_SHA256 = "567033dfeb449515c880cef16acf8875d8534eb370057165805083a551efa8aa"

SHORT = 400
"""Code points up to which a text goes to the encoder whole: it takes 8 ms at most."""
CLEAR = -3.0
"""Log-odds below which a sentence is let pass. On sources left out that is 1 to 4 % of the toxic
texts (11 % in one of slang) and .6 to .97 of ordinary sentences; at -4 it is .5 % and .3 to .9
(benchmarks/results/toxicity_screen.json)."""

Span = tuple[int, int]


def doubtful(text: str, deadline: Deadline | None = None) -> list[Span]:
    """Half-open stretches for the encoder, in order and apart. Linear, 0.5 ms for 1 kB."""
    if len(text) <= SHORT:
        return [(0, len(text))]
    found = scan(load_screen(), text, deadline=deadline)
    stretches: list[Span] = []
    for (start, end), logit in zip(found.spans, found.pieces[:, 0], strict=True):
        if logit < CLEAR:
            continue
        if stretches and not text[stretches[-1][1] : start].strip():
            start = stretches.pop()[0]
        stretches.append((start, end))
    if found.unjudged is not None:
        stretches.append(found.unjudged)
    return stretches


@cache
def load_screen() -> LinearModel:
    """The shipped model, loaded once; `DamagedArtifact` if the file is not ours."""
    return load_linear(WEIGHTS, WEIGHTS_SHA256)
