"""A network namespace of its own, for faults of names and of routes.

    with Namespace(tmp_path) as namespace:
        namespace.forbid("prohibit", "192.0.2.0/24")
        namespace.serve_names("silent")
        namespace.run(["curl", "http://name.example/"])

Nothing leaves it: it has a loopback device and, where asked for, a TUN
device: one that nobody reads, which swallows all packets, or one that leads
back to it by a long way.
"""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from support import lossy, name_server
from support.processes import Process

CONFIGURATION = Path("/etc/netns")
OWN_ADDRESS = "198.18.0.1"
FAR_ADDRESS = "198.18.0.2"
SECONDS = 30

_numbers = itertools.count(1)


class Namespace:
    """A namespace, deleted at the end of the with statement.

    Entering skips the test where the machine does not permit namespaces.
    """

    def __init__(self, directory: Path) -> None:
        self.name = f"rounds-{os.getpid()}-{next(_numbers)}"
        self._directory = directory
        self._configuration = CONFIGURATION / self.name
        self._servers: list[Process] = []
        self._is_made = False

    def __enter__(self) -> "Namespace":
        try:
            _ip("netns", "add", self.name)
            self._is_made = True
            self.ip("link", "set", "lo", "up")
            self._configuration.mkdir(parents=True)
        except OSError as reason:
            self.delete()
            pytest.skip(f"no network namespace here: {reason}")
        except BaseException:
            self.delete()
            raise
        self.use_name_server(name_server.ADDRESS)
        return self

    def __exit__(self, *_: object) -> None:
        self.delete()

    def delete(self) -> None:
        """End its servers and delete it; twice is harmless."""
        for server in self._servers:
            server.stop()
        self._servers.clear()
        shutil.rmtree(self._configuration, ignore_errors=True)
        if self._is_made:
            self._is_made = False
            _ip("netns", "del", self.name)

    def ip(self, *arguments: str) -> None:
        """Run `ip` on the namespace."""
        _ip("-n", self.name, *arguments)

    @property
    def prefix(self) -> list[str]:
        """What stands before a command to run it in the namespace."""
        return ["ip", "netns", "exec", self.name]

    def run(
        self, arguments: Sequence[str | Path], **options: Any
    ) -> subprocess.CompletedProcess:
        """subprocess.run() in the namespace, output captured as text."""
        settings = {"capture_output": True, "text": True, "timeout": SECONDS}
        command = [*self.prefix, *arguments]
        return subprocess.run(command, **settings | options)

    def forbid(self, kind: str, network: str) -> None:
        """A route that fails: `prohibit`, `unreachable` or `blackhole`.

        connect() gives EACCES, EHOSTUNREACH and EINVAL; where there is no
        route at all, as everywhere at first, it gives ENETUNREACH.
        """
        self.ip("route", "add", kind, network)

    def swallow(self, network: str) -> None:
        """A route to nowhere: packets leave and nothing ever comes back."""
        device = f"nowhere{next(_numbers)}"
        self.ip("tuntap", "add", "dev", device, "mode", "tun")
        self.ip("address", "add", OWN_ADDRESS, "dev", device)
        self.ip("link", "set", device, "up")
        self.ip("route", "add", network, "dev", device)

    def serve_far_away(self, one_way_ms: float, loss: float) -> str:
        """The origin of a server behind a long line that loses packets.

        It answers every path at once, see lossy.py.
        """
        device = f"far{next(_numbers)}"
        self.ip("tuntap", "add", "dev", device, "mode", "tun")
        self.ip("address", "add", OWN_ADDRESS, "dev", device)
        self.ip("link", "set", device, "up")
        self.ip("route", "add", FAR_ADDRESS, "dev", device)
        arguments = [device, OWN_ADDRESS, str(one_way_ms), str(loss)]
        log_file = self._directory / f"{self.name}-far.log"
        server = Process(
            "far server",
            [*self.prefix, sys.executable, lossy.__file__, *arguments],
            log_file,
            environment={"PYTHONPATH": str(Path(__file__).parents[1])},
        )
        self._servers.append(server)
        server.wait_for_line(lossy.READY)
        return f"http://{FAR_ADDRESS}:{server.log().splitlines()[0]}"

    def use_name_server(self, *addresses: str) -> None:
        """Let /etc/resolv.conf in the namespace name these servers."""
        lines = [f"nameserver {address}\n" for address in addresses]
        (self._configuration / "resolv.conf").write_text("".join(lines))

    def serve_names(self, *answers: str) -> Process:
        """Start a name server, see name_server.py; its log has the queries.

        Without one, queries are refused at once.
        """
        log_file = self._directory / f"{self.name}-names.log"
        command = [sys.executable, name_server.__file__, *answers]
        server = Process("name server", [*self.prefix, *command], log_file)
        self._servers.append(server)
        server.wait_for_line(name_server.READY)
        return server


def _ip(*arguments: str) -> None:
    done = subprocess.run(
        ["ip", *arguments], capture_output=True, text=True, timeout=SECONDS
    )
    if done.returncode != 0:
        words = " ".join(arguments)
        raise OSError(f"ip {words}: {done.stderr.strip()}")
