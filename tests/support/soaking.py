"""Round after round in one process, over targets of which one in ten fails.

    with Soaking(tmp_path, certificates, checks=1000) as soaking:
        rounds = soaking.run(program, "threads", 100)

`program` is the one that tests/soak builds.
"""

import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.certificates import Certificates
from support.faults import Faults
from support.nginx import PLAIN, STANDARD, TLS, Nginx
from support.plan_values import make_plan
from support.plans import write_plan

SECONDS_AT_MOST = 1800
OUTCOMES = (
    "healthy", "degraded", "unhealthy", "unreachable", "unknown", "skipped",
)

# One check in ten is one of these, in turn.
FAULT_EVERY = 10
UNHEALTHY = ("/status/503", "/status/404")
UNREACHABLE = (
    "refused", "empty_reply", "reset_within", "truncated_by_length", "garbage",
    "tls_expired",
)
# And one in so many runs into its time limit, which holds a worker up.
TIMEOUT_EVERY = 500
TIMEOUT = {"timeout": "100ms"}


@dataclass(frozen=True)
class Round:
    """What a round came to, and what the process held after it."""

    outcomes: dict[str, int]
    resident_kib: int
    heap_kib: int
    descriptors: int


class Soaking:
    """Targets, and a plan of so many checks for them."""

    def __init__(
        self, directory: Path, certificates: Certificates, checks: int
    ) -> None:
        self.expected: Counter[str] = Counter()
        self._faults = Faults(certificates)
        self._nginx = Nginx(directory / "nginx", STANDARD, certificates.good)
        endpoints = [self._endpoint(i) for i in range(checks)]
        self.plan = write_plan(directory, make_plan(
            endpoints,
            defaults={
                "timeout": "30s",
                "connect_timeout": "30s",
                "tls": {"ca_file": str(certificates.root_file)},
            },
        ), "soak.cfg")

    def __enter__(self) -> "Soaking":
        return self

    def __exit__(self, *_: object) -> None:
        self._nginx.stop()
        self._faults.stop()

    def run(self, program: Path, engine: str, rounds: int) -> list[Round]:
        """So many rounds in one process, none of which loses a result."""
        done = subprocess.run(
            [program, engine, str(rounds), self.plan],
            capture_output=True, text=True, timeout=SECONDS_AT_MOST,
        )
        if done.returncode != 0:
            raise AssertionError(
                f"ended with {done.returncode}: {done.stderr[-4000:]}")
        return [_round(line) for line in done.stdout.splitlines()]

    def _endpoint(self, number: int) -> dict[str, Any]:
        outcome, url, settings = self._target(number)
        self.expected[outcome] += 1
        return {"name": f"e{number}", "url": url} | settings

    def _target(self, number: int) -> tuple[str, str, dict[str, str]]:
        if number % TIMEOUT_EVERY == 0:
            url = self._faults.url("silent_after_accept")
            return "unreachable", url, TIMEOUT
        if number % FAULT_EVERY:
            listener = TLS if number % 2 else PLAIN
            return "healthy", self._nginx.url(listener), {}
        turn = number // FAULT_EVERY
        turn %= len(UNHEALTHY) + len(UNREACHABLE)
        if turn < len(UNHEALTHY):
            return "unhealthy", self._nginx.url(PLAIN, UNHEALTHY[turn]), {}
        name = UNREACHABLE[turn - len(UNHEALTHY)]
        return "unreachable", self._faults.url(name), {}


def _round(line: str) -> Round:
    numbers = [int(word) for word in line.split()]
    return Round(dict(zip(OUTCOMES, numbers)), *numbers[len(OUTCOMES):])
