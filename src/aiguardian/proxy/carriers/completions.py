"""Carriers of OpenAI's completions and embeddings."""

from __future__ import annotations

from typing import Any

from aiguardian.proxy.carriers.chat import (
    ABOUT_USER,
    read_about_user,
)
from aiguardian.proxy.carriers.collect import Collector, objects_at
from aiguardian.proxy.carriers.echo import read_echo
from aiguardian.proxy.carriers.leaves import is_setting
from aiguardian.proxy.carriers.places import Path
from aiguardian.proxy.carriers.speakers import ASSISTANT, USER


def read_prompt_request(body: dict[str, Any], found: Collector) -> None:
    """The prompt and the suffix of a completion request."""
    _read_texts(body.get("prompt"), found, ("prompt",))
    _read_texts(body.get("suffix"), found, ("suffix",))
    read_about_user(body, found)
    found.rest_of(body, ("prompt", "suffix", *ABOUT_USER), path=())


def read_embedding_request(body: dict[str, Any], found: Collector) -> None:
    """The texts of an embedding request."""
    _read_texts(body.get("input"), found, ("input",))
    read_about_user(body, found)
    found.rest_of(body, ("input", *ABOUT_USER), path=())


def read_completion_answer(body: dict[str, Any], found: Collector) -> None:
    """Every text of a completion."""
    for path, choice in objects_at(body.get("choices"), ("choices",)):
        if choice.get("text") is not None:
            where = (*path, "text")
            found.string(choice["text"], ASSISTANT, path=where, is_run=True)
        read_echo(choice.get("logprobs"), found, (*path, "logprobs"), (choice.get("text"),))
        found.rest_of(choice, ("text", "logprobs"), path=path)
    found.rest_of(body, ("choices",), path=())


def read_embedding_answer(body: dict[str, Any], found: Collector) -> None:
    """An embedding answer has numbers only; other strings are strays."""
    for path, each in objects_at(body.get("data"), ("data",)):
        if is_setting(each.get("embedding")):  # numbers, or Base64 of them
            each = {key: each[key] for key in each if key != "embedding"}
        found.rest_of(each, (), path=path)
    found.rest_of(body, ("data",), path=())


def _read_texts(value: Any, found: Collector, path: Path) -> None:
    """A string, a list of strings, or tokens as numbers, which nobody here can read."""
    if value is None:
        return
    if not isinstance(value, list):
        if isinstance(value, dict):
            found.all_of(value, found.stray, path=path, known=False)
        else:
            found.string(value, USER, path=path)
        return
    if any(isinstance(each, int | list) for each in value):
        found.unjudged(path, "token numbers are not read")
    for number, each in enumerate(value):
        if isinstance(each, str):
            found.string(each, USER, path=(*path, number))
        elif isinstance(each, dict):
            found.all_of(each, found.stray, path=(*path, number), known=False)
