"""The unit of the speed table: Starlette and msgspec, a JSON body in, 400 bytes out."""

from __future__ import annotations

import sys

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Body(msgspec.Struct):
    service_type: str
    payload: dict[str, str]
    user_id: str | None = None
    session_id: str | None = None


ANSWER = {"request_id": "4c5ac92a-0243-4dbc-a736-aa1c5c1ecb8d", "text": "x" * 340}
decoder = msgspec.json.Decoder(Body)
encoder = msgspec.json.Encoder()


async def process(request: Request) -> Response:
    decoder.decode(await request.body())
    return Response(encoder.encode(ANSWER), media_type="application/json")


app = Starlette(routes=[Route("/process", process, methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        loop="uvloop",
        http="httptools",
    )
