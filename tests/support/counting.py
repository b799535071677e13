"""An HTTP/1.1 server that counts what it is asked.

Paths:
    /delay/MS    200 after that many milliseconds
    /gate        200 once the gate is open, see close_gate()
    /status/NNN  an answer with that status
    /bytes/N     200 with a body of N bytes
    /echo        200 with what arrived, as JSON
    any other    200 with the body "ok"

A path with a script (see script()) answers by its script instead. A query
is ignored, so that any number of different URLs can be made.
"""

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from support.connection import Connection
from support.messages import Headers, Request, answer, read_request
from support.processes import PATIENCE, wait_until
from support.server import Server, origin

GATE_SECONDS = 4 * PATIENCE


@dataclass(frozen=True)
class Answer:
    """One answer of a script."""

    status: int = 200
    body: bytes = b"ok\n"
    headers: Headers = ()
    delay_ms: float = 0


class CountingServer:
    """The server; it listens on a port the kernel chose, until stop().

    A request is in flight from its last byte until its answer is about to
    be sent, or until the client closes the connection. What stands in the
    lists is what had arrived when they were read.
    """

    def __init__(
        self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.connections = 0
        self.open_connections = 0
        self.max_open_connections = 0
        self.handshakes = 0
        self.in_flight = 0
        self.max_in_flight = 0
        self._tls = tls
        self._requests: list[Request] = []
        self._by_path: Counter[str] = Counter()
        self._scripts: dict[str, list[Answer]] = {}
        self._gate: asyncio.Future | None = None
        self._gate_size = 0
        self._gate_waiting = 0
        self._server = Server()
        self.port = self._server.listen(self._serve, host)
        self.origin = origin("https" if tls else "http", host, self.port)

    def url(self, path: str = "/") -> str:
        """The URL of a path."""
        return self.origin + path

    def stop(self) -> None:
        """Close the port and every connection."""
        self._server.stop()

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order of arrival."""
        return list(self._requests)

    @property
    def request_count(self) -> int:
        """The number of requests so far."""
        return len(self._requests)

    @property
    def arrivals(self) -> list[float]:
        """When each request arrived, in seconds of the monotonic clock."""
        return [request.arrived for request in self.requests]

    def count(self, path: str) -> int:
        """The number of requests for a path so far."""
        return self._by_path[path]

    def counts(self) -> dict[str, int]:
        """The number of requests so far by path."""
        return dict(self._by_path)

    def rate(self) -> float:
        """Requests a second between the first and the last arrival."""
        arrivals = self.arrivals
        if len(arrivals) < 2:
            return 0.0
        span = arrivals[-1] - arrivals[0]
        return (len(arrivals) - 1) / span if span > 0 else float("inf")

    def most_within(self, seconds: float) -> int:
        """The most requests that arrived within any span this long."""
        arrivals = self.arrivals
        most = first = 0
        for last, arrived in enumerate(arrivals):
            while arrived - arrivals[first] > seconds:
                first += 1
            most = max(most, last - first + 1)
        return most

    def forget(self) -> None:
        """Start counting from zero; nothing may be in flight."""
        self._server.call(self._forget)

    def script(self, path: str, answers: Sequence[Answer]) -> None:
        """Answer a path's requests one after the other by this list.

        Its last answer is repeated for all requests after the end.
        """
        self._scripts[path] = list(answers)

    def close_gate(self, size: int) -> None:
        """Hold requests for /gate until `size` of them wait.

        Then the gate opens, for later requests too, until it is closed
        again. A request that waits for minutes is answered 504.
        """
        self._server.call(self._close_gate, size)

    def open_gate(self) -> None:
        """Let all requests through that wait at the gate or will come."""
        self._server.call(self._open_gate)

    def wait_for_requests(
        self, count: int, seconds: float = PATIENCE
    ) -> None:
        """Wait until that many requests have arrived."""
        wait_until(
            lambda: self.request_count >= count, f"{count} requests", seconds
        )

    def wait_for_in_flight(
        self, count: int, seconds: float = PATIENCE
    ) -> None:
        """Wait until exactly that many requests are in flight."""
        wait_until(
            lambda: self.in_flight == count, f"{count} in flight", seconds
        )

    def _forget(self) -> None:
        self.connections = self.handshakes = self.max_in_flight = 0
        self.max_open_connections = self.open_connections
        self._requests.clear()
        self._by_path.clear()

    def _close_gate(self, size: int) -> None:
        self._gate = asyncio.get_running_loop().create_future()
        self._gate_size = size

    def _open_gate(self) -> None:
        if self._gate is not None and not self._gate.done():
            self._gate.set_result(None)

    async def _serve(self, connection: Connection) -> None:
        self.connections += 1
        self.open_connections += 1
        self.max_open_connections = max(
            self.max_open_connections, self.open_connections
        )
        try:
            if self._tls is not None:
                await connection.start_tls(self._tls)
                self.handshakes += 1
            while request := await read_request(connection):
                if not await self._exchange(connection, request):
                    break
        finally:
            self.open_connections -= 1

    async def _exchange(
        self, connection: Connection, request: Request
    ) -> bool:
        """Answer one request; false when the client has gone or shall go."""
        self._requests.append(request)
        self._by_path[request.path] += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        try:
            reply = await self._reply(connection, request)
        finally:
            self.in_flight -= 1
        if reply is None:
            return False
        await connection.send(answer(
            reply.status,
            reply.body,
            reply.headers,
            is_head=request.method == "HEAD",
        ))
        return (request.header("Connection") or "").lower() != "close"

    async def _reply(
        self, connection: Connection, request: Request
    ) -> Answer | None:
        reply = self._scripted(request.path) or _usual(request)
        if request.path == "/gate":
            return await self._pass_gate(connection, reply)
        if reply.delay_ms:
            if not await connection.wait(reply.delay_ms / 1000):
                return None
        return reply

    def _scripted(self, path: str) -> Answer | None:
        answers = self._scripts.get(path)
        if not answers:
            return None
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def _pass_gate(
        self, connection: Connection, reply: Answer
    ) -> Answer | None:
        gate = self._gate
        if gate is None or gate.done():
            return reply
        self._gate_waiting += 1
        try:
            if self._gate_waiting >= self._gate_size:
                self._open_gate()
            if not await connection.wait(GATE_SECONDS, gate):
                return None
        finally:
            self._gate_waiting -= 1
        return reply if gate.done() else Answer(504, b"the gate is shut\n")


def _usual(request: Request) -> Answer:
    """The answer of a path without a script."""
    _, first, *rest = request.path.split("/")
    if first == "delay":
        return Answer(delay_ms=float(rest[0]))
    if first == "status":
        return Answer(int(rest[0]))
    if first == "bytes":
        return Answer(body=b"x" * int(rest[0]))
    if first == "echo":
        return _echo(request)
    return Answer()


def _echo(request: Request) -> Answer:
    body = json.dumps({
        "method": request.method,
        "target": request.target,
        "version": request.version,
        "headers": request.headers,
        "body": request.body.decode("latin-1"),
    })
    headers = [("Content-Type", "application/json")]
    return Answer(200, body.encode(), headers)
