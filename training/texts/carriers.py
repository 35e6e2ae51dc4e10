"""All carriers, and the written topics that fill them."""

from __future__ import annotations

from functools import cache
from random import Random

from training.texts import emails, papers, tool_results, web_pages
from training.texts.filling import Carrier, Topic
from training.texts.phrase_files import sections

CARRIERS: tuple[Carrier, ...] = (
    *emails.CARRIERS,
    *web_pages.CARRIERS,
    *tool_results.CARRIERS,
    *papers.CARRIERS,
)

SHORT: tuple[Carrier, ...] = (
    emails.short_mail,
    emails.forwarded_mail,
    emails.mail_source,
    web_pages.commented_page,
    web_pages.hidden_text_page,
    web_pages.attribute_page,
    tool_results.answer_json,
    tool_results.record_json,
    tool_results.yaml_record,
    tool_results.called_functions,
    tool_results.key_values,
    papers.filled_form,
)
"""Carriers that need few sentences: for the languages in which few are written."""


@cache
def written_topics() -> tuple[Topic, ...]:
    """The topics written for this purpose, in English."""
    return tuple(_topic(lines) for lines in sections("topics").values())


def mixed_topic(rng: Random) -> Topic:
    """Two written topics in one: enough sentences for the longest carrier."""
    first, second = rng.sample(written_topics(), 2)
    return Topic(first.titles, first.sentences + second.sentences)


def _topic(lines: tuple[str, ...]) -> Topic:
    return Topic(
        tuple(line[2:] for line in lines if line.startswith("= ")),
        tuple(line for line in lines if not line.startswith("= ")),
    )
