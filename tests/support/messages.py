"""HTTP/1.1 messages: reading requests, writing answers."""

import http
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from support.connection import Connection

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """A request as it arrived; headers in order, twice where sent twice."""

    method: str
    target: str
    version: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int
    arrived: float = field(default_factory=time.monotonic)

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's values by name, the last where one comes twice."""
        values = parse_qs(urlsplit(self.target).query, True)
        return {name: each[-1] for name, each in values.items()}

    def values(self, name: str) -> list[str]:
        """All values of a header, whatever the case of its name."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    def header(self, name: str) -> str | None:
        """The first value of a header; None when it did not come."""
        return next(iter(self.values(name)), None)


async def read_request(connection: Connection) -> Request | None:
    """The next request with its body; None when the peer sends no more."""
    head = await connection.read_until(b"\r\n\r\n")
    if head is None:
        return None
    lines = head.decode("latin-1").split("\r\n")
    method, target, version = lines[0].split(" ", 2)
    headers = []
    for line in lines[1:-2]:
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    body = await _read_body(connection, headers)
    if body is None:
        return None
    connection.requests_read += 1
    return Request(method, target, version, headers, body, connection.serial)


def answer(
    status: int,
    body: bytes = b"",
    headers: Headers = (),
    *,
    reason: str | None = None,
    is_head: bool = False,
) -> bytes:
    """A whole answer with its Content-Length; without its body for HEAD."""
    if reason is None:
        reason = _reason(status)
    lines = [f"HTTP/1.1 {status} {reason}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if status >= 200 and status not in (204, 304):
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines + ["", ""]).encode("latin-1")
    return head if is_head or status in (204, 304) else head + body


async def _read_body(
    connection: Connection, headers: list[tuple[str, str]]
) -> bytes | None:
    fields = {name.lower(): value for name, value in headers}
    if fields.get("expect", "").lower() == "100-continue":
        await connection.send(CONTINUE)
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return await _read_chunks(connection)
    return await connection.read_exactly(int(fields.get("content-length", 0)))


async def _read_chunks(connection: Connection) -> bytes | None:
    body = bytearray()
    while True:
        line = await connection.read_until(b"\r\n")
        if line is None:
            return None
        size = int(line.split(b";")[0], 16)
        chunk = await connection.read_exactly(size + 2)
        if chunk is None:
            return None
        if size == 0:
            return bytes(body)
        body += chunk[:-2]


def _reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Status"
