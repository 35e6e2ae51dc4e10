"""How much personal data is found, by type, and what false alarms and time that costs.

- `shared`: `security_pii.jsonl.gz` (microsoft/presidio-research, synthetic; sources and licences
  in its README). Found: any finding overlaps; typed: one of the right type does. Titles,
  nationalities, domains and dates are no personal data here and are left out.
- `generated`: valid numbers beside their words and alone, near misses, benign ones
  (benchmarks/pii_numbers.py, seeded).
- `benign`: prompts, code and lock files; the alarms count texts, real addresses in them too.
- `agreement`: our check digits against python-stdnum's, where that is installed.

Presidio's patterns run on `shared` and `benign` where presidio-analyzer is installed, with its
context words and with nothing but words for a language model, at its default threshold and at ours.
The generated set is left out for it: it knows few of those numbers.

    python -m benchmarks.security_pii [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import logging
import math
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aiguardian.guards.security.pii.find import THRESHOLD, find_pii
from aiguardian.guards.security.pii.ids.table import ID_FORMATS
from benchmarks.data import folder
from benchmarks.pii_numbers import Case, benign_texts, numbered_cases
from benchmarks.security_secrets import wilson
from benchmarks.store import save, sha256

Row = dict[str, Any]
FILE = "security_pii.jsonl.gz"
BENIGN = ("security_injection.jsonl.gz", "code_mbpp.jsonl.gz", "security_secrets.jsonl.gz")
SEED = 20_261_121
TYPES = {
    "PHONE_NUMBER": "PHONE_NUMBER", "EMAIL_ADDRESS": "EMAIL_ADDRESS", "IBAN_CODE": "IBAN_CODE",
    "US_DRIVER_LICENSE": "DRIVER_LICENSE", "ZIP_CODE": "POSTAL_CODE", "GPE": "LOCATION",
    "STREET_ADDRESS": "ADDRESS", "CRYPTO": "CRYPTO_ADDRESS", "UK_NINO": "UK_NINO",
    "IT_DRIVER_LICENSE": "DRIVER_LICENSE", "US_PASSPORT": "PASSPORT",
    "ES_NIF": "ES_DNI", "PL_PESEL": "PL_PESEL", "IN_PAN": "IN_PAN", "SG_NRIC_FIN": "SG_NRIC",
    "US_BANK_NUMBER": "BANK_ACCOUNT", "KR_RRN": "KR_RRN", "FI_PERSONAL_IDENTITY_CODE": "FI_HETU",
    "TH_TNIN": "TH_NATIONAL_ID", "IT_VAT_CODE": "IT_VAT",
}  # fmt: skip
"""Presidio's names for our types; others stay as they are."""
NOT_PERSONAL = {"TITLE", "NRP", "DOMAIN_NAME", "DATE_TIME"}
NAMES = {"PERSON", "LOCATION", "ADDRESS", "ORGANIZATION"}


@dataclass(frozen=True)
class Found:
    """A finding of any of the programs compared, with our name for its type."""

    type: str
    start: int
    end: int


Finder = Callable[[str], list[Found]]


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), [FILE, *BENIGN])
    rows = read(data / FILE)
    cases = numbered_cases(SEED, each=20)
    harmless = benign_texts(SEED, each=50)
    result: dict[str, Any] = {
        "data_sha256": {name: sha256(data / name) for name in (FILE, *BENIGN)},
        "threshold": THRESHOLD,
        "seed": SEED,
    }
    for name, find in finders().items():
        print(f"\n== {name}")
        result[name] = {
            "shared": {
                split: shared([row for row in rows if row["split"] == split], find)
                for split in ("train", "dev")
            },
            "benign": benign(data, find),
        }
        if not name.startswith("presidio"):
            result[name]["generated"] = generated(cases, harmless, find)
        show(result[name])
    result["speed_us_1kb"] = speeds()
    print("\nmicroseconds for 1 kB:", result["speed_us_1kb"])
    result["agreement"] = agreement()
    print("agreement with python-stdnum:", result["agreement"] or "not installed: skipped")
    print("written:", save("security_pii", result, packages=("phonenumbers", "ahocorasick-rs")))


