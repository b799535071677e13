"""A mail server that says nothing any more from some command on."""

import socket
import threading

from support.processes import wait_until
from support.server import listening_socket

GREETING = "GREETING"


class StallingMailServer:
    """Without TLS; it answers up to the command `silent_at`, "DATA" say, or
    does not even greet. "." is the end of a mail."""

    def __init__(self, silent_at: str) -> None:
        self.seen: list[str] = []
        self._silent_at = silent_at
        self._ended = threading.Event()
        self._listener = listening_socket()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The server as a plan names it."""
        return f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"

    def wait_until_silent(self) -> None:
        """Wait until it has been sent what it does not answer."""
        wait_until(
            lambda: self._silent_at in self.seen, f"{self._silent_at} to come"
        )

    def stop(self) -> None:
        """Close its port."""
        self._ended.set()
        self._listener.close()

    def _serve(self) -> None:
        kept = []
        while not self._ended.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            kept.append(client)  # open until the end
            threading.Thread(
                target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        commands = client.makefile("rb")
        command = GREETING
        while command:
            self.seen.append(command)
            if command == self._silent_at:
                return
            answer = {
                GREETING: "220 here", "DATA": "354 go on", "QUIT": "221 bye",
            }.get(command, "250 ok")
            try:
                client.sendall(f"{answer}\r\n".encode())
            except OSError:  # it has hung up
                return
            line = commands.readline()
            while command == "DATA" and line not in (b".\r\n", b""):
                line = commands.readline()
            command = line[:4].decode().strip().upper()
