"""The case about large reports: time and memory grow as the results do."""

from benchmark.bench import Bench
from benchmark.measure import RunFailed, Sample, median
from benchmark.result import CaseResult, Goal
from benchmark.targets import WebServer

FORMATS = ("text", "json", "jsonl", "junit", "tap", "github", "html",
           "prometheus")
SMALL, TENFOLD = 10_000, 10
FAILED_EACH = 10  # one check in so many is answered 503
MISTAKE = 2


def reports(bench: Bench) -> CaseResult:
    """Each format with ten times the results."""
    small = bench.scaled(SMALL)
    large = small * TENFOLD
    web = WebServer(bench.directory / "reports", bench.certificate, plain=1)
    origin = web.plain_origins()[0]
    plans = {
        count: bench.plan(f"reports-{count}", [
            f"{origin}/sick?{i}" if i % FAILED_EACH == 0 else f"{origin}/?{i}"
            for i in range(count)
        ])
        for count in (small, large)
    }
    result = CaseResult(
        f"{large} results in each format",
        f"One check in {FAILED_EACH} fails. CPU and peak memory of the whole "
        f"program (reading the plan, the round, the report) with {large} "
        f"results, and how much more that is than with {small}: "
        f"{TENFOLD} is linear. The report alone is what the format adds to a "
        "round with `--quiet`.",
        columns=["format", "size", "CPU", "times", "peak memory", "times",
                 "report alone", "times"],
    )
    file = bench.directory / "report"
    quiet = {
        count: _measure(bench, plan, "-q") for count, plan in plans.items()
    }
    for name in FORMATS:
        option = f"--report={name}={file}"
        if _run(bench, plans[small], option).code == MISTAKE:
            result.notes.append(f"This rounds has no format {name}.")
            continue
        tall = _measure(bench, plans[large], option)
        short = _measure(bench, plans[small], option)
        own = tall[0] - quiet[large][0]
        own_small = max(short[0] - quiet[small][0], 1.0)
        cpu_times, peak_times = (tall[i] / short[i] for i in range(2))
        result.rows.append([
            name, f"{file.stat().st_size / 1e6:.1f} MB",
            f"{tall[0] / 1000:.2f} s", f"{cpu_times:.1f}",
            f"{tall[1]:.0f} MiB", f"{peak_times:.1f}",
            f"{own / 1000:.2f} s", f"{own / own_small:.1f}",
        ])
        result.goals += [
            Goal(f"{name}: CPU for {TENFOLD} times the results",
                 1.3 * TENFOLD, cpu_times, "times"),
            Goal(f"{name}: memory for {TENFOLD} times the results",
                 1.3 * TENFOLD, peak_times, "times"),
        ]
    web.stop()
    return result


def _run(bench: Bench, plan, *options: str) -> Sample:
    return bench.meter.run(
        bench.rounds("threads", 16, plan, *options).command)


def _measure(bench: Bench, plan, *options: str) -> tuple[float, float]:
    """Median CPU in milliseconds and peak in MiB."""
    samples = [
        _run(bench, plan, *options) for _ in range(min(bench.passes, 3))
    ]
    if any(sample.code != 1 for sample in samples):
        raise RunFailed(samples[0].output[-2000:])
    return (median([sample.cpu_ms for sample in samples]),
            median([sample.peak_kib for sample in samples]) / 1024)
