"""A server's end of one TCP connection, plain or TLS.

TLS runs over memory buffers and not in the socket, because a test server
must be able to end a connection in every way there is: properly, without
the close_notify of TLS, or with a TCP reset.
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import Callable

CHUNK = 65536
HOLD_SECONDS = 120.0
TCP_ESTABLISHED = 1
READ_LIMIT = 64 * 1024 * 1024


class Connection:
    """One accepted connection; all of it belongs to the event loop."""

    def __init__(self, sock: socket.socket, serial: int) -> None:
        self.serial = serial
        self.requests_read = 0
        self.is_open = True
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._received = bytearray()
        self._has_ended = False
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Shake hands as the server; ssl.SSLError when that fails.

        The alert that tells the peer why has been sent by then.
        """
        tls = context.wrap_bio(
            self._incoming, self._outgoing, server_side=True
        )
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._flush()
                self._put(await self.receive_raw())
            except ssl.SSLError:
                await self._flush()
                raise
        self._tls = tls
        await self._flush()
        self._decrypt()  # the request may have come with the last message

    async def receive_raw(self) -> bytes:
        """What comes next on the socket, not decrypted; empty at the end."""
        return await self._loop.sock_recv(self._sock, CHUNK)

    async def receive(self) -> bytes:
        """What comes next, decrypted; empty at the end."""
        if not self._received:
            await self._fill()
        return self._cut_off(len(self._received))

    async def read_until(self, mark: bytes) -> bytes | None:
        """The bytes up to and with the mark; None when it never comes."""
        while (start := self._received.find(mark)) < 0:
            if not await self._fill():
                return None
        return self._cut_off(start + len(mark))

    async def read_exactly(self, size: int) -> bytes | None:
        """The next `size` bytes; None when the peer ends before."""
        while len(self._received) < size:
            if not await self._fill():
                return None
        return self._cut_off(size)

    async def send(self, data: bytes) -> None:
        """Send all of it; OSError when the peer has gone."""
        if self._tls is None:
            await self._loop.sock_sendall(self._sock, data)
            return
        for start in range(0, len(data), CHUNK):
            self._tls.write(data[start:start + CHUNK])
            await self._flush()

    async def wait(
        self, seconds: float, until: asyncio.Future | None = None
    ) -> bool:
        """Wait, and watch the peer meanwhile.

        True when the time is over or `until` is done, false as soon as the
        peer has closed.
        """
        ended = self._loop.create_future()

        def end(is_still_there: bool) -> None:
            if not ended.done():
                ended.set_result(is_still_there)

        def end_at_peace(_: asyncio.Future) -> None:
            end(True)

        if self._has_ended:
            return False
        timer = self._loop.call_later(seconds, end, True)
        if until is not None:
            until.add_done_callback(end_at_peace)
        self._loop.add_reader(self._sock, self._watch, end)
        try:
            return await ended
        finally:
            timer.cancel()
            if until is not None:
                until.remove_done_callback(end_at_peace)
            self._loop.remove_reader(self._sock)

    async def wait_closed(self) -> None:
        """Read and forget what comes until the peer closes."""
        await self.wait(HOLD_SECONDS)

    async def wait_closed_unread(self) -> None:
        """Wait until the peer closes, and read nothing of what it sends."""
        ends = self._loop.time() + HOLD_SECONDS
        while self._is_established() and self._loop.time() < ends:
            await asyncio.sleep(0.1)

    async def wait_readable(self) -> None:
        """Wait until something has come, or the end, and leave it unread."""
        came = self._loop.create_future()
        self._loop.add_reader(self._sock, _settle, came)
        try:
            await came
        finally:
            self._loop.remove_reader(self._sock)

    async def close(self) -> None:
        """End it properly: close_notify where there is TLS, then FIN."""
        if self.is_open and self._tls is not None:
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                pass  # it waits for the peer's close_notify; we do not
            await self._flush()
        self.cut()

    async def close_gently(self, seconds: float = 5.0) -> None:
        """Send FIN, then read until the peer closes too.

        Without that, bytes of the peer that arrive late are answered with
        a reset, which may overtake what we sent last.
        """
        self._sock.shutdown(socket.SHUT_WR)
        try:
            await asyncio.wait_for(self._drain(), seconds)
        except asyncio.TimeoutError:
            pass
        self.cut()

    def cut(self) -> None:
        """End it with a FIN and without a close_notify."""
        self.is_open = False
        self._sock.close()

    def reset(self) -> None:
        """End it with a TCP reset."""
        linger = struct.pack("ii", 1, 0)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.cut()

    async def _drain(self) -> None:
        while await self.receive_raw():
            pass

    async def _fill(self) -> bool:
        if self._has_ended or len(self._received) > READ_LIMIT:
            return False
        before = len(self._received)
        while len(self._received) == before and not self._has_ended:
            self._take(await self.receive_raw())
        return len(self._received) > before

    def _watch(self, end: Callable[[bool], None]) -> None:
        try:
            raw = self._sock.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            raw = b""
        self._take(raw)
        if self._has_ended:
            end(False)

    def _take(self, raw: bytes) -> None:
        """Put what came on the socket, decrypted, with what was received."""
        if self._tls is None:
            self._received += raw
            self._has_ended = not raw
            return
        self._put(raw)
        self._decrypt()

    def _decrypt(self) -> None:
        try:
            while data := self._tls.read(CHUNK):
                self._received += data
            self._has_ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            self._has_ended = True

    def _put(self, raw: bytes) -> None:
        if raw:
            self._incoming.write(raw)
        else:
            self._incoming.write_eof()

    async def _flush(self) -> None:
        if self._outgoing.pending:
            data = self._outgoing.read()
            await self._loop.sock_sendall(self._sock, data)

    def _cut_off(self, size: int) -> bytes:
        head = bytes(self._received[:size])
        del self._received[:size]
        return head

    def _is_established(self) -> bool:
        info = self._sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)
        return info[0] == TCP_ESTABLISHED


def _settle(future: asyncio.Future) -> None:
    if not future.done():
        future.set_result(None)
