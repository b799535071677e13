"""The case about a patrol: a thousand endpoints, each of them every second."""

import json
import os
import subprocess
import sys

from support.long_patrol import Figures, LongPatrol

from benchmark.bench import Bench
from benchmark.measure import RunFailed, percentile
from benchmark.result import CaseResult, Goal
from benchmark.targets import WebServer

ENDPOINTS = 1000
ORIGINS = 20
MINUTES = 10
SETTLED = 0.2  # of the time: by then all that is kept for later has been made

# What docs/history.md computes a file of at most.
RESULT_BYTES = 48
HOUR_BYTES = 200
EMPTY_BYTES = 256 * 1024


class Machine:
    """How busy all processors were, those of others too."""

    def __init__(self) -> None:
        self._began = self._times()

    def busy_percent(self) -> float:
        """Since it was made."""
        busy, whole = (
            now - then for now, then in zip(self._times(), self._began))
        return 100 * busy / whole if whole else 0.0

    @staticmethod
    def _times() -> tuple[int, int]:
        with open("/proc/stat", encoding="ascii") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


class Sleeper:
    """A process that only sleeps: nobody is woken any less late."""

    SCRIPT = """
import json, select, sys, time
late, due = [], time.monotonic()
while True:
    due = max(due, time.monotonic()) + 0.02
    if select.select([sys.stdin], [], [], due - time.monotonic())[0]:
        break
    late.append((time.monotonic() - due) * 1000)
print(json.dumps(late))
"""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", self.SCRIPT], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)

    def end(self) -> list[float]:
        """Wake it for good; gives by how many milliseconds it was late."""
        return json.loads(self._process.communicate()[0])


def patrol(bench: Bench) -> CaseResult:
    """Ten minutes of it, all logged and stored."""
    seconds = bench.scaled(60 * MINUTES)
    web = WebServer(bench.directory / "patrol", bench.certificate,
                    plain=ORIGINS)
    origins = web.plain_origins()
    urls = [f"{origins[i % ORIGINS]}/?{i}" for i in range(ENDPOINTS)]
    machine, sleeper = Machine(), Sleeper()
    figures = LongPatrol(bench.directory, urls).run(
        bench.programs.rounds, seconds)
    late_ms = sleeper.end()
    busy = machine.busy_percent()
    web.stop()
    if figures.code or not figures.samples:
        raise RunFailed(f"ended with {figures.code}: {figures.trouble[:3]}")
    return _tell(figures, seconds, busy, late_ms)


def _tell(
    figures: Figures, seconds: int, busy: float, late_ms: list[float]
) -> CaseResult:
    # From the last beat on it closes what it has.
    samples = [each for each in figures.samples if each.at < seconds - 1]
    begun, last = samples[int(len(samples) * SETTLED)], samples[-1]
    half = len(samples) // 2
    most_open = [max(each.descriptors for each in part)
                 for part in (samples[:half], samples[half:])]
    lags = [percentile(figures.lags_ms, each) for each in (50, 99, 99.9, 100)]
    computed = (figures.checks * RESULT_BYTES
                + ENDPOINTS * HOUR_BYTES * (2 + seconds // 3600) + EMPTY_BYTES)
    result = CaseResult(
        f"{ENDPOINTS} endpoints every second for {seconds} s",
        f"`rounds watch` over {ORIGINS} origins, every check logged and "
        "stored. A start is late by the time from its beat to its request. "
        f"Memory is flat where it is no more at the end than after a "
        f"{round(1 / SETTLED)}th of the time; descriptors come and go with "
        "connections, of which a busy machine needs more.",
        columns=["", "figure"],
        rows=[
            ["checks made, of those due",
             f"{figures.checks} of {ENDPOINTS * seconds}"],
            ["starts late, p50, p99, p99.9, most",
             ", ".join(f"{each:.1f}" for each in lags) + " ms"],
            ["memory then and at the end",
             f"{begun.resident_kib / 1024:.1f}, "
             f"{last.resident_kib / 1024:.1f} MiB"],
            ["descriptors, most in each half",
             f"{most_open[0]}, {most_open[1]}"],
            ["history, at most as computed",
             f"{figures.history_bytes / 1e6:.1f} MB of "
             f"{computed / 1e6:.1f} MB"],
            ["history, bytes a check",
             f"{figures.history_bytes / figures.checks:.1f}"],
            ["most that SQLite wrote ahead",
             f"{max(each.log_bytes for each in figures.samples) / 1e6:.1f} MB"],
            ["CPU a second", f"{last.cpu_s / last.at * 1000:.0f} ms"],
        ],
        goals=[
            Goal("rounds missed or skipped", 0,
                 ENDPOINTS * seconds - figures.checks),
            Goal("results not stored", 0,
                 figures.checks - sum(figures.stored.values())),
            Goal("start late, p99", 50, lags[1], "ms"),
            Goal("memory over that after a fifth", 1.05,
                 last.resident_kib / begun.resident_kib),
            Goal("descriptors, second half over the first", 1.1,
                 most_open[1] / most_open[0]),
            Goal("history over what is computed", 1,
                 figures.history_bytes / computed),
        ],
        notes=[
            f"All {os.cpu_count()} processors were busy for {busy:.0f} % of "
            "the time, with the servers, the log's reader and whatever else "
            "ran. A process that only slept was woken late by "
            + ", ".join(f"{percentile(late_ms, each):.1f}"
                        for each in (50, 99, 100))
            + " ms (p50, p99, most): what is late so far is the machine's.",
        ],
        samples={
            "samples": [
                [round(each.at), each.resident_kib, each.descriptors]
                for each in figures.samples[::10]
            ],
            "trouble": figures.trouble[:20],
        },
    )
    return result
