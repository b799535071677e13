"""What all cases share: programs, certificates, plans, and races."""

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from support.certificates import Certificates

from benchmark.measure import (
    Contestant,
    Meter,
    RunFailed,
    Sample,
    median,
    median_ratio,
)
from benchmark.result import CaseResult
from benchmark.targets import WebServer

ENGINES = ("threads", "async")
SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
AIOHTTP_PYTHON = "/usr/bin/python3"  # for which Debian packs aiohttp
PATIENCE_S = "30"  # of peers: all is well, only the machine may be busy


@dataclass(frozen=True)
class Programs:
    """What is measured and what measures."""

    rounds: Path
    peers: Path
    measured: Path
    line: Path
    bare_libcurl: Path
    soak: Path


class Bench:
    """The programs, a folder to work in, and how often to measure."""

    def __init__(
        self, programs: Programs, directory: Path, passes: int, is_quick: bool
    ) -> None:
        self.programs = programs
        self.directory = directory
        self.passes = passes
        self.is_quick = is_quick
        self.meter = Meter(programs.measured, directory)
        folder = directory / "certificates"
        folder.mkdir()
        certificates = Certificates(folder)
        self.certificate = certificates.good
        self.one_certificate = certificates.root_file
        self.bundle = self._make_bundle()

    def scaled(self, count: int) -> int:
        """So many, or a tenth of it when it has to be quick."""
        return max(1, count // 10) if self.is_quick else count

    def plan(
        self,
        name: str,
        urls: Iterable[str],
        defaults: str = "",
        common: str = "",
    ) -> Path:
        """A plan of these URLs, and the list for curl beside it."""
        urls = list(urls)
        path = self.directory / f"{name}.cfg"
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"defaults = {{ {defaults} }};\nendpoints = (\n")
            file.write(",\n".join(
                f'  {{ name = "e{i}"; url = "{url}"; {common} }}'
                for i, url in enumerate(urls)
            ))
            file.write("\n);\n")
        _list_for_curl(path).write_text("".join(
            f'url = "{url}"\noutput = "/dev/null"\n' for url in urls))
        return path

    def rounds(
        self, engine: str, workers: int, plan: Path, *options: str | Path
    ) -> Contestant:
        """One round of a plan with everything healthy."""
        return Contestant(
            f"rounds {engine}",
            [self.programs.rounds, "check", "--engine", engine,
             "-n", str(workers), *options, plan],
        )

    def aiohttp(
        self, workers: int, plan: Path, *options: str | Path
    ) -> Contestant | None:
        """The script with one session and a semaphore."""
        script = self.programs.peers / "aiohttp_check.py"
        command = [AIOHTTP_PYTHON, script, "-n", str(workers),
                   "--timeout", PATIENCE_S, "--connect-timeout", PATIENCE_S,
                   *options, plan]
        if self.meter.run([AIOHTTP_PYTHON, "-c", "import aiohttp"]).code:
            return None
        return Contestant(
            "aiohttp", command,
            is_done=lambda sample: not sample.code
            and "did not answer" not in sample.output)

    def curl(
        self,
        workers: int,
        plan: Path,
        checks: int,
        *options: str | Path,
        name: str = "curl -Z",
        turns_at_most: int | None = None,
    ) -> Contestant | None:
        """`curl --parallel` on the same URLs."""
        if not shutil.which("curl"):
            return None
        script = self.programs.peers / "curl_parallel"
        return Contestant(
            name,
            [script, str(workers), _list_for_curl(plan),
             "--connect-timeout", PATIENCE_S, "--max-time", PATIENCE_S,
             *options],
            is_done=lambda sample: _count_200(sample.output) == checks,
            turns_at_most=turns_at_most,
        )

    def bare_libcurl(
        self, workers: int, plan: Path, checks: int, *options: str | Path
    ) -> Contestant:
        """Threads that do nothing but curl_easy_perform()."""
        command = [self.programs.bare_libcurl, str(workers),
                   _list_for_curl(plan), *options]
        return Contestant(
            "bare libcurl",
            command,
            is_done=lambda sample: int(sample.output) == checks,
        )

    def hey(self, workers: int, url: str, checks: int) -> Contestant | None:
        """As many requests for one URL by hey."""
        if not shutil.which("hey"):
            return None
        return Contestant(
            "hey",
            ["hey", "-n", str(checks), "-c", str(workers), url],
            is_done=lambda sample: f"[200]\t{checks} " in sample.output,
        )

    def wrk(self, workers: int, url: str, checks: int) -> Contestant | None:
        """One URL for a second by wrk, reckoned up to as many requests."""
        if not shutil.which("wrk"):
            return None
        return Contestant(
            "wrk",
            ["wrk", "-t", "1", "-c", str(workers), "-d", "1s", url],
            wall_ms_of=lambda output: checks / _number(
                r"Requests/sec:\s+([\d.]+)", output) * 1000,
            checks_of=lambda output: int(
                _number(r"(\d+) requests in", output)),
        )

    def _make_bundle(self) -> Path:
        """Debian's certificates and ours: what a real client has to load."""
        path = self.directory / "bundle.pem"
        system = SYSTEM_BUNDLE.read_bytes() if SYSTEM_BUNDLE.exists() else b""
        path.write_bytes(system + self.one_certificate.read_bytes())
        return path


