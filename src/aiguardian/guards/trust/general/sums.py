"""Sums that are wrong: equations, parts and their total, shares above the whole, counted lists."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from aiguardian.guards.trust.citation.marks import without_code
from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.quantities.number_words import find_number_words

_NUMBER = r"[-−]?[$€£]?\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,9})?|[-−]?[$€£]?\d{1,15}(?:\.\d{1,9})?"
_OPERATOR = r"\s?[+×÷*/]\s?|\s[-–−x]\s"
_EQUATION = re.compile(
    rf"(?<![\w.,$€£%^)(+*/=×÷−-])(?<![\w)\]]\s[+×÷*/=−x-]\s)(?P<left>(?:{_NUMBER})%?"
    rf"(?:(?:{_OPERATOR})(?:{_NUMBER})%?){{1,12}})\s?=\s?(?P<right>{_NUMBER})"
    r"(?![\d.,]*\d|\s?[+×÷*/^(]|\s[-−x]\s|[-–]\d|[%a-zA-Z(])"
)
_TOKEN = re.compile(rf"(?P<number>{_NUMBER})(?P<percent>%?)|(?P<operator>[+×÷*/x–−-])")
_SHARE_OF = re.compile(
    r"(?<![\w.,-])(?P<share>\d{1,3}(?:\.\d{1,6})?)\s?(?:%|percent|per cent)\sof\s"
    r"(?P<whole>[$€£]?\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,6})?|[$€£]?\d{1,12}(?:\.\d{1,6})?)\s?"
    r"(?:is|=|equals|makes)\s(?P<part>[$€£]?\d[\d,]{0,18}(?:\.\d{1,6})?)(?![\d%]|\s?(?:million|billion|%))"
)
_WHOLE_OF_PEOPLE = re.compile(
    r"(?<![\w.,-])(?P<share>\d{3}(?:\.\d{1,3})?)\s?(?:%|percent|per cent)\sof\s"
    r"(?:all\s|the\s|its\s|our\s|their\s|these\s|surveyed\s|adult\s){0,3}(?:respondents|participants|students|people|users|"
    r"customers|voters|patients|adults|women|men|children|employees|votes|population|households|"
    r"americans|teachers|workers|citizens)\b",
    re.IGNORECASE,
)
_COUNT = r"\d{1,3}(?:,\d{3})+|\d{1,9}"
_PART = rf"(?:{_COUNT})\s[^\W\d_][^\d,;:()\n.]{{0,40}}?"
_PARTS = rf"(?P<parts>{_PART}(?:(?:[,;]\s(?:and\s)?|\sand\s){_PART}){{1,11}})"
_ENUMERATED = re.compile(
    rf"(?<![\d.,%$-])(?P<total>{_COUNT})\s(?P<noun>[^\W\d_][^\d,;:()\n.]{{0,40}}?)\s?(?:\(|:\s){_PARTS}(?:\)|\.)"
)
_TOTALLED = re.compile(
    rf"(?<![\d.,%$-]){_PARTS},?\s(?:for|making|giving|which makes|adding up to|with)\s"
    rf"a\stotal\sof\s(?P<total>{_COUNT})(?![\d.,]*\d|\s?%)"
)
_UNEQUAL = re.compile(
    r"\b(?:of which|including|among them|at least|more than|over|about|around|nearly|roughly|"
    r"up to|approximately|almost|per|each|every|times)\b|%",
    re.IGNORECASE,
)
FARTHEST = 2
"""Times: numbers whose sum is further from the total are not its parts."""
_ANNOUNCED = re.compile(
    r"(?<!\w)(?P<count>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s"
    r"(?:[a-z-]{2,20}\s){0,3}(?P<noun>reasons|steps|ways|types|factors|categories|tips|benefits|"
    r"points|items|examples|options|stages|phases|principles|strategies|questions|advantages|"
    r"disadvantages|methods|ideas|components|facts|rules|features|suggestions)\b[^.:\n]{0,80}:"
    r"\s{0,4}\n\s{0,4}\n?(?P<list>(?:[ \t]{0,12}(?:[-*•]|\d{1,2}[.)])[ \t]"
    r"[^\n]{1,2000}(?:\n{1,2}|$)){2,60})",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d")
_ITEM = re.compile(r"^(?P<indent>[ \t]{0,12})(?P<mark>[-*•]|\d{1,2}[.)])[ \t]", re.MULTILINE)


def wrong_sums(text: str) -> Iterator[Check]:
    """The sums of a text that do not come out, outside code. Linear: patterns are bounded."""
    if not _DIGITS.search(text) and not _ANNOUNCED.search(text):
        return
    prose = without_code(text)
    yield from _equations(prose)
    yield from _shares(prose)
    for pattern in (_ENUMERATED, _TOTALLED):
        for match in pattern.finditer(prose):
            yield from _total(match)
    for match in _ANNOUNCED.finditer(prose):
        yield from _counted(match)


def _equations(text: str) -> Iterator[Check]:
    for match in _EQUATION.finditer(text):
        value = evaluated(match["left"])
        right = _value(match["right"])
        if value is None or _rounds(value, match["right"]):
            continue
        message = f"{match['left'].strip()} is {_written(value)}, not {match['right']}."
        near = abs(value - right) <= 0.01 * abs(value)
        yield Check("general.sum", "contradicted", 0.6 if near else 0.9, message, *match.span())


def evaluated(expression: str) -> float | None:
    """The value of numbers joined by + - * /, products first; None where there is none."""
    terms, sign, pending = [0.0], 1.0, ""
    for token in _TOKEN.finditer(expression):
        if token["operator"]:
            pending = token["operator"]
            continue
        value = _value(token["number"]) / (100.0 if token["percent"] else 1.0)
        if pending in ("×", "*", "x"):
            terms[-1] *= value
        elif pending in ("÷", "/"):
            if value == 0:
                return None
            terms[-1] /= value
        else:
            sign = -1.0 if pending in ("-", "–", "−") else 1.0
            terms.append(sign * value)
        pending = ""
    return math.fsum(terms)


def _value(written: str) -> float:
    return float(re.sub(r"[,$€£]", "", written).replace("−", "-"))


def _rounds(value: float, written: str) -> bool:
    """Whether a number as written is a value rounded to its own last digit."""
    decimals = len(written.partition(".")[2])
    step = 10.0**-decimals
    return abs(value - _value(written)) <= step * (0.5 if decimals else 0.500001) * (1 + 1e-6)


def _written(value: float) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def _shares(text: str) -> Iterator[Check]:
    for match in _SHARE_OF.finditer(text):
        value = float(match["share"]) / 100 * _value(match["whole"])
        if not _rounds(value, match["part"].rstrip(",")):
            message = f"{match['share']} % of {match['whole']} is {_written(value)}, "
            message += f"not {match['part']}."
            yield Check("general.percent", "contradicted", 0.85, message, *match.span())
    for match in _WHOLE_OF_PEOPLE.finditer(text):
        if float(match["share"]) > 100:
            message = f"A share of a group cannot be {match['share']} %."
            yield Check("general.percent", "contradicted", 0.85, message, *match.span())


def _total(match: re.Match[str]) -> Iterator[Check]:
    """An enumeration in brackets, after a colon or before "for a total of"."""
    if _UNEQUAL.search(match[0]):
        return
    parts = [_value(part) for part in re.findall(_COUNT, match["parts"])]
    total = _value(match["total"])
    if len(parts) < 2 or total in (sum(parts), math.prod(parts)):
        return
    is_far = not total / FARTHEST <= sum(parts) <= total * FARTHEST
    if is_far or any(1900 <= part <= 2100 for part in parts):
        return
    joined = " + ".join(_written(part) for part in parts)
    message = f"{joined} makes {_written(sum(parts))}, not {match['total']}."
    score = 0.75 if sum(parts) > total else 0.55  # the parts of a smaller sum may be some only
    yield Check("general.sum", "contradicted", score, message, *match.span())


def _counted(match: re.Match[str]) -> Iterator[Check]:
    """A list that is announced with a number of items and has another."""
    word = match["count"]
    count = int(word) if word.isdigit() else int(find_number_words(word)[0][0].value)
    items = list(_ITEM.finditer(match["list"]))
    shallow = min(len(item["indent"]) for item in items)
    marks = [item["mark"][-1] for item in items if len(item["indent"]) == shallow]
    if len(marks) != count and len(set(marks)) == 1:
        message = f"The text announces {word} {match['noun']} and lists {len(marks)}."
        span = (match.start("count"), match.end("noun"))
        yield Check("general.count", "contradicted", 0.6, message, *span)
