"""A thousand pieces of personal data through every path, then a search of all that was left."""

from __future__ import annotations

import itertools
import json
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from processes import Running, running
from real_redis import RealRedis, real_redis

from aiguardian.storage.address import SqliteAddress
from aiguardian.storage.engine import Database
from aiguardian.storage.request_rows import RequestQuery
from aiguardian.storage.request_table import RequestTable
from aiguardian.storage.sealing import Secrets

pytestmark = pytest.mark.process

JSON = {"Content-Type": "application/json"}
SECRET = "k" * 64
PERSONS, KINDS = 200, 5
WAYS, ALLOWED = 10, 9
"""Paths that texts take in turn, and the one that declares the first value harmless."""
_random = random.Random(20261121)


def word(letters: str, count: int) -> str:
    return "".join(_random.choices(letters, k=count))


def person() -> list[str]:
    """Five things about one person, each with a part that stands nowhere else."""
    noise = word("bcdfghjkmnpqrstvwxz", 12)
    secret = word("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789", 36)
    return [
        f"{noise}@example.org",
        f"+49 151 {word('123456789', 8)}",
        f"ghp_{secret}",
        f"Zorblat {noise.title()}",
        f"session-of-{word('bcdfghjkmnpqrstvwxz', 12)}",
    ]


class Collector(BaseHTTPRequestHandler):
    """Takes traces, and keeps what came."""

    got: list[bytes] = []  # noqa: RUF012 - shared by all of them, on purpose

    def do_POST(self) -> None:
        self.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def collecting() -> Iterator[str]:
    """A collector of traces; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def process(guard: str, session: str, user: str, **payload: Any) -> tuple[str, Any]:
    body = {"service_type": guard, "payload": payload, "session_id": session, "user_id": user}
    return "/api/v1/guards/process", body


def text_of(persons: list[list[str]]) -> str:
    """What several people say of themselves."""
    return " ".join(
        f"I am {name}, {mail}, {phone}; my token is {secret}."
        for mail, phone, secret, name, _ in persons
    )


def calls(persons: list[list[str]], number: int) -> list[tuple[str, Any]]:
    """A text of several people through one of the paths."""
    mail, _, _, name, session = persons[0]
    text = text_of(persons)
    chat = [{"role": "system", "content": f"You serve {name}."}, {"role": "user", "content": text}]
    remember = {"operation": "remember", "text": text}
    ways: list[list[tuple[str, Any]]] = [
        [process("securityguard", session, mail, text=text)],
        [process("securityguard", session, mail, text=text, redact="pseudonymize")],
        [process("biasguard", session, name, text=text), ("/api/v1/guards/process", {text: text})],
        [("/api/v1/guards/screen", {"text": text, "user_id": mail, "policy": "default"})],
        [process("contextguard", session, mail, **remember)],
        [("/v1/chat/completions", {"model": name, "messages": chat, "user": mail})],
        [("/v1/chat/completions", {"model": "m", "messages": chat, "stream": True})],
        [("/v1/messages", {"model": "m", "max_tokens": 9, "messages": chat[1:]})],
        [("/api/v1/guards/check", {"api": "chat", "request": {"model": "m", "messages": chat}})],
        [("/api/v1/guards/allow-list", {"values": [mail], "note": "a test"})],
    ]
    assert len(ways) == WAYS
    return ways[number % WAYS]


def say_all(gateway: Running, persons: list[list[str]]) -> set[int]:
    statuses = set()
    groups = [persons[start : start + 5] for start in range(0, len(persons), 5)]
    for number, group in enumerate(groups):
        for path, body in calls(group, number):
            reply = gateway.ask("POST", path, json.dumps(body).encode(), JSON)
            statuses.add(reply.status)
    said = [{"service_type": "securityguard", "text": text_of(one)} for one in groups]
    lines = b"\n".join(json.dumps(body).encode() for body in said)
    ndjson = {"Content-Type": "application/x-ndjson"}
    statuses.add(gateway.ask("POST", "/api/v1/guards/batch", lines, ndjson).status)
    erased = json.dumps({"user_id": persons[0][0], "sessions": [persons[0][4]]}).encode()
    statuses.add(gateway.ask("POST", "/api/v1/admin/privacy/erase", erased, JSON).status)
    return statuses


def kept_texts(home: Path) -> list[str]:
    """The texts that were kept, opened with the key."""
    database = Database(SqliteAddress(home / "aiguardian.db"))
    try:
        table = RequestTable(database, Secrets((SECRET.encode(),)))
        rows = table.page(RequestQuery("default"), after=None, limit=10_000)
    finally:
        database.close()
    return [text for row in rows for text in row.texts if text]


def dump(server: RealRedis, folder: Path) -> bytes:
    """All that Redis holds, as it writes it to a disk; plainly, so that it can be searched."""
    import redis

    with redis.Redis.from_url(server.url) as client:
        assert client.dbsize() > 10, "something is counted there"
        client.set("a marker", "this-stands-in-the-dump")
        client.config_set("rdbcompression", "no")
        client.save()
    return (folder / "dump.rdb").read_bytes()


def crash(gateway: Running, persons: list[list[str]]) -> None:
    """Start it once more, tell it of some people, and let it crash while it knows of them."""
    gateway.start()
    say_all(gateway, persons)
    gateway.signal(signal.SIGABRT)
    assert gateway.process.wait(20) == -signal.SIGABRT


def found_in(places: dict[str, bytes], canaries: list[str]) -> Iterator[tuple[str, str]]:
    """Where which canary is. Each content is searched once, without its runs of zeros."""
    contents = {content.replace(bytes(64), b""): name for name, content in places.items()}
    for content, name in contents.items():
        yield from ((name, canary) for canary in canaries if canary.encode() in content)


def test_the_search_finds_what_is_there() -> None:
    places = {"zeros": bytes(200) + b"xcanary-1x" + bytes(200), "nothing": b"canary-"}
    assert list(found_in(places, ["canary-1", "canary-2"])) == [("zeros", "canary-1")]


def test_a_thousand_canaries_are_found_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where an image of the memory would be written
    counting = tmp_path / "redis"
    counting.mkdir()
    persons = [person() for _ in range(PERSONS)]
    canaries = list(itertools.chain.from_iterable(persons))
    assert len(set(canaries)) == PERSONS * KINDS == 1_000
    Collector.got.clear()
    with (
        collecting() as address,
        real_redis(counting) as redis,
        running(
            "serve",
            home=tmp_path,
            SECRET_KEY=SECRET,
            REDIS_URL=redis.url,
            RATE_LIMIT_PER_USER="100000 requests/day,1000000000 tokens/day",
            RATE_LIMIT_PER_IP="100000 requests/day",
            LOG_LEVEL="DEBUG",
            OTEL_EXPORTER_OTLP_ENDPOINT=address,
            OTEL_TRACES_SAMPLER_ARG="1",
        ) as gateway,
    ):
        limits = Path(f"/proc/{gateway.process.pid}/limits")
        if limits.exists():  # Linux tells
            (core,) = [one for one in limits.read_text().splitlines() if "core file" in one]
            assert core.split()[4] in {"0", "1"}, "a crash writes no image of the memory"
        statuses = say_all(gateway, persons)
        assert {200, 422} <= statuses
        assert not {s for s in statuses if s >= 500}
        waiting = {str(one): one.read_bytes() for one in (tmp_path / "audit").iterdir()}
        places = {f"waiting {name}": content for name, content in waiting.items()}
        places["metrics"] = gateway.ask("GET", "/metrics").body
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        places |= {f"running {file}": file.read_bytes() for file in files}
        gateway.signal(signal.SIGTERM)
        assert gateway.process.wait(20) == 0
        places["redis"] = dump(redis, counting)
        assert b"this-stands-in-the-dump" in places["redis"]
        crash(gateway, persons[:5])
    assert list(tmp_path.glob("core*")) == []
    places |= {str(file): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    places |= {f"trace {number}": body for number, body in enumerate(Collector.got)}
    assert any(name.endswith(".journal") for name in places)
    assert any(name.endswith("-wal") for name in places)
    assert any(name.endswith(".log") for name in places)
    assert any(name.startswith("trace") for name in places)
    assert list(found_in(places, canaries)) == []
    texts = kept_texts(tmp_path)
    assert len(texts) > PERSONS / 5  # what is kept is kept for a use
    whole = "\n".join(texts)
    allowed = {one[0] for one in persons[ALLOWED * 5 :: WAYS * 5]}  # who lists a value, shows it
    hidden = {one for values in persons for one in values[:3]} - allowed
    assert [one for one in hidden if one in whole] == []