def race(
    bench: Bench,
    result: CaseResult,
    contestants: Sequence[Contestant | None],
    checks: int,
    web: WebServer | None = None,
) -> dict[str, list[Sample]]:
    """Run them A B C A B C, and make the table of it.

    One more pass goes before, which does not count. A contestant that is
    None is not installed.
    """
    present = [each for each in contestants if each]
    samples: dict[str, list[Sample]] = {each.name: [] for each in present}
    for number in range(-1, bench.passes):
        for each in present:
            if not _has_turn(each, number):
                continue
            sample = _run_counted(bench, each, web)
            if not each.is_done(sample):
                raise RunFailed(
                    f"{each.name} ended with {sample.code}:\n"
                    f"{sample.output[-2000:]}"
                )
            if number >= 0:
                samples[each.name].append(_reckoned(each, sample, checks))
    _tabulate(result, samples, checks)
    if len(present) < len(contestants):
        result.notes.append("Not every peer is installed here.")
    return samples


def walls(samples: Sequence[Sample]) -> list[float]:
    """Their times."""
    return [sample.wall_ms for sample in samples]


def cpus(samples: Sequence[Sample]) -> list[float]:
    """Their CPU times."""
    return [sample.cpu_ms for sample in samples]


def peaks_mib(samples: Sequence[Sample]) -> list[float]:
    """Their peaks of memory."""
    return [sample.peak_kib / 1024 for sample in samples]


def wall_ratio(
    samples: dict[str, list[Sample]], ours: str, theirs: str
) -> float:
    """Our time as a share of theirs."""
    if theirs not in samples:
        return float("nan")
    return median_ratio(walls(samples[ours]), walls(samples[theirs]))


def cpu_ratio(
    samples: dict[str, list[Sample]], ours: str, theirs: str
) -> float:
    """Our CPU time as a share of theirs."""
    if theirs not in samples:
        return float("nan")
    return median_ratio(cpus(samples[ours]), cpus(samples[theirs]))


def as_json(samples: dict[str, list[Sample]]) -> dict[str, list[dict]]:
    """The figures, without what the programs said."""
    return {
        name: [
            {key: value for key, value in asdict(sample).items()
             if key not in ("output", "code")}
            for sample in several
        ]
        for name, several in samples.items()
    }


def _has_turn(contestant: Contestant, number: int) -> bool:
    most = contestant.turns_at_most
    return most is None or 0 <= number < most


def _run_counted(
    bench: Bench, contestant: Contestant, web: WebServer | None
) -> Sample:
    before = web.connections() if web else 0
    sample = bench.meter.run(contestant.command)
    if web:
        sample = replace(sample, connections=web.connections() - before)
    return sample


def _reckoned(contestant: Contestant, sample: Sample, checks: int) -> Sample:
    """What so many checks take, where the program made another number."""
    if contestant.wall_ms_of:
        sample = replace(
            sample, wall_ms=contestant.wall_ms_of(sample.output)
        )
    if contestant.checks_of:
        done = contestant.checks_of(sample.output)
        sample = replace(sample, cpu_ms=sample.cpu_ms * checks / done)
    return sample


def _tabulate(
    result: CaseResult, samples: dict[str, list[Sample]], checks: int
) -> None:
    result.columns = [
        "", "wall (least to most)", "CPU a check", "peak memory",
        "connections", "wall: threads, async are of it",
        "CPU: threads, async are of it",
    ]
    for name, several in samples.items():
        result.rows.append([
            name,
            _spread(walls(several)),
            f"{median(cpus(several)) * 1000 / checks:.0f} us",
            f"{median(peaks_mib(several)):.1f} MiB",
            _connections(several),
            _ratios(samples, name, wall_ratio),
            _ratios(samples, name, cpu_ratio),
        ])
    result.samples = as_json(samples)


def _ratios(samples: dict[str, list[Sample]], theirs: str, ratio) -> str:
    if theirs.startswith("rounds"):
        return ""
    return ", ".join(
        f"{ratio(samples, f'rounds {engine}', theirs):.2f}"
        for engine in ENGINES
    )


def _spread(times_ms: Sequence[float]) -> str:
    return (
        f"{seconds(median(times_ms))} ({min(times_ms) / 1000:.2f} to "
        f"{max(times_ms) / 1000:.2f})"
    )


def seconds(time_ms: float) -> str:
    """A time for people."""
    return f"{time_ms / 1000:.2f} s"


def _connections(samples: Sequence[Sample]) -> str:
    counted = [each.connections for each in samples]
    return "" if None in counted else f"{median(counted):.0f}"


def _list_for_curl(plan: Path) -> Path:
    return plan.with_name(f"{plan.name}.curl")


def _count_200(output: str) -> int:
    return sum(line.startswith("200 ") for line in output.splitlines())


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if not found:
        raise RunFailed(f"no {pattern} in:\n{text[-2000:]}")
    return float(found[1])
