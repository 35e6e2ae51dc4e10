"""Carriers that a tool hands back: JSON, YAML, CSV, logs, table rows, descriptions of tools."""

from __future__ import annotations

import csv
import io
import json

from training.texts.filling import Carrier, Filling


def search_json(fill: Filling) -> str:
    results = [
        {"title": fill.title(), "url": fill.say("{url}"), "snippet": fill.body(1, 3)}
        for _ in range(fill.count(2, 5))
    ]
    return _json(fill, {"query": fill.say("{word} {word}"), "results": results})


def record_json(fill: Filling) -> str:
    record = {
        "id": fill.say("{id}"),
        "customer": {"name": fill.say("{person}"), "email": fill.say("{mail}")},
        "created": fill.say("{date}"),
        "description": fill.body(2, 5),
        "notes": fill.aside(),
        "status": fill.rng.choice(("open", "closed", "waiting")),
    }
    return _json(fill, record)


def issue_json(fill: Filling) -> str:
    comments = [
        {"user": fill.say("{first}{number}"), "body": fill.body(1, 3)}
        for _ in range(fill.count(1, 4))
    ]
    issue = {"number": fill.count(1, 999), "title": fill.title(), "body": fill.body(2, 5)}
    return _json(fill, {**issue, "labels": ["bug"], "comments": comments})


def chunks_json(fill: Filling) -> str:
    chunks = [
        {
            "score": round(fill.rng.random(), 3),
            "source": fill.say("{file}"),
            "text": fill.body(2, 5),
        }
        for _ in range(fill.count(1, 4))
    ]
    return _json(fill, {"chunks": chunks})


def answer_json(fill: Filling) -> str:
    return _json(fill, {"ok": True, "content": [{"type": "text", "text": fill.body(3, 7)}]})


def error_json(fill: Filling) -> str:
    error = {"code": fill.count(400, 599), "message": fill.body(3, 4), "hint": fill.aside()}
    return _json(fill, {"error": error, "trace": fill.say("{id}/{word}/{word}")})


def yaml_record(fill: Filling) -> str:
    return (
        fill.say("id: {id}\nowner: {person}\ndue: {date}\n")
        + f"title: {fill.title()}\nsummary: >\n  {fill.body(3, 6)}\ncomment: {fill.aside()}\n"
    )


def tool_description(fill: Filling) -> str:
    parameters = {
        "type": "object",
        "properties": {fill.say("{word}"): {"type": "string", "description": fill.aside()}},
    }
    tool = {
        "name": fill.say("get_{word}"),
        "description": fill.body(2, 4),
        "inputSchema": parameters,
    }
    return _json(fill, {"tools": [tool]})


def tool_list(fill: Filling) -> str:
    tools = [
        fill.say("- {word}_{word}(text: str) -> str: ") + fill.body(1, 3)
        for _ in range(fill.count(2, 5))
    ]
    return "Available tools\n" + "\n".join(tools)


def csv_table(fill: Filling) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "name", "date", "amount", "remark"])
    for _ in range(fill.count(3, 6)):
        row = [fill.say(slot) for slot in ("{id}", "{person}", "{date}", "{amount}")]
        writer.writerow([*row, fill.body(1, 2)])
    return out.getvalue()


def markdown_table(fill: Filling) -> str:
    rows = [
        f"| {fill.say('{product}')} | {fill.say('{amount}')} | {_flat(fill.body(1, 2))} |"
        for _ in range(fill.count(3, 6))
    ]
    return "| item | price | remark |\n|---|---|---|\n" + "\n".join(rows) + f"\n\n{fill.aside()}"


def log_lines(fill: Filling) -> str:
    levels = ("INFO", "INFO", "WARN", "ERROR", "DEBUG")
    lines = [
        fill.say("{date}T{time}:00Z ") + f"{fill.rng.choice(levels)} {_flat(fill.body(1, 1))}"
        for _ in range(fill.count(5, 12))
    ]
    return "\n".join(lines)


def query_rows(fill: Filling) -> str:
    rows = [
        f"({number}, '{fill.say('{person}')}', '{_flat(fill.body(1, 2))}')"
        for number in range(fill.count(3, 6))
    ]
    return fill.say("Query: names and notes of {team}\n") + ",\n".join(rows) + "\n-- rows: all"


def shell_output(fill: Filling) -> str:
    head = fill.say("$ cat {file}\n")
    return f"{head}{fill.body(3, 6, joint=chr(10))}\n$ git log -1\n    {fill.aside()}\n$ "


def xml_result(fill: Filling) -> str:
    items = "".join(
        f"  <entry id='{fill.say('{id}')}'><title>{fill.title()}</title>"
        f"<text>{fill.body(1, 3)}</text></entry>\n"
        for _ in range(fill.count(2, 4))
    )
    return f"<response>\n{items}  <!-- {fill.aside()} -->\n</response>"


def key_values(fill: Filling) -> str:
    head = fill.say("Name: {person}\nCompany: {company}\nPhone: {phone}\nCity: {city}\n")
    return f"{head}About: {fill.body(3, 6)}\nRemark: {fill.aside()}"


def ticket(fill: Filling) -> str:
    head = fill.say("Ticket {id}\nReporter: {person}\nPriority: normal\nCreated: {date}\n\n")
    comments = "\n".join(
        fill.say("[{time}] {first}: ") + fill.body(1, 2) for _ in range(fill.count(1, 3))
    )
    return f"{head}{fill.title()}\n{fill.body(2, 5)}\n\nComments\n{comments}"


def folder_listing(fill: Filling) -> str:
    files = "\n".join(fill.say("{word}-{file}  {number} kB  {date}") for _ in range(3))
    return fill.say("shared/{team}/\n") + (
        f"{files}\nDESCRIPTION.txt:\n{fill.body(3, 5)}\n.hidden:\n{fill.aside()}"
    )


def called_functions(fill: Filling) -> str:
    call = fill.say("read_document(name='{file}')")
    return f"<tool_call>{call}</tool_call>\n<tool_result>\n{fill.body(3, 7)}\n</tool_result>"


def _json(fill: Filling, value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=fill.rng.choice((None, 2)))


def _flat(text: str) -> str:
    return " ".join(text.split())


CARRIERS: tuple[Carrier, ...] = (
    search_json,
    record_json,
    issue_json,
    chunks_json,
    answer_json,
    error_json,
    yaml_record,
    tool_description,
    tool_list,
    csv_table,
    markdown_table,
    log_lines,
    query_rows,
    shell_output,
    xml_result,
    key_values,
    ticket,
    folder_listing,
    called_functions,
)
