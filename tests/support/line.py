"""Long lines in user space: ports behind which others lie at a distance."""

from collections.abc import Sequence
from pathlib import Path

from support.processes import Process
from support.server import listening_socket


class Line:
    """The line; `program` is scripts/benchmark/line.c, built."""

    def __init__(
        self,
        program: Path,
        directory: Path,
        ports: Sequence[int],
        one_way_ms: float,
        setup_ms: float = 0,
    ) -> None:
        directory.mkdir(parents=True)
        sockets = [listening_socket() for _ in ports]
        for sock in sockets:
            sock.setblocking(False)
        self.ports = [sock.getsockname()[1] for sock in sockets]
        places = [
            f"{sock.fileno()}:{port}" for sock, port in zip(sockets, ports)
        ]
        self.process = Process(
            "line",
            [program, str(round(one_way_ms * 1000)),
             str(round(setup_ms * 1000)), *places],
            directory / "line.log",
            inherited=[sock.fileno() for sock in sockets],
        )
        for sock in sockets:
            sock.close()
        self.process.wait_for_line("ready")

    def stop(self) -> None:
        """End it, and all connections through it."""
        self.process.stop()

    def origins(self, scheme: str) -> list[str]:
        """The beginnings of URLs that go through it."""
        return [f"{scheme}://127.0.0.1:{port}" for port in self.ports]
