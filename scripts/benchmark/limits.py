"""The cases about time limits, memory and start, where no peer is needed."""

import json
import re
import socket
import subprocess
import time
from pathlib import Path

from support.black_hole import BlackHole
from support.line import Line

from benchmark.bench import ENGINES, Bench, as_json, peaks_mib
from benchmark.measure import (
    Contestant,
    RunFailed,
    Sample,
    clean_environment,
    median,
    percentile,
)
from benchmark.result import CaseResult, Goal
from benchmark.targets import SilentPort, WebServer

CONNECT_S, TOTAL_S = 0.5, 1.0
KIB_PER_MIB = 1024
MEMORY_GOALS = {"threads": (16, 110), "async": (14, 90)}  # MiB, KiB a worker
START_GOALS = {10_000: (30, None), 100_000: (400, 90)}  # ms, MiB


def overshoot(bench: Bench) -> CaseResult:
    """How long after its time limit a check really ends."""
    workers = 256
    each_kind = bench.scaled(2 * workers)
    hole, silent = BlackHole(), SilentPort()
    urls = [
        f"{origin}/?{i}"
        for i in range(each_kind)
        for origin in (hole.origin, silent.origin)
    ]
    plan = bench.plan(
        "overshoot", urls,
        f'connect_timeout = "{CONNECT_S * 1000:.0f}ms"; '
        f'timeout = "{TOTAL_S * 1000:.0f}ms";',
    )
    result = CaseResult(
        f"Time limits kept, {2 * each_kind} hanging endpoints, N = {workers}",
        f"Half of the endpoints never take the connection (limit "
        f"{CONNECT_S} s), half take it and never answer (limit {TOTAL_S} s). "
        "How much later than its limit a check ended, by the program's own "
        "clock.",
        columns=["", "p50", "p99", "most"],
    )
    curl = bench.curl(
        workers, plan, 0, "--connect-timeout", str(CONNECT_S),
        "--max-time", str(TOTAL_S),
        "--write-out", "%{http_code} %{time_total} %{url}\\n")
    late: dict[str, list[list[float]]] = {}
    for _ in range(bench.passes):
        for engine in ENGINES:
            late.setdefault(f"rounds {engine}", []).append(
                _late_by_report(bench, engine, workers, plan, hole.origin))
        if curl:
            late.setdefault("curl -Z", []).append(
                _late_by_curl(bench, curl, hole.origin))
    hole.stop()
    silent.stop()
    for name, passes in late.items():
        figures = [
            median([percentile(one, percent) for one in passes])
            for percent in (50, 99, 100)
        ]
        result.rows.append([name, *(f"{ms:.1f} ms" for ms in figures)])
        if name.startswith("rounds"):
            result.goals.append(Goal(
                f"{name.removeprefix('rounds ')}: overshoot, p99", 15,
                figures[1], "ms"))
    result.samples = {
        name: [percentile(one, 99) for one in passes]
        for name, passes in late.items()
    }
    return result


def memory(bench: Bench) -> CaseResult:
    """What a worker with a live TLS connection takes."""
    origins = 20
    web = WebServer(bench.directory / "memory", bench.certificate,
                    tls=origins)
    distance = Line(bench.programs.line, bench.directory / "memory-1s",
                    web.tls_ports, one_way_ms=500)
    there = distance.origins("https")
    result = CaseResult(
        "Memory of workers with live HTTPS",
        "All workers hold a connection at the same moment, over a line of "
        "one second; one check for each worker; Debian's certificate bundle "
        "loaded. The whole program's peak.",
        columns=["", "N", "peak memory", "goal"],
    )
    for workers in (16, 256, 1000):
        urls = [f"{there[i % origins]}/?{i}" for i in range(workers)]
        plan = bench.plan(
            f"memory-{workers}", urls,
            'timeout = "30s"; connect_timeout = "30s"; '
            f'tls = {{ ca_file = "{bench.bundle}"; }};')
        for engine in ENGINES:
            _measure_memory(bench, result, web, engine, workers, plan)
    distance.stop()
    web.stop()
    return result


def false_timeouts(bench: Bench) -> CaseResult:
    """A thousand workers that all shake hands at once."""
    workers, origins = 1000, 200
    checks = 4 * workers
    web = WebServer(bench.directory / "crowd", bench.certificate, tls=origins)
    there = web.tls_origins()
    urls = [f"{there[i % origins]}/?{i}" for i in range(checks)]
    plan = bench.plan("crowd", urls,
                      f'tls = {{ ca_file = "{bench.bundle}"; }};')
    result = CaseResult(
        f"{checks} HTTPS checks by {workers} workers",
        f"All {origins} origins are well, and the time limits are the "
        "default ones: whatever fails is a false alarm.",
        columns=["", "runs", "failed checks", "wall"],
    )
    for engine in ENGINES:
        samples = [
            bench.meter.run(bench.rounds(engine, workers, plan,
                                         "--report", "json").command)
            for _ in range(bench.passes)
        ]
        failed = [_failed_of(sample) for sample in samples]
        wall = median([sample.wall_ms for sample in samples]) / 1000
        result.rows.append([f"rounds {engine}", str(len(samples)),
                            str(sum(failed)), f"{wall:.2f} s"])
        result.goals.append(
            Goal(f"{engine}: false alarms", 0, sum(failed)))
        result.samples[engine] = failed
    web.stop()
    return result


