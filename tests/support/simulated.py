"""Networks that answer as real ones do under load, each in one server.

    SimulatedServer(service_ms=40)           plenty of room, 40 ms away
    SimulatedServer(service_ms=40, slots=8)  8 at once, the others wait
    SimulatedServer(service_ms=40, rate=90)  429 above 90 in any one second
    SimulatedServer(rate=90, refusal=503)    503 above that
    SimulatedServer(service_ms=40, crowd=6)  twice as slow with 6 in flight

Service times are long beside what a busy machine adds to them, so that the
number of workers these take is known.
"""

import asyncio
import time
from collections import deque

from support.connection import Connection
from support.messages import answer, read_request
from support.server import Server, origin

OK = answer(200, b"ok\n", ())
FAILED = answer(500, b"no\n", ())


class SimulatedServer:
    """The server; it listens on a port the kernel chose, until stop()."""

    def __init__(
        self,
        *,
        service_ms: float = 0,
        slots: int = 0,
        rate: int = 0,
        refusal: int = 429,
        crowd: int = 0,
        fails_above: int = 0,
        host: str = "127.0.0.1",
    ) -> None:
        self.requests = 0
        self.refusals = 0
        self.in_flight = 0
        self.max_in_flight = 0
        self._service = service_ms / 1000
        self._slots = slots
        self._free: asyncio.Semaphore | None = None
        self._rate = rate
        self._refused = answer(
            refusal, b"too many\n", [("Retry-After", "1")]
        )
        self._crowd = crowd
        self._fails_above = fails_above
        self._answered: deque[float] = deque()
        self._server = Server()
        self.port = self._server.listen(self._serve, host)
        self.origin = origin("http", host, self.port)

    def url(self, path: str = "/") -> str:
        """The URL of a path; all paths are alike."""
        return self.origin + path

    def stop(self) -> None:
        """Close the port and every connection."""
        self._server.stop()

    def forget(self) -> None:
        """Set what was counted to zero; nothing may be in flight."""
        self.requests = self.refusals = self.max_in_flight = 0

    async def _serve(self, connection: Connection) -> None:
        while await read_request(connection):
            self.requests += 1
            self.in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
            try:
                reply = await self._reply()
            finally:
                self.in_flight -= 1
            await connection.send(reply)

    async def _reply(self) -> bytes:
        if self._rate and not self._lets_pass():
            self.refusals += 1
            return self._refused
        if self._fails_above and self.in_flight > self._fails_above:
            return FAILED
        if not self._slots:
            await asyncio.sleep(self._time())
            return OK
        if self._free is None:
            self._free = asyncio.Semaphore(self._slots)
        async with self._free:
            await asyncio.sleep(self._time())
        return OK

    def _time(self) -> float:
        if not self._crowd:
            return self._service
        return self._service * (1 + (self.in_flight / self._crowd) ** 2)

    def _lets_pass(self) -> bool:
        now = time.monotonic()
        while self._answered and self._answered[0] <= now - 1:
            self._answered.popleft()
        if len(self._answered) >= self._rate:
            return False
        self._answered.append(now)
        return True
