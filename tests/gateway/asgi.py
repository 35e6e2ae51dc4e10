"""A client that calls an ASGI app in process, and a whole program to call."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from aiguardian.app import Program
from aiguardian.gateway.cycle import begin
from aiguardian.gateway.vitals import LiveVitals
from aiguardian.processor import Processor
from aiguardian.settings.groups import Access, Guards, Limits, Runtime, Settings, Tracing
from aiguardian.telemetry.log import SERVICE, EcsHandler

PROCESS = "/api/v1/guards/process"
SCREEN = "/api/v1/guards/screen"
BATCH = "/api/v1/guards/batch"


@dataclass
class Reply:
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    receives: int = 0
    """How often the app asked for more of the request."""

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name.lower()]
        assert len(found) <= 1, f"{name} came {len(found)} times"
        return found[0] if found else None

    def json(self) -> Any:
        return json.loads(self.body)

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]

    def error(self) -> dict[str, Any]:
        """The error of an envelope, whose shape is checked."""
        answer = self.json()
        assert answer.keys() == {
            "request_id",
            "service_type",
            "success",
            "data",
            "error",
            "processing_time",
            "service_used",
            "degraded",
        }
        assert answer["success"] is False
        assert answer["data"] is None
        assert answer["request_id"] == self.header("x-request-id")
        assert self.header("content-type") == "application/json"
        error: dict[str, Any] = answer["error"]
        return error


class Client:
    """Speaks to one app as a server would."""

    def __init__(self, app: Any, *, peer: tuple[str, int] | None = ("127.0.0.1", 5000)) -> None:
        self._app = app
        self.peer = peer

    async def call(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] = b"",
        *,
        headers: Mapping[str, str] | None = None,
        repeated: Iterable[tuple[str, str]] = (),
        gone: asyncio.Event | None = None,
        is_endless: bool = False,
    ) -> Reply:
        """One request; the client leaves when `gone` is set, else when it has its answer.

        With `is_endless` the body never ends: after its pieces nothing comes.
        """
        leaving = gone or asyncio.Event()
        given = {"host": "localhost", **(headers or {})}
        pieces = [body] if isinstance(body, bytes) else list(body)
        waiting = iter([*pieces] or [b""])
        left = [max(1, len(pieces))]
        reply = Reply()

        async def receive() -> dict[str, Any]:
            reply.receives += 1
            await asyncio.sleep(0)
            if not left[0]:
                await leaving.wait()
                return {"type": "http.disconnect"}
            left[0] -= 1
            more = bool(left[0]) or is_endless
            return {"type": "http.request", "body": next(waiting), "more_body": more}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                assert not reply.status, "a response starts once"
                reply.status = message["status"]
                reply.headers = [
                    (name.decode().lower(), value.decode()) for name, value in message["headers"]
                ]
            else:
                assert reply.status, "the start comes first"
                reply.body += message.get("body", b"")

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path.partition("?")[0],
            "raw_path": path.partition("?")[0].encode(),
            "query_string": path.partition("?")[2].encode(),
            "root_path": "",
            "headers": [
                (name.lower().encode(), value.encode("latin-1"))
                for name, value in (*given.items(), *repeated)
                if value is not None
            ],
            "client": self.peer,
            "server": ("127.0.0.1", 8000),
            "state": {},
        }
        if isinstance(body, bytes) and not is_endless and "content-length" not in given:
            scope["arrived"] = body
        await _as_served(self._app(scope, receive, send))
        return reply

    async def get(self, path: str, **headers: str) -> Reply:
        return await self.call("GET", path, headers=_dashed(headers))

    async def post(self, path: str, value: Any, **headers: str) -> Reply:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return await self.call(
            "POST", path, body, headers={"content-type": "application/json", **_dashed(headers)}
        )

    async def batch(self, *lines: Any) -> Reply:
        body = b"".join(
            (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines
        )
        return await self.call(
            "POST", BATCH, body, headers={"content-type": "application/x-ndjson"}
        )


async def _as_served(work: Any) -> None:
    """Run as the server does: outside of a task until one is asked for."""
    loop = asyncio.get_running_loop()
    begun = loop.create_future()

    def start() -> None:
        try:
            begun.set_result(begin(work))
        except Exception as error:  # noqa: BLE001 - given on
            begun.set_exception(error)

    loop.call_soon(start)
    left = await begun
    if left is not None:
        await asyncio.create_task(left)


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class Running:
    """A program that runs, a client of it, and what it logs."""

    program: Program
    client: Client
    stream: io.StringIO

    def log(self) -> str:
        """All lines so far; the writer's own thread is left out, so that none waits for it."""
        self.program.logs._flush()
        return self.stream.getvalue()

    def log_lines(self, dataset: str = "aiguardian.request") -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log().splitlines()]
        return [line for line in lines if line["event.dataset"] == dataset]

    def metric(self, name: str, **labels: str) -> float:
        """The value of one sample, 0.0 when there is none."""
        found = [
            sample.value
            for family in text_string_to_metric_families(self.program.metrics.text().decode())
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(found)

    async def until(self, condition: Any) -> None:
        """Return when it holds; two seconds are more than any of these tests needs."""
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110 - any condition, without a hook in the code
                await asyncio.sleep(0.002)


def settings(
    *,
    limits: Limits | None = None,
    access: Access | None = None,
    guards: Guards | None = None,
    tracing: Tracing | None = None,
    environment: Any = "development",
    home: Path | None = None,
) -> Settings:
    return Settings(
        runtime=Runtime(environment=environment, home=home or Path("/nonexistent-home")),
        access=access or Access(),
        limits=limits or Limits(workers=2, queue=4),
        guards=guards or Guards(health_interval_s=0.05, self_test_interval_s=300),
        tracing=tracing or Tracing(),
    )


@contextlib.asynccontextmanager
async def running(
    guards: dict[str, Processor[Any]], given: Settings | None = None, *, name: str = SERVICE
) -> AsyncIterator[Running]:
    """Run a program with these guards; its log goes to a string."""
    given = given or settings()
    vitals = LiveVitals(given.runtime.home)
    program = Program(given, guards, vitals, name)
    # a machine that runs other tests beside these is no reason to shed requests
    program.loop_watch.overdue_s = lambda: 0.0  # type: ignore[method-assign]
    stream = io.StringIO()
    program.logs._stream = stream
    program.logs.start = lambda: None  # type: ignore[method-assign]  # `Running.log` writes
    handler = EcsHandler(program.logs)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel("INFO")  # put back by a fixture for every test
    try:
        async with program.run():
            async with asyncio.timeout(30):
                while len(program.tester.results) < len(guards):  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0)
            yield Running(program, Client(program.app), stream)
    finally:
        logging.getLogger().removeHandler(handler)
