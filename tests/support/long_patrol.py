"""A patrol of many endpoints over many beats, and what it took.

    patrol = LongPatrol(tmp_path, urls)
    figures = patrol.run(program, beats=600)

It is asked every second, keeps a history, and logs each check, of which only
figures are kept here.
"""

import json
import os
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.plans import plan_of
from support.program import clean_environment

SETTINGS = 'schedule = { every = "1s"; };\nhistory = { file = "long.db"; };\n'
CHECK = '"event":"check"'
LAG = '"lag_ms":'
KIB = 1024


@dataclass(frozen=True)
class Sample:
    """What the process held at a moment, in seconds from its start."""

    at: float
    resident_kib: int
    descriptors: int
    cpu_s: float
    log_bytes: int  # SQLite's write-ahead log


@dataclass
class Figures:
    """What a patrol came to."""

    checks: int = 0
    skipped: int = 0
    missed: int = 0
    lags_ms: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    trouble: list[dict[str, Any]] = field(default_factory=list)
    stored: Counter[str] = field(default_factory=Counter)  # by endpoint
    history_bytes: int = 0
    code: int = 0


class LongPatrol:
    """A plan of these URLs, named e0, e1 and so on, in a folder."""

    def __init__(
        self, directory: Path, urls: Sequence[str], settings: str = ""
    ) -> None:
        self.file = directory / "long.db"
        self._plan = directory / "long.cfg"
        self._plan.write_text(plan_of(list(urls), SETTINGS + settings))

    def run(self, program: Path, beats: int) -> Figures:
        """So many beats of each endpoint, sampled once a second."""
        figures = Figures()
        process = subprocess.Popen(
            [program, "watch", "--rounds", str(beats), "--log-format", "json",
             "--log-level", "debug", self._plan],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=clean_environment(), cwd=self._plan.parent, encoding="utf-8",
        )
        reader = threading.Thread(target=_read, args=(process, figures))
        reader.start()
        began = time.monotonic()
        try:
            while process.poll() is None:
                self._sample(process.pid, time.monotonic() - began, figures)
                time.sleep(1)
        finally:
            process.kill()
            figures.code = process.wait()
            reader.join()
        self._read_history(figures)
        return figures

    def _sample(self, pid: int, at: float, figures: Figures) -> None:
        try:
            statm = Path(f"/proc/{pid}/statm").read_text().split()
            times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
            descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        except (FileNotFoundError, ProcessLookupError):
            return
        if int(statm[1]) == 0:  # it is ending
            return
        ticks = sum(map(int, times.split()[11:13]))
        ahead = Path(f"{self.file}-wal")
        figures.samples.append(Sample(
            at, int(statm[1]) * os.sysconf("SC_PAGESIZE") // KIB, descriptors,
            ticks / os.sysconf("SC_CLK_TCK"),
            ahead.stat().st_size if ahead.exists() else 0,
        ))

    def _read_history(self, figures: Figures) -> None:
        figures.history_bytes = self.file.stat().st_size
        with closing(sqlite3.connect(self.file)) as database:
            assert database.execute(
                "PRAGMA integrity_check").fetchall() == [("ok",)]
            figures.stored.update(dict(database.execute(
                "SELECT name, count(*) FROM result JOIN endpoint"
                " ON endpoint.id = result.endpoint GROUP BY name")))


def _read(process: subprocess.Popen, figures: Figures) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if CHECK in line:
            figures.checks += 1
            _, found, rest = line.partition(LAG)
            if found:
                figures.lags_ms.append(float(rest.partition(",")[0]))
            continue
        event = json.loads(line)
        if event["event"] == "omission":
            figures.skipped += event["skipped"]
            figures.missed += event["missed"]
        elif event["event"] not in ("start", "round", "state", "end"):
            figures.trouble.append(event)
