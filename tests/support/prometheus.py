"""Debian's Prometheus, scraping one target."""

import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from support.processes import PATIENCE, Process, wait_until

CONFIGURATION = """\
global: {{ scrape_interval: 1s }}
scrape_configs:
  - job_name: rounds
    authorization: {{ credentials_file: token }}
    static_configs: [{{ targets: ["{target}"] }}]
"""


class Prometheus:
    """The server; it listens on a port the kernel chose, until stop()."""

    def __init__(self, directory: Path, target: str, token: str) -> None:
        (directory / "token").write_text(token)
        file = directory / "prometheus.yml"
        file.write_text(CONFIGURATION.format(target=target))
        self._process = Process(
            "prometheus",
            ["prometheus", f"--config.file={file}",
             f"--storage.tsdb.path={directory / 'data'}",
             "--web.listen-address=127.0.0.1:0"],
            directory / "prometheus.log",
        )
        self._process.wait_until_ready(lambda: self._port() is not None)
        self._origin = f"http://127.0.0.1:{self._port()}"

    def ask(self, query: str) -> list[dict[str, Any]]:
        """What it answers to a query at this moment."""
        words = urllib.parse.urlencode({"query": query})
        url = f"{self._origin}/api/v1/query?{words}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            assert error.code == 503, error  # it is not ready yet
            return []

    def wait_for(self, query: str) -> list[dict[str, Any]]:
        """The first answer to a query that has anything in it."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            found[:] = self.ask(query)
            return bool(found)

        wait_until(look, query, PATIENCE)
        return found

    def stop(self) -> None:
        """End it."""
        self._process.stop()

    def _port(self) -> int | None:
        """The port it listens on, as the kernel knows it."""
        told = subprocess.run(
            ["ss", "--no-header", "--listening", "--tcp", "--numeric",
             "--processes"],
            capture_output=True, check=True, encoding="utf-8",
        ).stdout
        line = re.search(
            rf"127\.0\.0\.1:(\d+) .*\bpid={self._process.pid},", told
        )
        return int(line[1]) if line else None
