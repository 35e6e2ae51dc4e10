"""Filebeat, Kibana and Elasticsearch are set by names that their vendors declare.

No schema of these files is published. `vendor_settings.json` holds each name that we use, the kind
of its value and where the vendor's public source declares it: who adds a setting looks it up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from deploy_files import ROOT, read_yaml

KNOWN = json.loads(Path(__file__).with_name("vendor_settings.json").read_text("utf-8"))
FILES = [name for name in KNOWN if name != "about"]
KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "list": lambda value: bool(value) and all(isinstance(one, str) for one in value),
    "duration": lambda value: bool(re.fullmatch(r"\d+(ms|s|m|h)", value)),
    "percentage": lambda value: bool(re.fullmatch(r"\d{1,2}%", value)),
}


def settings(tree: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting of a file by its dotted name; lists of mappings count as one mapping each."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from settings(value, f"{prefix}.{name}" if prefix else name)
    elif isinstance(tree, list) and any(isinstance(one, dict) for one in tree):
        for one in tree:
            yield from settings(one, prefix)
    else:
        yield prefix, tree


def faults(file: str, tree: Any) -> list[str]:
    """What of a file is not as its vendor declares it."""
    known, found = KNOWN[file]["settings"], []
    for name, value in settings(tree):
        if (declared := known.get(name)) is None:
            found.append(f"{name} is not known")
        elif not KINDS[declared["kind"]](value):
            found.append(f"{name} is no {declared['kind']}")
        elif value not in declared.get("one_of", [value]) or value in declared.get("not", []):
            found.append(f"{name} may not be {value}")
    return found


@pytest.mark.parametrize("file", FILES)
def test_every_setting_is_declared_by_its_vendor(file: str) -> None:
    assert faults(file, read_yaml(file)) == []


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_listed_that_we_do_not_set(file: str) -> None:
    assert {name for name, _ in settings(read_yaml(file))} == set(KNOWN[file]["settings"])


@pytest.mark.parametrize(
    ("file", "tree", "fault"),
    [
        (FILES[0], {"queue.mem": {"event": 1}}, "queue.mem.event is not known"),
        (FILES[0], {"queue.mem": {"events": "many"}}, "queue.mem.events is no integer"),
        (FILES[0], {"logging.level": "warn"}, "logging.level may not be warn"),
        (FILES[1], {"elasticsearch.username": "elastic"}, "elasticsearch.username may not be"),
        (FILES[2], {"cluster": {"name": True}}, "cluster.name is no string"),
    ],
)
def test_a_misspelt_or_wrong_setting_is_found(file: str, tree: Any, fault: str) -> None:
    [found] = faults(file, tree)
    assert found.startswith(fault)


def test_what_takes_fields_out_comes_after_filebeat_has_put_them_in() -> None:
    """An input's processors run before `agent.*` is added: they would find nothing to drop."""
    shipper = read_yaml("deploy", "filebeat", "filebeat.yml")
    [source] = shipper["filebeat.inputs"]
    early = {name for one in source["processors"] for name in one}
    assert not any(name.startswith("drop_fields") for name in early)
    [late] = shipper["processors"]
    assert {"agent.id", "agent.ephemeral_id"} <= set(late["drop_fields"]["fields"])


def test_settings_of_the_environment_are_those_that_compose_hands_in() -> None:
    services = read_yaml("docker-compose.yml")["services"]
    services |= {"filebeat": read_yaml("docker-compose.monitoring.yml")["services"]["filebeat"]}
    for file in FILES:
        handed = services[Path(file).stem]["environment"]
        wanted = set(re.findall(r"\$\{(\w+)\}", ROOT.joinpath(file).read_text("utf-8")))
        assert wanted <= set(handed), file
