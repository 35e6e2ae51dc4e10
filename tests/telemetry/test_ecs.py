"""Every field of a log line is one of the Elastic Common Schema, or ours below `aiguardian.`."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from aiguardian.telemetry.exchange import Exchange
from aiguardian.telemetry.log import EcsHandler, LogWriter

ROOT = Path(__file__).parents[2]
ECS: dict[str, str] = json.loads(Path(__file__).with_name("ecs_fields.json").read_text("utf-8"))[
    "fields"
]
OURS = {"client_type": str, "guard": str, "guard_ms": float, "action": str, "degraded": bool}
FITS: dict[str, Callable[[Any], bool]] = {
    "date": lambda value: datetime.fromisoformat(value).tzinfo is not None,
    "long": lambda value: type(value) is int,
    "keyword": lambda value: type(value) is str and len(value) <= 1024,
    "wildcard": lambda value: type(value) is str,
    "match_only_text": lambda value: type(value) is str,
}


def lines() -> list[dict[str, Any]]:
    """A line of each kind that the program writes, each field of each of them set."""
    stream = io.StringIO()
    writer = LogWriter(stream)
    exchange = Exchange.begin(
        method="POST",
        request_id=None,
        traceparent=None,
        sample_ratio=0.0,
        started_s=0.0,
        started_ns=1_790_000_000_123_000_000,
    )
    exchange.route, exchange.status, exchange.error_code = "/x/{y}", 503, "not_available"
    exchange.guard, exchange.action, exchange.guard_s = "biasguard", "unjudged", 0.01
    exchange.degraded, exchange.body_bytes = True, 9
    writer.start()
    writer.request(exchange, 0.25)
    logger = logging.Logger("some.module")  # noqa: LOG001 - one that no other test knows
    logger.addHandler(EcsHandler(writer))
    try:
        raise ValueError
    except ValueError:
        logger.exception("it raised")
    writer.stop()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def mapped(properties: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The fields that the index template maps by name, with their types."""
    for name, one in properties.items():
        if "properties" in one:
            yield from mapped(one["properties"], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", one["type"]


def test_every_field_is_of_ecs_and_of_its_type_there() -> None:
    written = [item for line in lines() for item in line.items()]
    for name, value in written:
        if name.startswith("aiguardian."):
            assert isinstance(value, OURS[name.removeprefix("aiguardian.")]), name
        else:
            assert FITS[ECS[name]](value), name
    assert {name for name, _ in written if not name.startswith("aiguardian.")} == set(ECS)


def test_the_index_template_gives_fields_of_ecs_the_types_of_ecs() -> None:
    path = ROOT / "deploy" / "elasticsearch" / "logs-template.json"
    template = json.loads(path.read_text("utf-8"))["template"]["mappings"]
    types = dict(mapped(template["properties"]))
    assert {name: type_ for name, type_ in types.items() if name in ECS} == {
        name: ECS[name] for name in types if not name.startswith("aiguardian.")
    }
    # Strings that it does not name become keywords; numbers and dates it must name.
    assert {name for name, type_ in ECS.items() if type_ in ("date", "long")} <= set(types)


def test_operations_lists_these_fields() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    [table] = re.findall(r"\| field \| holds \|\n(.*?)\n\n", page, re.DOTALL)
    named = set(
        re.findall(r"`([@a-z_.]+)`", "\n".join(row.split("|")[1] for row in table.split("\n")))
    )
    wanted = set(ECS) | {f"aiguardian.{name}" for name in OURS}
    # Said above the table.
    assert named == wanted - {"ecs.version", "service.name", "event.dataset", "log.logger"}
