"""Runs of a command and what they took, and medians over them."""

import os
import statistics
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
SECONDS_AT_MOST = 600


class RunFailed(Exception):
    """A command did not do what it was to be measured at."""


@dataclass(frozen=True)
class Sample:
    """One run; `connections` is None where nobody counted them."""

    wall_ms: float
    cpu_ms: float
    peak_kib: int
    started_s: float
    code: int
    output: str
    connections: int | None = None


@dataclass(frozen=True)
class Contestant:
    """A command that does the work of a case.

    `wall_ms_of` reads the time that counts out of the output of a program
    that does not do the work once but all through a given time; `checks_of`
    then says how much it did. One that takes minutes has fewer turns.
    """

    name: str
    command: Sequence[str | Path]
    is_done: Callable[[Sample], bool] = lambda sample: sample.code == 0
    wall_ms_of: Callable[[str], float] | None = None
    checks_of: Callable[[str], int] | None = None
    turns_at_most: int | None = None


def clean_environment() -> dict[str, str]:
    """No proxy, no locale of its own, no certificates from elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT_VARIABLES
    }
    return kept | {"LC_ALL": "C.UTF-8"}


class Meter:
    """Runs commands below the little program that measures them."""

    def __init__(self, program: Path, directory: Path) -> None:
        self._program = program
        self._directory = directory
        self._file = directory / "measured.txt"
        self._output = directory / "output.txt"

    def run(self, command: Sequence[str | Path]) -> Sample:
        """Run a command to its end; its stdout is kept, its stderr too.

        They go to a file, so that nobody here reads along meanwhile.
        """
        with open(self._output, "wb") as output:
            done = subprocess.run(
                [self._program, self._file, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=SECONDS_AT_MOST,
                env=clean_environment(),
                cwd=self._directory,
            )
        text = self._output.read_text(errors="replace")
        numbers = self._file.read_text().split()
        if len(numbers) != 5:
            raise RunFailed(f"{command[0]}: {text[-2000:]}")
        started, wall, user, system, peak = map(int, numbers)
        return Sample(
            wall_ms=wall / 1000,
            cpu_ms=(user + system) / 1000,
            peak_kib=peak,
            started_s=started / 1e6,
            code=done.returncode,
            output=text,
        )


def median(numbers: Sequence[float]) -> float:
    """The median; of an empty sequence, too: not a number."""
    return statistics.median(numbers) if numbers else float("nan")


def percentile(numbers: Sequence[float], percent: float) -> float:
    """By nearest rank, as in the reports of rounds."""
    ordered = sorted(numbers)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def median_ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the ratios within each pass: what slows the machine
    down for a while slows both."""
    return median([upper / lower for upper, lower in zip(over, under)])
