"""The file of upstreams: what it may say, and how a wrong one is told."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from aiguardian.policy.read import PolicyError
from aiguardian.proxy.configured import configured_upstreams
from aiguardian.proxy.routing import Route, Routing, Target, shuffled
from aiguardian.proxy.routing_file import read_routing
from aiguardian.proxy.upstream import Surroundings
from aiguardian.settings.upstreams import Upstream as UpstreamSettings

WHOLE = """
upstreams:
  main:
    kind: openai
    base_url: https://api.example.com
    api_key_env: MAIN_KEY
    timeout_s: 30
    retries: 1
  second:
    kind: azure
    base_url: https://second.example.com
    api_key: azure-key
    api_version: 2025-01-01
  cloud:
    kind: bedrock
    region: eu-west-1
  own:
    kind: ollama
    base_url: http://localhost:11434
    asks_usage: false
    passes_callers_key: true
models:
  gpt-4o:
    - {upstream: main, weight: 3}
    - {upstream: second, model: prod-4o, weight: 1, priced_as: gpt-4o}
  claude-sonnet:
    - {upstream: cloud, model: anthropic.claude-sonnet-4-5-20250929-v1:0}
  "llama*":
    - {upstream: own}
fallbacks:
  gpt-4o: [claude-sonnet, llama3]
  "gpt-*": [llama3]
canaries:
  - {upstream: main, model: gpt-4o, prompt: Say pong., contains: pong, within_s: 10}
  - {upstream: own, model: llama3, prompt: "Two and two?", matches: "4|four", most_tokens: 8}