def read(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def finders() -> dict[str, Finder]:
    """Ours without and with the tagger, and Presidio's patterns, as far as each is there."""
    every: dict[str, Finder] = {"patterns": lambda text: ours(text, None)}
    try:
        tag = importlib.import_module("aiguardian.ml.tagger").tag
        tag("Jo Ann lives in Graz.")
    except (ImportError, AttributeError, OSError) as fault:
        print(f"no tagger ({type(fault).__name__}): run without names")
    else:
        every["patterns and tagger"] = lambda text: ours(text, tag)
    try:
        every.update(presidio())
    except ImportError:
        print("presidio-analyzer is not installed: run without the peer")
    return every


def ours(text: str, tagger: Any) -> list[Found]:
    return [Found(one.type, one.start, one.end) for one in find_pii(text, tagger=tagger)]


def presidio() -> dict[str, Finder]:
    """Presidio's English pattern recognisers with their context words, and no name model."""
    # Its suffix list asks the network and then takes its own copy; the attempt is no news.
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)
    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from spacy.language import Language

    @Language.component("lemma_is_word")
    def lemma_is_word(doc: Any) -> Any:
        for token in doc:
            token.lemma_ = token.lower_
        return doc

    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "blank"}])
    blank = spacy.blank("en")
    blank.add_pipe("lemma_is_word")
    engine.nlp = {"en": blank}
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    registry.remove_recognizer("SpacyRecognizer")
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])

    @cache
    def analyze(text: str) -> list[Any]:
        return list(analyzer.analyze(text, language="en", score_threshold=0.0))

    def at(threshold: float) -> Finder:
        return lambda text: [
            Found(TYPES.get(one.entity_type, one.entity_type), one.start, one.end)
            for one in analyze(text)
            if one.entity_type not in ("DATE_TIME", "URL") and one.score >= threshold
        ]

    return {"presidio patterns, default": at(0.0), "presidio patterns, 0.5": at(0.5)}


