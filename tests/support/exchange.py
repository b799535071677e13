"""One request at a fault target, and what its answer needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from support.connection import Connection
from support.messages import Request, answer


class Target:
    """One fault: where it is, and what arrived there.

    Connections and handshakes are those of its own port, requests and
    bytes those of the shared ports too. The bytes are counted before they
    are sent, a piece of at most 64 KiB at a time.
    """

    def __init__(self, name: str, its_origin: str) -> None:
        self.name = name
        self.origin = its_origin
        self.forget()

    def forget(self) -> None:
        """Start counting from zero."""
        self.connections = 0
        self.handshakes = 0
        self.bytes_sent = 0
        self.requests: list[Request] = []

    @property
    def request_count(self) -> int:
        """The number of requests that were read."""
        return len(self.requests)


@dataclass(frozen=True)
class Origins:
    """The other origins that redirects lead to."""

    landing: str
    landing_tls: str
    landing_by_name: str
    refused: str


@dataclass(frozen=True)
class Exchange:
    """One request, and where its answer goes."""

    connection: Connection
    request: Request
    target: Target
    origins: Origins

    async def send(self, data: bytes) -> None:
        """Send it as it is."""
        self.target.bytes_sent += len(data)
        await self.connection.send(data)

    async def end(self, data: bytes) -> None:
        """Send it as it is and close the connection."""
        await self.send(data)
        await self.connection.close()

    async def answer(self, status: int, body: bytes, *headers: tuple) -> None:
        """Send a whole answer."""
        is_head = self.request.method == "HEAD"
        await self.send(answer(status, body, headers, is_head=is_head))

    async def redirect(self, location: str) -> None:
        """Send there, with the status of the query or 302."""
        status = self.number("status", 302)
        await self.answer(status, b"moved\n", ("Location", location))

    def number(self, name: str, default: int) -> int:
        """A number of the query."""
        return int(self.request.query.get(name, default))


Play = Callable[[Exchange], Awaitable[None]]
