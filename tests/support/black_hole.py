"""A port on loopback that leaves every SYN unanswered."""

import select
import socket

from support.server import bound_socket, origin

FILLERS_AT_MOST = 16
UNANSWERED_SECONDS = 0.3


class BlackHole:
    """A listening socket whose backlog is full.

    Linux drops a SYN when the accept queue is full; the client sends it
    again and again and hears nothing until its own limit.
    """

    def __init__(self) -> None:
        self._listener = bound_socket()
        self._listener.listen(0)
        self._fillers: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        self.origin = origin("http", "127.0.0.1", self.port)
        while self._is_answering():
            if len(self._fillers) > FILLERS_AT_MOST:
                raise AssertionError("the backlog does not get full")

    def stop(self) -> None:
        """Close the port; SYNs are refused from now on."""
        for sock in [self._listener, *self._fillers]:
            sock.close()

    def _is_answering(self) -> bool:
        """Take one more place of the backlog; false when there is none."""
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", self.port))
        self._fillers.append(filler)
        _, connected, _ = select.select([], [filler], [], UNANSWERED_SECONDS)
        return bool(connected)
