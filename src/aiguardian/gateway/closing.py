"""A listener is given up without losing those who are just connecting.

Closing it resets every connection that the kernel has made and nobody has accepted yet. Its peer
may have sent a request by then, and no balancer can know whether that was begun. So newcomers are
turned away first, those who wait are accepted, and only then it is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import select
import socket
import struct

SETTLE_S = 0.05
"""For handshakes that have begun to end: some round trips of a network within one region."""
ACCEPT_S = 2.0
"""The longest wait for what is to be accepted; an overloaded loop takes a while."""

_ATTACH_FILTER = 26
"""SO_ATTACH_FILTER of Linux, which Python does not name."""
_SYN, _SYN_AND_ACK = 0x02, 0x12
_FLAGS_AT = 13
"""Where a TCP header has its flags; a listener's filter is shown packets from there on."""
_PROGRAM = (
    (0x30, 0, 0, _FLAGS_AT),  # load the byte
    (0x54, 0, 0, _SYN_AND_ACK),  # keep two of its bits
    (0x15, 1, 0, _SYN),  # a first packet: skip one instruction
    (0x06, 0, 0, 0xFFFFFFFF),  # let it pass
    (0x06, 0, 0, 0),  # drop it
)
"""Classic BPF, which needs no privilege: code, jump if true, jump if false, operand."""


async def turn_away(listening: socket.socket) -> None:
    """Return when the listener can be closed and nobody who is connected to it is lost.

    Whoever comes meanwhile gets no answer; TCP tries again after a second and is refused then,
    which a balancer knows to be safe to try elsewhere. Where there are no such filters (not Linux),
    only the last moment remains in which one can be lost.
    """
    with contextlib.suppress(OSError):
        _drop_first_packets(listening)
    await asyncio.sleep(SETTLE_S)
    clock = asyncio.get_running_loop().time
    deadline = clock() + ACCEPT_S
    while _has_waiting(listening) and clock() < deadline:  # noqa: ASYNC110 - the kernel's, no event
        await asyncio.sleep(0)


def _drop_first_packets(listening: socket.socket) -> None:
    code = b"".join(struct.pack("HBBI", *one) for one in _PROGRAM)
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HP", len(_PROGRAM), ctypes.addressof(held))
    listening.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, program)


def _has_waiting(listening: socket.socket) -> bool:
    """Whether somebody is to be accepted."""
    waiting = select.poll()
    waiting.register(listening, select.POLLIN)
    return bool(waiting.poll(0))
