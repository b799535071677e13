"""A real httpbin under gunicorn, on a port the kernel chose."""

import http.client
import sys
from pathlib import Path

from support.processes import Process
from support.server import listening_socket, origin

THREADS = 16


class Httpbin:
    """A running httpbin; THREADS requests are answered at the same time."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        with listening_socket() as sock:
            self.port = sock.getsockname()[1]
            self.origin = origin("http", "127.0.0.1", self.port)
            self.process = Process(
                "httpbin",
                [
                    sys.executable, "-m", "gunicorn",
                    "--bind", f"fd://{sock.fileno()}",
                    "--worker-class", "gthread",
                    "--threads", str(THREADS),
                    "--keep-alive", "60",
                    "--worker-tmp-dir", str(directory),
                    "httpbin:app",
                ],
                directory / "httpbin.log",
                inherited=[sock.fileno()],
            )
        self.process.wait_until_ready(self._is_ready, seconds=60)

    def url(self, path: str = "/") -> str:
        """The URL of a path."""
        return self.origin + path

    def stop(self) -> None:
        """Stop it and close its port."""
        self.process.stop()

    def _is_ready(self) -> bool:
        client = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=5
        )
        try:
            client.request("GET", "/status/200")
            return client.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            client.close()
