"""Bedrock as an upstream: chat completions in and out, Converse in between."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import uuid4

import aiohttp
import msgspec

from aiguardian.gateway.decode import read_object
from aiguardian.proxy.account import Account
from aiguardian.proxy.answers import Answer, Origin
from aiguardian.proxy.bedrock.answer import Envelope, chat_answer
from aiguardian.proxy.bedrock.client import THREADS, connect, fault_of
from aiguardian.proxy.bedrock.events import ChatChunks
from aiguardian.proxy.bedrock.request import converse_request
from aiguardian.proxy.faults import UpstreamFault, broke_off, malformed, timed_out
from aiguardian.proxy.upstream import Question, Surroundings, Upstream

T = TypeVar("T")
Connect = Callable[[Account], Any]


class BedrockUpstream(Upstream):
    """One region, through one client of AWS's library."""

    def __init__(
        self, account: Account, around: Surroundings | None = None, *, connect: Connect = connect
    ) -> None:
        super().__init__(account, around)
        self._connect = connect
        self._client: Any = None
        self._connecting = threading.Lock()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="bedrock")

    async def _once(
        self,
        session: aiohttp.ClientSession,  # noqa: ARG002 - AWS's library has its own connections
        question: Question,
    ) -> Answer:
        request = read_object(question.body or b"{}")
        asked = converse_request(request) | {"modelId": question.model}
        streams = request.get("stream") is True
        wanted = request.get("stream_options")
        shows_usage = isinstance(wanted, dict) and bool(wanted.get("include_usage"))
        origin = self.origin(question, hides_usage=not shows_usage)
        gone = threading.Event()
        try:
            async with asyncio.timeout(self.account.timeout_s):
                answer = await self._in_thread(lambda: self._converse(asked, gone, streams=streams))
        except TimeoutError:
            raise timed_out(f"did not answer within {self.account.timeout_s:g} seconds") from None
        except Exception as error:  # noqa: BLE001 - the library's kinds are known there
            told = fault_of(error)  # raises what is none of the library's
            if isinstance(told, UpstreamFault):
                raise told from None
            return _refused(*told, origin)
        finally:
            gone.set()
        envelope = Envelope(f"chatcmpl-{uuid4().hex}", question.model, int(time.time()))
        if streams:
            return StreamedAnswer(answer["stream"], envelope, origin, self)
        try:
            body = msgspec.json.encode(chat_answer(answer, envelope))
        except (KeyError, TypeError):
            raise malformed("is not what Converse promises") from None
        return WholeAnswer(200, body, origin)

    def _converse(self, asked: dict[str, Any], gone: threading.Event, *, streams: bool) -> Any:
        """What the library answers. A stream that begins when nobody waits is closed."""
        with self._connecting:
            self._client = self._client or self._connect(self.account)
        if not streams:
            return self._client.converse(**asked)
        answer = self._client.converse_stream(**asked)
        if gone.is_set():
            answer["stream"].close()
        return answer

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def read(self, stream: Any, take: Callable[[Any], bool]) -> None:
        """Hand events to `take` from a thread, until it returns False or they end; then None or
        the error that ended them, as the last."""
        self._threads.submit(_read, stream, take)

    @property
    def silence_s(self) -> float:
        """How long a stream may say nothing."""
        return self.account.silence_s

    def broke(self, fault: UpstreamFault) -> UpstreamFault:
        """Count an answer that had begun and has no end."""
        self.ended_badly()
        return fault


def _read(stream: Any, take: Callable[[Any], bool]) -> None:
    try:
        for event in stream:
            if not take(event):
                break
        else:
            take(None)
    except Exception as error:  # noqa: BLE001 - the boundary of the thread: told to the reader
        take(error)
    finally:
        stream.close()


class WholeAnswer(Answer):
    """An answer that came at once."""

    def __init__(
        self, status: int, body: bytes, origin: Origin, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.headers = headers or {"content-type": "application/json"}
        self.origin = origin
        self._body = body

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body."""
        yield self._body

    def close(self) -> None:
        """Nothing is left to let go of."""


class StreamedAnswer(Answer):
    """The events of a stream, read in a thread."""

    def __init__(
        self, stream: Any, envelope: Envelope, origin: Origin, upstream: BedrockUpstream
    ) -> None:
        self.status = 200
        self.headers = {"content-type": "text/event-stream"}
        self.origin = origin
        self._stream = stream
        self._chunks = ChatChunks(envelope)
        self._upstream = upstream
        self._is_closed = False
        self._is_read = False

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The chunks as the events come. Raises `UpstreamFault` when they stop before their
        end."""
        queue: asyncio.Queue[Any] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def take(event: Any) -> bool:
            if self._is_closed or loop.is_closed():
                return False
            loop.call_soon_threadsafe(queue.put_nowait, event)
            return True

        self._is_read = True
        self._upstream.read(self._stream, take)
        while (event := await self._next(queue)) is not None:
            if isinstance(event, Exception):
                raise self._broken(event)
            try:
                for chunk in self._chunks.of(event):
                    yield chunk
            except (KeyError, TypeError, ValueError):
                raise self._ended(malformed("holds an event that is none of Converse's")) from None

    async def _next(self, queue: asyncio.Queue[Any]) -> Any:
        silence_s = self._upstream.silence_s
        try:
            async with asyncio.timeout(silence_s):
                return await queue.get()
        except TimeoutError:
            raise self._ended(timed_out(f"was silent for {silence_s:g} seconds")) from None

    def _broken(self, error: Exception) -> UpstreamFault:
        """The fault for what the library raised in the middle of a stream."""
        told = fault_of(error)
        return self._ended(told if isinstance(told, UpstreamFault) else broke_off())

    def _ended(self, fault: UpstreamFault) -> UpstreamFault:
        self.close()
        return self._upstream.broke(fault)

    def close(self) -> None:
        """The reader stops at the next event and closes the connection; one that nobody reads is
        closed here."""
        self._is_closed = True
        if not self._is_read:
            self._stream.close()


def _refused(status: int, code: str, origin: Origin) -> Answer:
    """A refusal of AWS's, as chat's clients read it: its code, not its words, which may quote."""
    message = f"Bedrock refused the request: {code}."
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {"message": message, "type": kind, "param": None, "code": code}
    return WholeAnswer(status, msgspec.json.encode({"error": error}), origin)