def shared(rows: list[Row], find: Finder) -> dict[str, Any]:
    """Recall by type, any overlap and typed, and how many findings touch a labelled entity."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    touching = total = texts = 0
    for row in rows:
        found = find(row["text"])
        for entity in row["entities"]:
            type_ = TYPES.get(entity["type"], entity["type"])
            hits = [one for one in found if one.start < entity["end"] and entity["start"] < one.end]
            is_typed = any(one.type == type_ for one in hits)
            groups = [type_] if type_ in NOT_PERSONAL else [type_, _group(type_), "all"]
            for group in groups:
                counts[group].update(of=1, found=bool(hits), typed=is_typed)
        for one in found:
            spans = [(entity["start"], entity["end"]) for entity in row["entities"]]
            total += 1
            touching += any(one.start < end and start < one.end for start, end in spans)
        texts += bool(found) and not row["entities"]
    table = {
        type_: {
            "entities": count["of"],
            "found": wilson(count["found"], count["of"]),
            "typed": wilson(count["typed"], count["of"]),
        }
        for type_, count in sorted(counts.items())
        if type_ not in NOT_PERSONAL
    }
    clean = sum(not row["entities"] for row in rows)
    return {
        "types": table,
        "precision": wilson(touching, total),
        "fpr_on_texts_without": wilson(texts, clean),
    }


def _group(type_: str) -> str:
    return "names and places" if type_ in NAMES else "patterns"


def generated(cases: list[Case], harmless: list[str], find: Finder) -> dict[str, Any]:
    """Recall and F1 of the generated set; a finding that touches the number counts."""
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    misses: Counter[str] = Counter()
    for case in cases:
        hits = [one for one in find(case.text) if one.start < case.end and case.start < one.end]
        of_type = sum(one.type == case.type for one in hits)
        by_kind[case.kind].update(of=1, hit=bool(hits), typed=bool(of_type))
        if case.type and not of_type:
            misses[case.type] += 1
    alarms = sum(bool(find(text)) for text in harmless)
    hits = sum(by_kind[kind]["hit"] for kind in ("named", "alone"))
    typed = sum(by_kind[kind]["typed"] for kind in ("named", "alone"))
    of = sum(by_kind[kind]["of"] for kind in ("named", "alone"))
    false = by_kind["near miss"]["hit"] + alarms
    return {
        "recall": {
            kind: {
                "numbers": by_kind[kind]["of"],
                "found": wilson(by_kind[kind]["hit"], by_kind[kind]["of"]),
                "typed": wilson(by_kind[kind]["typed"], by_kind[kind]["of"]),
            }
            for kind in ("named", "alone")
        },
        "near_miss_found": wilson(by_kind["near miss"]["hit"], by_kind["near miss"]["of"]),
        "benign_found": wilson(alarms, len(harmless)),
        "f1_found": round(2 * hits / (of + hits + false), 3),
        "f1_typed": round(2 * typed / (of + hits + false), 3),
        "missed_types": dict(misses.most_common(12)),
    }


def benign(data: Path, find: Finder) -> dict[str, Any]:
    injection, code, secrets = (read(data / name) for name in BENIGN)
    texts = {
        "arena prompts": [
            row["text"] for row in injection if "arena" in row["source"] and row["label"] == 0
        ],
        "mbpp code": [row["code"] for row in code],
        "lock files": [row["text"] for row in secrets if row["category"] == "lockfile_hash"],
    }
    return {
        name: {"texts": len(every), "alarms": wilson(sum(bool(find(t)) for t in every), len(every))}
        for name, every in texts.items()
    }


def speeds() -> dict[str, float]:
    """Best of 9 runs of 40, in microseconds of processor time, for a thousand characters."""
    here = Path(__file__).parent.parent
    texts = {
        "prose": (here / "docs/operations.md").read_text(),
        "code": (here / "src/aiguardian/gateway/dispatch.py").read_text(),
        "Russian": "Привет, завтра встречаемся в 12 у входа в парк. " * 30,
        "personal data in every line": "Jo: jo@example.org, +1 202-555-0143, born 3 May 1980.\n"
        * 20,
        "numbers only": " ".join(str(number * 7_919) for number in range(200)),
    }
    return {name: round(_fastest(text[:1000]), 1) for name, text in texts.items()}


def _fastest(text: str, repeat: int = 40) -> float:
    best = math.inf
    for _ in range(9):
        start = time.process_time()
        for _ in range(repeat):
            find_pii(text)
        best = min(best, (time.process_time() - start) / repeat)
    return best * 1e6


_STDNUM = {
    "CA_SIN": "ca.sin", "BR_CPF": "br.cpf", "BR_CNPJ": "br.cnpj", "AR_CUIT": "ar.cuit",
    "CL_RUT": "cl.rut", "CO_NIT": "co.nit", "MX_CURP": "mx.curp", "EC_CEDULA": "ec.ci",
    "PE_RUC": "pe.ruc", "UK_NHS": "gb.nhs", "UK_UTR": "gb.utr", "FR_NIR": "fr.nir",
    "FR_SIREN": "fr.siren", "FR_SIRET": "fr.siret", "DE_TAX_ID": "de.idnr", "ES_DNI": "es.dni",
    "ES_NIE": "es.nie", "ES_CIF": "es.cif", "PT_NIF": "pt.nif", "IT_VAT": "it.iva",
    "IT_FISCAL_CODE": "it.codicefiscale", "NL_BSN": "nl.bsn", "BE_NATIONAL_NUMBER": "be.nn",
    "AT_SOCIAL_SECURITY": "at.vnr", "CH_AHV": "ch.ssn", "SE_PERSONNUMMER": "se.personnummer",
    "NO_NATIONAL_ID": "no.fodselsnummer", "GR_AFM": "gr.vat", "GR_AMKA": "gr.amka",
    "PL_PESEL": "pl.pesel", "PL_NIP": "pl.nip", "PL_REGON": "pl.regon",
    "CZ_SK_BIRTH_NUMBER": "cz.rc", "RO_CNP": "ro.cnp", "BG_EGN": "bg.egn", "HR_OIB": "hr.oib",
    "JMBG": "si.emso", "EE_ISIKUKOOD": "ee.ik", "LT_ASMENS_KODAS": "lt.asmens",
    "TR_TCKN": "tr.tckimlik", "RU_INN": "ru.inn", "UA_TAX_ID": "ua.rntrc",
    "IN_AADHAAR": "in_.aadhaar", "IN_GSTIN": "in_.gstin", "CN_RESIDENT_ID": "cn.ric",
    "JP_MY_NUMBER": "jp.in_", "TH_NATIONAL_ID": "th.pin", "AU_TFN": "au.tfn",
    "AU_ABN": "au.abn", "AU_ACN": "au.acn", "NZ_IRD": "nz.ird", "IL_ID": "il.idnr",
    "ZA_ID": "za.idnr", "IMEI": "imei", "CH_UID": "ch.uid", "IS_KENNITALA": "is_.kennitala",
}  # fmt: skip


def agreement() -> dict[str, Any]:
    """Of the numbers that either program accepts, how many both do; drawn around valid ones."""
    try:
        importlib.import_module("stdnum")
    except ImportError:
        return {}
    cases = [case for case in numbered_cases(SEED + 1, each=60) if case.kind == "named"]
    rng, table = random.Random(SEED), {}
    for row in ID_FORMATS:
        if row.type not in _STDNUM or row.type in table:
            continue
        module = importlib.import_module("stdnum." + _STDNUM[row.type])
        values = [case.text[case.start : case.end] for case in cases if case.type == row.type]
        values += [changed for value in values for changed in _changed(rng, value)]
        both = either = 0
        for value in values:
            mine = row.check(re.sub("[^0-9A-Z]", "", value))
            theirs = _is_valid(module, value)
            both += mine and theirs
            either += mine or theirs
        table[row.type] = f"{both}/{either}"
    return table


def _is_valid(module: Any, value: str) -> bool:
    try:
        return bool(module.is_valid(value))
    except KeyError:  # its table of Chinese counties has holes
        return False


def _changed(rng: random.Random, value: str) -> Iterable[str]:
    places = [place for place, char in enumerate(value) if char.isdigit()]
    for _ in range(20):
        place = rng.choice(places)
        yield value[:place] + rng.choice("0123456789") + value[place + 1 :]


def show(result: dict[str, Any]) -> None:
    for split, table in result["shared"].items():
        print(f"{split}: precision {_cell(table['precision'])}, ", end="")
        print(f"FPR {_cell(table['fpr_on_texts_without'])}")
        for type_, row in table["types"].items():
            print(
                f"  {type_:<18}{row['entities']:>5}  {_cell(row['found'])}  {_cell(row['typed'])}"
            )
    if "generated" in result:
        print("generated:", json.dumps(result["generated"], ensure_ascii=False))
    print("benign:", json.dumps(result["benign"]))


def _cell(interval: list[float] | None) -> str:
    if interval is None:
        return "-"
    return f"{interval[0]:.3f} ({interval[1]:.2f}-{interval[2]:.2f})"


if __name__ == "__main__":
    main()