def start(bench: Bench) -> CaseResult:
    """From the command to the first request, and what is kept in memory."""
    result = CaseResult(
        "Start with large plans",
        "From the start of the process until a server sees its first "
        "connection, and the peak of memory until then; the plan is read "
        "whole before anything is sent. The last column is the peak of a "
        "whole round over HTTP with every result kept.",
        columns=["", "endpoints", "first request", "peak until then",
                 "peak of the round"],
    )
    for endpoints, goals in START_GOALS.items():
        for engine in ENGINES:
            _measure_start(bench, result, engine, endpoints, goals)
    return result


def _late_by_report(
    bench: Bench, engine: str, workers: int, plan: Path, hole: str
) -> list[float]:
    contestant = bench.rounds(engine, workers, plan, "--report", "json")
    report = json.loads(bench.meter.run(contestant.command).output)
    return [
        record["timings_ms"]["total"] - _limit_ms(record["url"], hole)
        for record in report["results"]
        if _is_timeout(record)
    ]


def _is_timeout(record: dict) -> bool:
    if record["reason"] not in ("connect_timeout", "first_byte_timeout"):
        raise RunFailed(f"not a time limit: {record}")
    return True


def _late_by_curl(
    bench: Bench, curl: Contestant, hole: str
) -> list[float]:
    lines = bench.meter.run(curl.command).output.splitlines()
    return [
        float(parts[1]) * 1000 - _limit_ms(parts[2], hole)
        for parts in (line.split() for line in lines)
        if len(parts) == 3 and parts[0] == "000"
    ]


def _limit_ms(url: str, hole: str) -> float:
    return (CONNECT_S if url.startswith(hole) else TOTAL_S) * 1000


def _measure_memory(
    bench: Bench,
    result: CaseResult,
    web: WebServer,
    engine: str,
    workers: int,
    plan: Path,
) -> None:
    samples = []
    for _ in range(min(bench.passes, 5)):
        before = web.connections()
        sample = bench.meter.run(bench.rounds(engine, workers, plan).command)
        if sample.code:
            raise RunFailed(sample.output[-2000:])
        if web.connections() - before < workers:
            raise RunFailed(
                f"{engine}: {web.connections() - before} connections, "
                f"expected one for each of {workers} workers")
        samples.append(sample)
    base_mib, worker_kib = MEMORY_GOALS[engine]
    wanted = base_mib + worker_kib * workers / KIB_PER_MIB
    peak = median(peaks_mib(samples))
    result.rows.append([f"rounds {engine}", str(workers), f"{peak:.1f} MiB",
                        f"{wanted:.1f} MiB"])
    result.goals.append(Goal(
        f"{engine}: peak with {workers} workers", wanted, peak, "MiB"))
    result.samples |= as_json({f"{engine} {workers}": samples})


def _failed_of(sample: Sample) -> int:
    summary = json.loads(sample.output)["summary"]
    return summary["endpoints"] - summary["healthy"]


def _measure_start(
    bench: Bench,
    result: CaseResult,
    engine: str,
    endpoints: int,
    goals: tuple[float, float | None],
) -> None:
    firsts = [
        _first_request(bench, engine, endpoints) for _ in range(bench.passes)
    ]
    after_ms = median([first[0] for first in firsts])
    until_then = median([first[1] for first in firsts])
    whole = _peak_of_round(bench, engine, endpoints)
    result.rows.append([
        f"rounds {engine}", str(endpoints), f"{after_ms:.0f} ms",
        f"{until_then:.1f} MiB", f"{whole:.1f} MiB",
    ])
    wanted_ms, wanted_mib = goals
    result.goals.append(Goal(
        f"{engine}: first request of {endpoints}", wanted_ms, after_ms, "ms"))
    if wanted_mib:
        result.goals.append(Goal(
            f"{engine}: peak until then of {endpoints}", wanted_mib,
            until_then, "MiB"))
    result.samples[f"{engine} {endpoints}"] = firsts


def _first_request(
    bench: Bench, engine: str, endpoints: int
) -> tuple[float, float]:
    """Milliseconds until the first connection, and the peak until then."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        origin = "http://127.0.0.1:%d" % listener.getsockname()[1]
        plan = bench.plan(
            "start", (f"{origin}/{i}" for i in range(endpoints)))
        listener.settimeout(60)
        began = time.monotonic()
        process = subprocess.Popen(
            bench.rounds(engine, 16, plan).command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=clean_environment(),
        )
        try:
            client, _ = listener.accept()
            taken_ms = (time.monotonic() - began) * 1000
            status = Path(f"/proc/{process.pid}/status").read_text()
            client.close()
        finally:
            process.kill()
            process.wait()
    peak_kib = re.search(r"VmHWM:\s+(\d+) kB", status)
    return taken_ms, int(peak_kib[1]) / KIB_PER_MIB


def _peak_of_round(bench: Bench, engine: str, endpoints: int) -> float:
    web = WebServer(
        bench.directory / f"start-{engine}-{endpoints}", bench.certificate,
        plain=1)
    origin = web.plain_origins()[0]
    plan = bench.plan(
        "start", (f"{origin}/?{i}" for i in range(endpoints)))
    sample = bench.meter.run(bench.rounds(engine, 16, plan).command)
    web.stop()
    if sample.code:
        raise RunFailed(sample.output[-2000:])
    return sample.peak_kib / KIB_PER_MIB
