"""Connections to Redis by address, its name looked up before.

uvloop looks a name up within `create_connection`, and goes on looking when whoever connects has
given up: a name that does not resolve (a container that is down) then ends in "Future exception
was never retrieved" in the log, at each try. A look-up of its own can be given up.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from redis.asyncio.connection import Connection, ConnectionPool, SSLConnection


class ByAddress(Connection):
    """Connects to the addresses that the name has now, one after the other."""

    _address: str = ""

    async def _connect(self) -> None:
        """Raises `OSError`, `TimeoutError`."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self.socket_connect_timeout):
            found = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        fault = OSError(f"{self.host} has no address")
        for one in found:
            self._address = str(one[4][0])
            try:
                await super()._connect()  # type: ignore[no-untyped-call]  # redis gives no types
            except OSError as error:
                fault = error
            else:
                return
        raise fault

    def _connection_arguments(self) -> dict[str, Any]:
        return {**super()._connection_arguments(), "host": self._address}


class ByAddressOverTls(ByAddress, SSLConnection):
    """The same; the certificate must be of the name."""

    def _connection_arguments(self) -> dict[str, Any]:
        return {**super()._connection_arguments(), "server_hostname": self.host}


def connect_by_address(pool: ConnectionPool) -> None:
    """Have a pool that was made for an address with a name look that up before it connects."""
    if pool.connection_class is SSLConnection:
        pool.connection_class = ByAddressOverTls
    elif pool.connection_class is Connection:
        pool.connection_class = ByAddress
