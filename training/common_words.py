"""Writes src/aiguardian/text/common_words.txt: words by which decoded text is told from noise.

    python training/common_words.py --data ../shared/data

Counts in how many training texts a word stands (lower case, accents off, a to z); English by
`ENGLISH` texts, each other Latin-script language by its `OTHER` commonest. Deterministic.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/aiguardian/text/common_words.txt"
ENGLISH = 20
"""Texts that an English word must be in: below, names and misspellings begin."""
OTHER = 250
FREQUENT = 60
"""Among them words of three letters too: articles and prepositions, not abbreviations."""
LANGUAGES = frozenset({"de", "es", "fr", "id", "it", "nl", "pl", "pt", "ro", "tr", "vi"})
SHORT = 120
"""The same for words of three letters, most of which are abbreviations."""
WORD = re.compile("[a-z]{3,16}")
OURS = (
    "ignore disregard forget override bypass reveal repeat print leak exfiltrate jailbreak pretend "
    "roleplay unfiltered unrestricted uncensored developer admin root sudo secret confidential "
    "password credentials token apikey system prompt instructions instruction previous prior above "
    "guidelines restrictions rules safety policy policies filters censorship obey comply assistant "
    "chatbot model verbatim initial hidden malware ransomware exploit keylogger phishing payload "
    "bomb weapon explosive poison drugs hack hacking steal kill attack email send forward delete "
    "example com org net"
)
"""Words of attacks, so that an encoded attack is recognised whatever the data held."""


def texts(data: Path) -> Iterator[tuple[str, str]]:
    """Language and text of training rows."""
    for name in ("security_injection", "security_injection_more", "security_harmful_request"):
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["split"] == "train":
                    yield row.get("lang", "en"), row["text"]
    for name, field in (("trust_grounding", "context"), ("classify_intents", "text")):
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            yield from (("en", json.loads(line)[field]) for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    counts: dict[str, Counter[str]] = {}
    for language, text in texts(parser.parse_args().data):
        folded = unicodedata.normalize("NFD", text.lower()).encode("ascii", "ignore").decode()
        counts.setdefault(language, Counter()).update(set(WORD.findall(folded)))
    least = {3: SHORT}
    words = {word for word, n in counts["en"].items() if n >= least.get(len(word), ENGLISH)}
    words |= set(OURS.split())
    for language in sorted(LANGUAGES & counts.keys()):
        ranked = sorted(counts[language].items(), key=lambda item: (-item[1], item[0]))
        words |= {word for word, count in ranked[:OTHER] if count > 1 and len(word) > 3}
        words |= {word for word, count in ranked[:FREQUENT] if count > 1}
    TARGET.write_text("\n".join(sorted(words)) + "\n", encoding="ascii")
    print(len(words), "words", TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
