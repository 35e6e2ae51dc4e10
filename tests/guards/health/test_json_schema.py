"""JSON in answers against schemas, and schemas and documents made to do harm."""

import pytest

from aiguardian.errors import InvalidField
from aiguardian.guards.health.json_schema import (
    MOST_COMPILED,
    MOST_FINDINGS,
    Schemas,
    find_json_faults,
)
from aiguardian.processor import Deadline, Finding, Unjudged

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "tags": {"items": {"type": "integer"}}},
    "required": ["city"],
    "additionalProperties": False,
}


def judge(text: str, schema: object = CITY) -> tuple[list[Finding], list[Unjudged]]:
    return find_json_faults(text, schema=schema, schemas=Schemas(), deadline=Deadline(60))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        '{"city": "Oslo"}',
        '  \n{"city": "Oslo", "tags": [1, 2]}\n',
        '```json\n{"city": "Oslo"}\n```',
        'Here you are:\n\n```\n{"city": "Oslo"}\n```\nAnything else?',
        'The result is {"city": "Oslo"} as asked.',
        '{"city": "서울"}',
        '{"city": "\\u00d8slo \\"x\\" }"}',
    ],
)
def test_json_that_satisfies_the_schema_is_healthy(text: str) -> None:
    assert judge(text) == ([], [])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"city": 7}', "7"),
        ('{"city": "a", "tags": [1, "x", 3]}', '"x"'),
        ('```json\n{"tags": []}\n```', '{"tags": []}'),
        ('😀 {"city": null}', "null"),
        ('{"tags": ["a"], "city": "b", "tags": [1, {"c": [2]}]}', '{"c": [2]}'),
    ],
)
def test_the_span_is_the_value_that_breaks_the_schema(text: str, part: str) -> None:
    findings, _ = judge(text)
    assert [text[f.start : f.end] for f in findings if f.category == "schema"] == [part]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ('{"city": }', 9),
        ('{"city": "a",}', 13),
        ("{'city': 'a'}", 1),
        ('{"city": NaN}', 0),
        ('```json\n{"city" "a"}\n```', 16),
        ('{"city": "a"', 12),
        ('{"city": "a"} {"city": "b"}', None),
    ],
)
def test_broken_json_is_found_where_reading_stops(text: str, at: int | None) -> None:
    findings, _ = judge(text)
    if at is None:
        assert findings == []  # two documents in prose: the first one counts
        return
    (finding,) = findings
    assert finding.category == "invalid_json"
    assert finding.start <= at <= finding.end


def test_an_answer_without_json_is_broken_over_its_whole_length() -> None:
    (finding,) = judge("I think it is Oslo.")[0]
    assert (finding.category, finding.start, finding.end) == ("invalid_json", 0, 19)


def test_messages_hold_no_values_of_the_answer() -> None:
    findings, _ = judge('{"city": 4929123412341234, "my secret key": 1, "tags": ["hunter2"]}')
    assert findings
    for finding in findings:
        assert not any(word in finding.message for word in ("4929", "secret", "hunter2"))


def test_findings_are_bounded() -> None:
    findings, _ = judge('{"city": "a", "tags": [' + ",".join(['"x"'] * 5_000) + "]}")
    assert len(findings) == MOST_FINDINGS


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://example.com/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "other.json#/a"},
        {"properties": {"a": {"$ref": "https://json-schema.org/draft/2020-12/schema"}}},
        {"$schema": "http://example.com/meta"},
        {"$dynamicRef": "#a"},
        {"$ref": "#/$defs/missing"},
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
        {"properties": {"a": {"$id": "http://example.com/x", "$ref": "#/b"}}},
        {"type": "nonsense"},
        {"pattern": "(?=a)b"},
        {"pattern": r"(a)\1"},
        {"pattern": "(a{1000}){1000}"},
        {"pattern": "("},
        {"enum": list(range(6_000))},
    ],
)
def test_schemas_that_can_not_be_used_are_refused(schema: dict[str, object]) -> None:
    with pytest.raises(InvalidField) as error:
        judge('{"a": 1}', schema)
    assert error.value.field == "expect.json_schema"


def test_a_schema_nested_too_deeply_is_refused() -> None:
    schema: dict[str, object] = {}
    for _ in range(3_000):
        schema = {"not": schema}
    with pytest.raises(InvalidField, match="nested deeper"):
        judge("{}", schema)


def test_references_that_fan_out_are_not_followed() -> None:
    definitions = {
        f"d{level}": {"allOf": [{"$ref": f"#/$defs/d{level + 1}"}] * 2} for level in range(30)
    }
    definitions["d30"] = {"type": "integer"}
    findings, unjudged = judge("[1]", {"$defs": definitions, "$ref": "#/$defs/d0"})
    assert findings == []
    assert "too long" in unjudged[0].reason


def test_recursion_that_doubles_at_each_level_is_not_followed() -> None:
    schema = {"items": {"anyOf": [{"$ref": "#"}, {"$ref": "#", "minItems": 1}]}}
    assert judge("[[[1]]]", schema) == ([], [])
    _, unjudged = judge("[" * 60 + "]" * 60, schema)
    assert unjudged


def test_a_recursive_schema_is_followed() -> None:
    tree = {
        "type": "object",
        "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}, "value": {"type": "integer"}},
    }
    text = '{"left": {"value": 1, "right": {"value": "two"}}}'
    findings, _ = judge(text, tree)
    assert [text[f.start : f.end] for f in findings] == ['"two"']


def test_a_catastrophic_pattern_runs_in_linear_time() -> None:
    text = '"' + "a" * 200_000 + '!"'
    findings, _ = judge(text, {"pattern": "^(a+)+$"})
    assert len(findings) == 1


@pytest.mark.parametrize("text", ["[" * 500_000, '{"a":' * 200_000, "[" * 2_000 + "]" * 2_000])
def test_deep_nesting_is_an_answer_not_a_crash(text: str) -> None:
    findings, unjudged = judge(text, {"type": "array"})
    assert findings or unjudged


def test_numbers_of_any_length_are_read() -> None:
    assert judge("[" + "9" * 100_000 + ", 1e99999, -1e99999]", {"type": "array"}) == ([], [])


def test_compiled_schemas_are_kept_and_bounded() -> None:
    schemas = Schemas()
    for number in range(MOST_COMPILED * 2):
        schemas.get({"const": number})
    first = schemas.get({"const": 1})
    assert schemas.get({"const": 1}) is first
    assert len(schemas._compiled) == MOST_COMPILED
