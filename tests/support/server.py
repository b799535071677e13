"""Listening sockets served by an event loop in a thread of its own."""

import asyncio
import itertools
import socket
import ssl
import threading
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from support.connection import Connection

BACKLOG = 4096
START_SECONDS = 30.0

Handler = Callable[[Connection], Awaitable[None]]


def bound_socket(host: str = "127.0.0.1") -> socket.socket:
    """A TCP socket on a port the kernel chose, bound and not listening."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, 0))
    return sock


def listening_socket(host: str = "127.0.0.1") -> socket.socket:
    """A listening TCP socket on a port the kernel chose."""
    sock = bound_socket(host)
    sock.listen(BACKLOG)
    return sock


def origin(scheme: str, host: str, port: int) -> str:
    """The beginning of a URL, with the brackets of an IPv6 address."""
    return f"{scheme}://[{host}]:{port}" if ":" in host else (
        f"{scheme}://{host}:{port}"
    )


class Server:
    """An event loop in a thread, and the sockets it listens on.

    A handler that fails because its peer misbehaves is no mistake; one
    that fails in any other way is kept and told by stop().
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._serials = itertools.count(1)
        self._listeners: list[socket.socket] = []
        self._tasks: set[asyncio.Task] = set()
        self._mistakes: list[str] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def listen(self, handler: Handler, host: str = "127.0.0.1") -> int:
        """Serve a new port with this handler; returns the port."""
        sock = listening_socket(host)
        sock.setblocking(False)
        self._listeners.append(sock)
        self._loop.call_soon_threadsafe(
            self._start_task, self._accept(sock, handler)
        )
        return sock.getsockname()[1]

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function in the loop's thread and return its result."""

        async def called() -> Any:
            return function(*arguments)

        future = asyncio.run_coroutine_threadsafe(called(), self._loop)
        return future.result(START_SECONDS)

    def stop(self) -> None:
        """End every connection and the thread; tell handlers' mistakes."""
        future = asyncio.run_coroutine_threadsafe(self._cancel(), self._loop)
        future.result(START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)
        self._loop.close()
        for sock in self._listeners:
            sock.close()
        if self._mistakes:
            raise AssertionError("\n".join(self._mistakes))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _start_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _cancel(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, sock: socket.socket, handler: Handler) -> None:
        while True:
            try:
                accepted, _ = await self._loop.sock_accept(sock)
            except OSError:  # no descriptor left: try again a bit later
                await asyncio.sleep(0.05)
                continue
            self._start_task(self._serve(accepted, handler))

    async def _serve(self, sock: socket.socket, handler: Handler) -> None:
        connection = Connection(sock, next(self._serials))
        try:
            await handler(connection)
            if connection.is_open:
                await connection.close()
        except (OSError, ssl.SSLError):
            pass  # the peer went away, which is its right
        except Exception:
            self._mistakes.append(traceback.format_exc())
        finally:
            sock.close()
