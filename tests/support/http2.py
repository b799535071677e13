"""A server that speaks just enough HTTP/2 to go wrong in it, over TLS.

On its first connection it waits until so many requests are there, then plays
with their streams, and so on; those after it play for each request. RFC 9113.
"""

import ssl
import struct
from collections.abc import Awaitable, Callable

from support.connection import Connection
from support.server import Server, origin

HOST = "127.0.0.1"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS = 0, 1, 3, 4
ACK = END_STREAM = 0x1
END_HEADERS = 0x4
INTERNAL_ERROR = 2
STATUS_200 = b"\x88"  # in HPACK's static table


class Streams:
    """The requests of one connection that have no answer yet."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.waiting: list[int] = []

    async def answer(self, stream: int) -> None:
        """A whole answer, status 200."""
        await self.begin(stream)
        await self.send(DATA, END_STREAM, stream, b"whole")
        self.waiting.remove(stream)

    async def begin(self, stream: int) -> None:
        """An answer that has only begun."""
        await self.send(HEADERS, END_HEADERS, stream, STATUS_200)
        await self.send(DATA, 0, stream, b"begun")

    async def reset(self, stream: int) -> None:
        """End a stream and leave the connection."""
        error = struct.pack(">I", INTERNAL_ERROR)
        await self.send(RST_STREAM, 0, stream, error)
        self.waiting.remove(stream)

    async def send(
        self, kind: int, flags: int, stream: int, payload: bytes = b""
    ) -> None:
        """One frame."""
        head = struct.pack(">I", len(payload))[1:]
        head += struct.pack(">BBI", kind, flags, stream)
        await self.connection.send(head + payload)


Play = Callable[[Streams], Awaitable[None]]


async def answer_all(streams: Streams) -> None:
    """Every request is answered."""
    for stream in list(streams.waiting):
        await streams.answer(stream)


async def reset_second(streams: Streams) -> None:
    """One stream is reset, the others are answered."""
    await streams.reset(streams.waiting[1])
    await answer_all(streams)


async def stall_second(streams: Streams) -> None:
    """One answer begins and does not go on, the others are whole."""
    stalled = streams.waiting[1]
    await streams.begin(stalled)
    for stream in list(streams.waiting):
        if stream != stalled:
            await streams.answer(stream)


async def ignore_second(streams: Streams) -> None:
    """One request is not answered, the others are."""
    ignored = streams.waiting[1]
    for stream in list(streams.waiting):
        if stream != ignored:
            await streams.answer(stream)


async def reset_connection(streams: Streams) -> None:
    """The connection goes with all that is on it: TCP RST."""
    streams.connection.reset()


async def cut_connection(streams: Streams) -> None:
    """The same with a FIN, which no late reset overtakes."""
    await streams.connection.close_gently()


async def cut_within_answers(streams: Streams) -> None:
    """The same once every answer has begun."""
    for stream in list(streams.waiting):
        await streams.begin(stream)
    await streams.connection.close_gently()


class Http2Server:
    """A port that plays, from the start until stop()."""

    def __init__(
        self,
        context: ssl.SSLContext,
        together: int,
        play: Play,
        later: Play | None = None,
    ) -> None:
        context.set_alpn_protocols(["h2"])
        self.connections = 0
        self.most_at_once = 0
        self._context = context
        self._together = together
        self._play = play
        self._later = later or play
        self._server = Server()
        self._port = self._server.listen(self._serve)

    def url(self, path: str = "/") -> str:
        """A URL there."""
        return origin("https", HOST, self._port) + path

    def stop(self) -> None:
        """Close the port and its connections."""
        self._server.stop()

    async def _serve(self, connection: Connection) -> None:
        self.connections += 1
        first = self.connections == 1
        together, play = ((self._together, self._play) if first
                          else (1, self._later))
        await connection.start_tls(self._context)
        if await connection.read_exactly(len(PREFACE)) != PREFACE:
            return
        streams = Streams(connection)
        await streams.send(SETTINGS, 0, 0)
        while connection.is_open and await self._take_frame(streams):
            if len(streams.waiting) >= together:
                await play(streams)

    async def _take_frame(self, streams: Streams) -> bool:
        head = await streams.connection.read_exactly(9)
        if head is None:
            return False
        size = int.from_bytes(head[:3], "big")
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        if size and await streams.connection.read_exactly(size) is None:
            return False
        if kind == HEADERS:
            streams.waiting.append(stream)
            self.most_at_once = max(self.most_at_once, len(streams.waiting))
        elif kind == SETTINGS and not flags & ACK:
            await streams.send(SETTINGS, ACK, 0)
        return True