"""
SMALLEST = "upstreams: {a: {base_url: http://a}}\nmodels: {m: [{upstream: a}]}\n"


def read(text: str) -> Routing:
    return read_routing(text, file="u.yaml", environ={"MAIN_KEY": "sk-main"}, region="us-west-2")


def test_a_whole_file_is_read() -> None:
    routing = read(WHOLE)
    main, cloud, own = (routing.accounts[name] for name in ("main", "cloud", "own"))
    assert main.api_key is not None
    assert main.api_key.reveal() == "sk-main"
    assert (main.timeout_s, main.retries, main.takes_callers_key) == (30.0, 1, False)
    assert (cloud.kind, cloud.region, cloud.base_url) == ("bedrock", "eu-west-1", "")
    assert (own.asks_usage, own.takes_callers_key) == (False, True)
    assert routing.route("gpt-4o") == Route(
        "gpt-4o", (Target("main", weight=3.0), Target("second", "prod-4o", 1.0, "gpt-4o"))
    )
    assert [canary.contains for canary in routing.canaries] == ["pong", ""]


def test_the_smallest_file_takes_the_defaults() -> None:
    account = read(SMALLEST).accounts["a"]
    assert (account.kind, account.region, account.api_key) == ("openai", "us-west-2", None)


def test_a_key_from_a_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-filed\n")
    text = SMALLEST.replace("http://a", f"http://a, api_key_file: {tmp_path / 'key'}")
    key = read(text).accounts["a"].api_key
    assert key is not None
    assert key.reveal() == "sk-filed"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "empty"),
        ("upstreams: [", 1, "not YAML"),
        ("models: {m: [{upstream: a}]}", 1, "upstreams is missing"),
        ("upstreams: {a: {base_url: http://a}}", 1, "models is missing"),
        (SMALLEST + "modles: {}", 3, "Did you mean models?"),
        (SMALLEST.replace("base_url", "base_uri"), 1, "Did you mean base_url?"),
        (SMALLEST.replace("{base_url: http://a}", "{kind: openai}"), 1, "needs a base_url"),
        (SMALLEST.replace("http://a", "ftp://a"), 1, "not an http"),
        (SMALLEST.replace("http://a", "http://u:p@a"), 1, "not an http"),
        (SMALLEST.replace("http://a", "http://a, kind: cohere"), 1, "kind must be one of"),
        (SMALLEST.replace("http://a", "http://a, timeout_s: soon"), 1, "a number from 0.1"),
        (SMALLEST.replace("http://a", "http://a, timeout_s: .nan"), 1, "a number from 0.1"),
        (SMALLEST.replace("http://a", "http://a, retries: 1.5"), 1, "a whole number"),
        (SMALLEST.replace("http://a", "http://a, asks_usage: maybe"), 1, "true, false"),
        (SMALLEST.replace("http://a", "http://a, api_key: ''"), 1, "empty key"),
        (SMALLEST.replace("http://a", "http://a, api_key_env: NOT_SET"), 1, "not set"),
        (SMALLEST.replace("http://a", "http://a, api_key_file: /no/such"), 1, "cannot be read"),
        (
            SMALLEST.replace("http://a", "http://a, api_key: x, api_key_env: MAIN_KEY"),
            1,
            "two keys",
        ),
        (SMALLEST.replace("{a:", "{A1:"), 1, "lower-case"),
        (SMALLEST.replace("upstream: a}", "upstream: b}"), 2, "must be one of a"),
        (SMALLEST.replace("upstream: a}", "model: x}"), 2, "needs its name"),
        (SMALLEST.replace("upstream: a}", "upstream: a, weight: -1}"), 2, "from 0 to 1000"),
        (SMALLEST.replace("upstream: a}", "upstream: a, weight: 0}"), 2, "above 0"),
        (SMALLEST.replace("[{upstream: a}]", "[]"), 2, "one upstream at least"),
        (SMALLEST + "fallbacks: {m: [other]}", 3, "served by no route"),
        (SMALLEST + "canaries:\n- {upstream: a, model: m}", 4, "needs prompt"),
        (SMALLEST + "canaries:\n- {upstream: a, model: m, prompt: x, matches: '('}", 4, "regular"),
        (SMALLEST + "canaries:\n- {upstream: z, model: m, prompt: x}", 4, "must be one of"),
    ],
)
def test_a_fault_names_its_line_and_what_is_right(text: str, line: int, said: str) -> None:
    with pytest.raises(PolicyError, match=said) as told:
        read(text)
    assert told.value.line == line
    assert "sk-main" not in str(told.value)


def test_a_models_own_route_comes_before_a_pattern() -> None:
    routing = read(SMALLEST.replace("models: {m:", "models: {'*': [{upstream: a, model: x}], m:"))
    route = routing.route("m")
    assert route is not None
    assert route.pattern == "m"
    assert routing.route("other") == Route("*", (Target("a", "x"),))
    assert read(SMALLEST).route("M") is None


def test_stand_ins_come_after_all_upstreams_of_the_model() -> None:
    choices = list(read(WHOLE).choices("gpt-4o", Random(1)))
    assert [choice.target.upstream for choice in choices][2:] == ["cloud", "own"]
    assert {choice.target.upstream for choice in choices[:2]} == {"main", "second"}
    assert [choice.is_last for choice in choices] == [False, True, True, True]
    assert {choice.model for choice in choices[:2]} == {"gpt-4o", "prod-4o"}
    assert choices[3].model == "llama3"


def test_a_pattern_of_stand_ins_serves_the_models_it_fits() -> None:
    assert read(WHOLE).stand_ins("gpt-5") == ("llama3",)
    assert read(WHOLE).stand_ins("o3") == ()


def test_weights_are_shares_of_the_first_calls() -> None:
    targets = (Target("a", weight=3.0), Target("b", weight=1.0), Target("c", weight=0.0))
    random = Random(7)
    orders = [[one.upstream for one in shuffled(targets, random)] for _ in range(4_000)]
    share = sum(order[0] == "a" for order in orders) / len(orders)
    assert 0.72 < share < 0.78
    assert all(order[2] == "c" for order in orders)


def test_a_key_that_is_rotated_where_it_stands_is_used_without_a_new_file(tmp_path: Path) -> None:
    stored = {"MAIN_KEY": "k-1"}
    path = tmp_path / "upstreams.yaml"
    path.write_text(SMALLEST.replace("http://a", "http://a, api_key_env: MAIN_KEY"))
    around = Surroundings(on_call=lambda *_: None, on_change=lambda *_: None)
    settings = UpstreamSettings(file=path)
    found = configured_upstreams(settings, around, environ=stored, region="r")
    assert found is not None
    assert found.file is not None
    assert found.file.changed() is None
    assert found.file.uses("MAIN_KEY")
    stored["MAIN_KEY"] = "k-2"
    routing = found.file.changed()
    assert routing is not None
    (account,) = routing.accounts.values()
    assert account.api_key is not None
    assert account.api_key.reveal() == "k-2"
    assert found.file.changed() is None
    del stored["MAIN_KEY"]
    assert found.file.changed() is None, "the last good one stays"
    assert "api_key_env" in found.file.fault
