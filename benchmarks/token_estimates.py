"""How far the token estimates for other makers' models are from their own tokenizers.

For every vocabulary found under --tokenizers, fits the weights of a `Family` (OpenAI's count,
digits, accented Latin letters, East Asian signs, letters of other scripts) on half of the texts
and reports the relative error on the other half, by kind of text. The vocabularies come from
the makers' own packages (see the table) and are not shipped. Needs `tiktoken`, `tokenizers` and
`sentencepiece` besides the development environment.

    python -m benchmarks.token_estimates --tokenizers FOLDER [--data ../shared/data]
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from aiguardian.guards.token.counting import ACCENTED, CJK, DIGIT, OTHER
from aiguardian.text.bpe import ENCODINGS, Encoding, count_tokens
from benchmarks.data import folder, skip
from benchmarks.store import save

CL100K_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_SPLIT = CL100K_SPLIT.replace(r"\p{N}{1,3}", r"\p{N}")
O200K_SPLIT = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

# name: (package file, member, kind, split pattern)
VOCABULARIES: dict[str, tuple[str, str, str, str]] = {
    "claude-2": ("anthropic-0.38.0", "anthropic/tokenizer.json", "tokenizers", ""),
    "qwen": ("dashscope-2.0.2", "dashscope/resources/qwen.tiktoken", "ranks", QWEN_SPLIT),
    "llama-3": ("llama_models-0.3.0", "llama_models/llama3/tokenizer.model", "ranks",
                CL100K_SPLIT),
    "llama-4": ("llama_models-0.3.0", "llama_models/llama4/tokenizer.model", "ranks",
                O200K_SPLIT),
    "mistral-v3": ("mistral_common-1.13.1",
                   "mistral_common/data/mistral_instruct_tokenizer_240323.model.v3",
                   "sentencepiece", ""),
    "tekken": ("mistral_common-1.13.1", "mistral_common/data/tekken_240911.json", "tekken", ""),
}  # fmt: skip


def load(folder: Path, name: str) -> Callable[[str], int]:
    package, member, kind, split = VOCABULARIES[name]
    raw = zipfile.ZipFile(next(folder.glob(f"{package}-*.whl"))).read(member)
    if kind == "tokenizers":
        from tokenizers import Tokenizer

        fast = Tokenizer.from_str(raw.decode())
        return lambda text: len(fast.encode(text, add_special_tokens=False).ids)
    if kind == "sentencepiece":
        import sentencepiece

        pieces = sentencepiece.SentencePieceProcessor(model_proto=raw)
        return lambda text: len(pieces.encode(text))
    if kind == "tekken":
        data = json.loads(raw)
        size = data["config"]["default_vocab_size"] - data["config"]["default_num_special_tokens"]
        ranks = {base64.b64decode(v["token_bytes"]): v["rank"] for v in data["vocab"][:size]}
        split = data["config"]["pattern"]
    else:
        ranks = {base64.b64decode(a): int(b) for a, b in (x.split() for x in raw.splitlines() if x)}
    import tiktoken

    encoding = tiktoken.Encoding(name, pat_str=split, mergeable_ranks=ranks, special_tokens={})
    return lambda text: len(encoding.encode_ordinary(text))


def rows(data: Path, name: str) -> list[dict[str, object]]:
    with gzip.open(data / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def texts(data: Path) -> dict[str, list[str]]:
    """Up to 150 texts of 20 to 2,000 characters for each kind."""
    found: dict[str, list[str]] = {
        "english prose": [str(r["context"])[:2000] for r in rows(data, "token_compression.jsonl.gz")
                          if str(r["source"]).startswith("nq")],
        "meetings": [str(r["context"])[i : i + 1500] for r in rows(data, "token_contexts.jsonl.gz")
                     for i in range(0, 9000, 3000)],
        "python": [str(r.get("code") or r.get("text")) for r in rows(data, "code_mbpp.jsonl.gz")],
        "json of ids": [str(r["context"])[:1500] for r in rows(data, "token_compression.jsonl.gz")
                        if str(r["source"]).startswith("kv")],
        "tables of numbers": [str(r["context"])[:1500]
                              for r in rows(data, "trust_grounding.jsonl.gz")
                              if str(r["source"]).startswith("tatqa")],
    }  # fmt: skip
    mixed: dict[str, list[str]] = {
        "other languages, latin": [],
        "east asian": [],
        "other scripts": [],
    }
    for name in ("security_injection.jsonl.gz", "security_injection_more.jsonl.gz",
                 "security_pii.jsonl.gz", "bias_toxicity.jsonl.gz"):  # fmt: skip
        for row in rows(data, name):
            text = str(row["text"])[:2000]
            kind = script(text)
            if kind:
                mixed[kind].append(text)
    found |= mixed
    return {k: [t for t in v if len(t) >= 20][:150] for k, v in found.items()}


def script(text: str) -> str:
    if sum(map(len, CJK.findall(text))) > 0.3 * len(text):
        return "east asian"
    if sum(map(len, OTHER.findall(text))) > 0.3 * len(text):
        return "other scripts"
    letters = sum(1 for c in text if "\u00c0" <= c <= "\u024f")
    return "other languages, latin" if letters > 0.02 * len(text) else ""


def features(text: str, encoding: Encoding) -> list[float]:
    sizes = [sum(map(len, p.findall(text))) for p in (DIGIT, ACCENTED, CJK, OTHER)]
    return [float(count_tokens(text, encoding)), *map(float, sizes)]


def measure(
    count: Callable[[str], int], encoding: Encoding, kinds: dict[str, list[str]]
) -> dict[str, Any]:
    x, y, group = [], [], []
    for kind, members in kinds.items():
        for text in members:
            x.append(features(text, encoding))
            y.append(float(count(text)))
            group.append(kind)
    a, b = np.array(x), np.array(y)  # (n_texts, 5), (n_texts,)
    sizes = {kind: group.count(kind) for kind in kinds}
    weight = 1 / b / np.sqrt([sizes[g] for g in group])
    train = np.arange(len(b)) % 2 == 0
    weights = np.linalg.lstsq(a[train] * weight[train, None], (b * weight)[train], rcond=None)[0]
    weights = np.round(weights, 3)
    error = np.abs(a @ weights - b) / b
    raw = np.abs(a[:, 0] - b) / b
    test = ~train
    by_kind = {
        kind: {
            "texts": int(sum(test & (np.array(group) == kind))),
            "median_error": round(float(np.median(error[test & (np.array(group) == kind)])), 3),
            "p90_error": round(float(np.quantile(error[test & (np.array(group) == kind)], 0.9)), 3),
        }
        for kind in kinds
        if (test & (np.array(group) == kind)).any()
    }
    return {
        "estimated_from": encoding,
        "weights": dict(
            zip(
                ("tokens", "digits", "accented", "cjk", "other_scripts"),
                weights.tolist(),
                strict=True,
            )
        ),
        "p90_error": round(float(np.mean([v["p90_error"] for v in by_kind.values()])), 3),
        "worst_p90_error": max(v["p90_error"] for v in by_kind.values()),
        "p90_error_of_the_unweighted_count": round(float(np.quantile(raw[test], 0.9)), 3),
        "by_kind": by_kind,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizers", type=Path, help="the makers' packages, unpacked")
    data = folder(parser, [])
    tokenizers: Path | None = parser.parse_args().tokenizers
    if tokenizers is None or not data.is_dir():
        skip("this one needs the makers' tokenizers as well: --tokenizers FOLDER (see above).")
        return
    kinds = texts(data)
    results = {}
    for name, (package, *_) in VOCABULARIES.items():
        count = load(tokenizers, name)
        found = [measure(count, base, kinds) for base in ENCODINGS]
        best = min(found, key=lambda result: result["p90_error"])
        results[name] = {"package": package} | best
        print(
            name,
            json.dumps(results[name]["weights"]),
            results[name]["p90_error"],
            results[name]["worst_p90_error"],
            results[name]["p90_error_of_the_unweighted_count"],
        )
    counts = {kind: len(found) for kind, found in kinds.items()}
    print("stored in", save("token_estimates", {"texts": counts, "vocabularies": results}))


if __name__ == "__main__":
    main()
