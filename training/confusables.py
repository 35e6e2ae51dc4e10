"""Writes src/aiguardian/text/confusables.json: letters that look like ASCII letters.

    python -m venv /tmp/source && /tmp/source/bin/pip install confusable-homoglyphs==3.3.1
    python training/confusables.py --source /tmp/source/lib/python3.11/site-packages

Two sources, merged so that the same inputs give the same bytes: Unicode's confusables.txt (UTS 39),
as the wheel `confusable-homoglyphs` carries it, and the names in Python's `unicodedata` for small
capitals, turned and negative circled letters, which that file leaves out.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "src/aiguardian/text/confusables.json"

SCRIPTS = tuple(
    line.strip()
    for line in """
    ARMENIAN
    CANADIAN
    CARIAN
    CHEROKEE
    COPTIC
    CYRILLIC
    DESERET
    ELBASAN
    GOTHIC
    GREEK
    LISU
    LYCIAN
    LYDIAN
    OLD ITALIC
    OSAGE
    RUNIC
    TIFINAGH
    VAI
    """.strip().splitlines()
)
"""Scripts whose letters pass for Latin ones in a word. Not Arabic, Hebrew, Thai, Indic or CJK:
there the file maps strokes (alef to l) that nobody reads as Latin and whole languages would go."""

NAMED = re.compile(
    r"(?:LATIN LETTER SMALL CAPITAL|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER) ([A-Z])"
)
TURNED = re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER TURNED ([A-Z])")
HAND = {"ɑ": "a", "ɡ": "g", "η": "n", "κ": "k", "υ": "u"}
"""Latin letters that no orthography uses, and Greek ones that the file maps outside ASCII. Other
Latin letters (Turkish dotless i, Azerbaijani schwa, Hausa hooks) stay: languages need them."""
NEAR = {"к": "k", "м": "m", "т": "t", "н": "h", "в": "b", "п": "n", "и": "n", "ѵ": "v", "я": "r"}
"""Look-alikes only in a word that is otherwise Latin: Russian words are full of them."""


def looks(source: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """ASCII letter or digit for each letter that looks like it."""
    found = {}
    for code in range(0x80, 0x110000):
        char = chr(code)
        name = unicodedata.name(char, "")
        by_name = NAMED.fullmatch(name)
        if not (by_name or name.startswith(SCRIPTS)) or unicodedata.normalize("NFKC", char) != char:
            continue
        if by_name:
            found[char] = by_name[1].lower() if "SMALL" in name else by_name[1]
        elif char in source and unicodedata.category(char)[0] in "LN":
            targets = sorted(entry["c"] for entry in source[char])
            if letters := list(filter(_is_ascii_letter, targets)):
                found[char] = _fit(char, letters[0])
    return found | HAND


def _is_ascii_letter(target: str) -> bool:
    return target == "rn" or (len(target) == 1 and target.isascii() and target.isalpha())


def _fit(char: str, target: str) -> str:
    """The prototype in the case of the character: UTS 39 folds I, l and 1 into l, m into rn."""
    target = {"rn": "m"}.get(target, target)
    if target == "l" and char.isupper():
        return "I"
    return target.lower() if char.islower() and target.isupper() else target


def turned() -> dict[str, str]:
    """ASCII letter for each letter that is one of them upside down."""
    named = {chr(c): TURNED.fullmatch(unicodedata.name(chr(c), "")) for c in range(0x80, 0x3000)}
    letters = {char: match[1].lower() for char, match in named.items() if match}
    return letters | {
        "ɔ": "c",
        "ǝ": "e",
        "ɟ": "f",
        "ƃ": "g",
        "ɓ": "g",
        "ı": "i",
        "ɾ": "j",
        "ן": "l",
    }


def grouped(pairs: dict[str, str]) -> dict[str, str]:
    groups: dict[str, str] = {}
    for char in sorted(pairs):
        groups[pairs[char]] = groups.get(pairs[char], "") + char
    return dict(sorted(groups.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="site-packages of the wheel")
    folder = parser.parse_args().source / "confusable_homoglyphs"
    source = json.loads((folder / "confusables.json").read_text(encoding="utf-8"))
    table = {"looks": grouped(looks(source)), "near": grouped(NEAR), "turned": grouped(turned())}
    TARGET.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print({name: sum(map(len, groups.values())) for name, groups in table.items()})


if __name__ == "__main__":
    main()
