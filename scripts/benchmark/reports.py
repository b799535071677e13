"""The case about large reports: time and memory grow as the results do."""

from dataclasses import dataclass
from pathlib import Path

from benchmark.bench import Bench
from benchmark.measure import RunFailed, Sample
from benchmark.result import CaseResult, Goal
from benchmark.targets import WebServer

FORMATS = ("text", "json", "jsonl", "junit", "tap", "github", "html",
           "prometheus")
LARGE = 100_000
DOUBLINGS = 2  # a quarter of it, half of it, all of it
FAILED_EACH = 10  # one check in so many is answered 503
MOST_GROWTH = 2.5  # a doubling takes twice; n^1.3 would be this
MISTAKE = 2
QUIET = "-q"


@dataclass(frozen=True)
class Round:
    """A plan, and the JSON report of a round of it."""

    plan: Path
    report: Path


def reports(bench: Bench) -> CaseResult:
    """Each format with ever more results."""
    sizes = [bench.scaled(LARGE) >> i for i in range(DOUBLINGS, -1, -1)]
    web = WebServer(bench.directory / "reports", bench.certificate, plain=1)
    rounds = [_make_round(bench, web.plain_origins()[0], count)
              for count in sizes]
    result = CaseResult(
        f"{sizes[-1]} results in each format",
        f"One check in {FAILED_EACH} fails. CPU of `rounds merge`, which reads "
        "the JSON report of a round and tells it again; peak memory of "
        f"`rounds check`, which makes one. Of both the whole program with "
        f"{sizes[-1]} results, what of it is the report alone (more than one "
        "line on stdout, `--quiet`), and how much more each doubling takes, "
        f"from {sizes[0]} on: 2.0 is linear.",
        columns=["format", "size", "CPU", "growth", "report alone",
                 "peak memory", "growth", "report alone"],
    )
    quiet = _cpu_ms(bench, rounds[-1], QUIET), _peak_mib(
        bench, rounds[-1], QUIET)
    file = bench.directory / "report"
    for name in FORMATS:
        option = f"--report={name}={file}"
        if _merge(bench, rounds[0], option).code == MISTAKE:
            result.notes.append(f"This rounds has no format {name}.")
            continue
        cpu = [_cpu_ms(bench, each, option) for each in rounds]
        peak = [_peak_mib(bench, each, option) for each in rounds]
        result.rows.append([
            name, f"{file.stat().st_size / 1e6:.1f} MB",
            f"{cpu[-1] / 1000:.2f} s", _growth(cpu),
            f"{(cpu[-1] - quiet[0]) / 1000:.2f} s",
            f"{peak[-1]:.0f} MiB", _growth(peak),
            f"{peak[-1] - quiet[1]:.0f} MiB",
        ])
        result.goals += [
            Goal(f"{name}: {what} for twice the results", MOST_GROWTH,
                 max(_ratios(values)), "times")
            for what, values in (("CPU", cpu), ("memory", peak))
        ]
    web.stop()
    return result


def _make_round(bench: Bench, origin: str, count: int) -> Round:
    plan = bench.plan(f"reports-{count}", [
        f"{origin}/sick?{i}" if i % FAILED_EACH == 0 else f"{origin}/?{i}"
        for i in range(count)
    ])
    made = Round(plan, bench.directory / f"round-{count}.json")
    _check(bench, made, f"--report=json={made.report}")
    return made


def _merge(bench: Bench, made: Round, option: str) -> Sample:
    return bench.meter.run(
        [bench.programs.rounds, "merge", option, made.report])


def _check(bench: Bench, made: Round, option: str) -> Sample:
    done = bench.meter.run(
        bench.rounds("threads", 16, made.plan, option).command)
    if done.code != 1:
        raise RunFailed(done.output[-2000:])
    return done


def _cpu_ms(bench: Bench, made: Round, option: str) -> float:
    """The least of some runs: what others do on this machine adds to it."""
    return min(_merge(bench, made, option).cpu_ms
               for _ in range(min(bench.passes, 3)))


def _peak_mib(bench: Bench, made: Round, option: str) -> float:
    return _check(bench, made, option).peak_kib / 1024


def _ratios(values: list[float]) -> list[float]:
    return [later / earlier for earlier, later in zip(values, values[1:])]


def _growth(values: list[float]) -> str:
    return ", ".join(f"{ratio:.2f}" for ratio in _ratios(values))
