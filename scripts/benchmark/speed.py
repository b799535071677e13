"""The cases in which the same work is done by peers."""

from support.line import Line

from benchmark.bench import (
    ENGINES,
    Bench,
    cpu_ratio,
    cpus,
    race,
    seconds,
    wall_ratio,
    walls,
)
from benchmark.measure import Contestant, median
from benchmark.result import CaseResult, Goal
from benchmark.targets import WebServer

SLOW_TURNS = 2  # of what takes minutes
LONGEST_WAIT = 'timeout = "30s"; connect_timeout = "30s";'


def http(bench: Bench) -> CaseResult:
    """Many checks of one origin: what a check costs."""
    checks, workers = bench.scaled(10_000), 16
    web = WebServer(bench.directory / "http", bench.certificate, plain=1)
    origin = web.plain_origins()[0]
    urls = [f"{origin}/?{i}" for i in range(checks)]
    plan = bench.plan("http", urls, LONGEST_WAIT)
    result = CaseResult(
        f"{checks} HTTP checks of one origin, N = {workers}",
        "What a check costs. hey and wrk show how fast this nginx answers on "
        "this machine: they send one request over and over, keep no results, "
        "and compete with it for the same cores. Bare libcurl is the same "
        "number of threads that do nothing but `curl_easy_perform()`.",
    )
    curl = bench.curl(workers, plan, checks)
    samples = race(
        bench,
        result,
        [
            *(bench.rounds(engine, workers, plan) for engine in ENGINES),
            curl,
            bench.aiohttp(workers, plan),
            curl and bench.bare_libcurl(workers, plan, checks),
            bench.hey(workers, f"{origin}/", checks),
            bench.wrk(workers, f"{origin}/", checks),
        ],
        checks,
        web,
    )
    web.stop()
    for engine, peer, wanted in (
        ("threads", "curl -Z", 0.8),
        ("async", "curl -Z", 0.65),
        ("threads", "aiohttp", 0.2),
        ("async", "aiohttp", 0.2),
    ):
        result.goals.append(_wall_goal(samples, engine, peer, wanted))
    _tell_own_cost(result, samples, checks)
    return result


def https(bench: Bench) -> CaseResult:
    """TLS to many origins: certificates parsed, connections reused."""
    checks, origins, workers = bench.scaled(2_000), 200, 16
    web = WebServer(bench.directory / "https", bench.certificate, tls=origins)
    # One origin after the other, as a plan that is sorted by feature has it.
    urls = [
        f"{web.tls_origins()[i % origins]}/?{i}" for i in range(checks)
    ]
    bundle = bench.plan("https", urls, _trusting(bench.bundle))
    result = CaseResult(
        f"{checks} HTTPS checks over {origins} origins, N = {workers}",
        "Certificates are verified against Debian's bundle with one root "
        "added; \"one certificate\" has that root alone, which spares curl "
        "the parsing that it does at every connection. In the plan each "
        "origin comes up again after all the others. curl with the whole "
        f"bundle has no more than {SLOW_TURNS} turns, it takes too long.",
    )
    curl = bench.curl(workers, bundle, checks, "--cacert", bench.bundle,
                      turns_at_most=SLOW_TURNS)
    samples = race(
        bench,
        result,
        [
            *(bench.rounds(engine, workers, bundle) for engine in ENGINES),
            curl,
            bench.curl(workers, bundle, checks, "--cacert",
                       bench.one_certificate,
                       name="curl -Z, one certificate"),
            bench.aiohttp(workers, bundle, "--ca", bench.bundle),
            curl and bench.bare_libcurl(
                workers, bundle, checks, bench.bundle),
        ],
        checks,
        web,
    )
    web.stop()
    for engine in ENGINES:
        ours = f"rounds {engine}"
        connections = [each.connections or 0 for each in samples[ours]]
        result.goals += [
            _wall_goal(samples, engine, "aiohttp", 0.4),
            _cpu_goal(samples, engine, "aiohttp", 0.45),
            _wall_goal(samples, engine, "curl -Z, one certificate", 0.25),
            Goal(f"{engine}: connections", origins + 2 * workers,
                 median(connections)),
        ]
    _tell_own_cost(result, samples, checks)
    return result


def line(bench: Bench) -> CaseResult:
    """A distance at which only reuse of connections helps."""
    checks, origins, workers, way_ms = bench.scaled(1_000), 20, 8, 20
    web = WebServer(bench.directory / "line", bench.certificate, tls=origins)
    distance = Line(
        bench.programs.line, bench.directory / "line-20ms", web.tls_ports,
        one_way_ms=way_ms, setup_ms=2 * way_ms,
    )
    there = distance.origins("https")
    urls = [f"{there[i % origins]}/?{i}" for i in range(checks)]
    plan = bench.plan("line", urls, _trusting(bench.bundle))
    ideal_ms = (checks + 2 * origins) * 2 * way_ms / workers
    result = CaseResult(
        f"{checks} HTTPS checks of {origins} origins on a line of "
        f"{2 * way_ms} ms, N = {workers}",
        f"Every request takes {2 * way_ms} ms, and so do setting up TCP and "
        f"TLS 1.3 each. The ideal, {seconds(ideal_ms)}, is what "
        f"{workers} workers need that open one connection to each origin and "
        "lose no moment otherwise.",
    )
    samples = race(
        bench,
        result,
        [
            *(bench.rounds(engine, workers, plan) for engine in ENGINES),
            bench.curl(workers, plan, checks, "--cacert",
                       bench.one_certificate,
                       name="curl -Z, one certificate"),
            bench.aiohttp(workers, plan, "--ca", bench.bundle),
        ],
        checks,
        web,
    )
    distance.stop()
    web.stop()
    result.goals += _ideal_goals(samples, ideal_ms, 1.08)
    return result


def slow(bench: Bench) -> CaseResult:
    """Endpoints that take their time: workers wait side by side."""
    checks, workers, answer_ms = bench.scaled(1_000), 100, 100
    web = WebServer(bench.directory / "slow", bench.certificate, plain=1)
    distance = Line(
        bench.programs.line, bench.directory / "slow-100ms", web.plain_ports,
        one_way_ms=answer_ms / 2,
    )
    origin = distance.origins("http")[0]
    urls = [f"{origin}/?{i}" for i in range(checks)]
    plan = bench.plan("slow", urls, LONGEST_WAIT)
    ideal_ms = checks * answer_ms / workers
    result = CaseResult(
        f"{checks} endpoints of {answer_ms} ms, N = {workers}",
        f"The ideal is {seconds(ideal_ms)}: all checks laid end to end, "
        "divided by the workers.",
    )
    samples = race(
        bench,
        result,
        [
            *(bench.rounds(engine, workers, plan) for engine in ENGINES),
            bench.curl(workers, plan, checks),
            bench.aiohttp(workers, plan),
        ],
        checks,
        web,
    )
    distance.stop()
    web.stop()
    result.goals += _ideal_goals(samples, ideal_ms, 1.12)
    return result


def _trusting(bundle: object) -> str:
    return f'{LONGEST_WAIT} tls = {{ ca_file = "{bundle}"; }};'


def _wall_goal(samples, engine: str, peer: str, wanted: float) -> Goal:
    return Goal(f"{engine}: wall, share of {peer}", wanted,
                wall_ratio(samples, f"rounds {engine}", peer))


def _cpu_goal(samples, engine: str, peer: str, wanted: float) -> Goal:
    return Goal(f"{engine}: CPU, share of {peer}", wanted,
                cpu_ratio(samples, f"rounds {engine}", peer))


def _ideal_goals(samples, ideal_ms: float, wanted: float) -> list[Goal]:
    return [
        Goal(f"{engine}: wall over the ideal", wanted,
             median(walls(samples[f"rounds {engine}"])) / ideal_ms)
        for engine in ENGINES
    ]


def _tell_own_cost(result: CaseResult, samples, checks: int) -> None:
    """What a check costs above what libcurl itself takes."""
    if "bare libcurl" not in samples:
        return
    bare = median(cpus(samples["bare libcurl"]))
    own = ", ".join(
        f"{(median(cpus(samples[f'rounds {each}'])) - bare) * 1000 / checks:.0f}"
        f" us ({each})"
        for each in ENGINES
    )
    result.notes.append(
        f"CPU of a check above bare libcurl, the report and the start of the "
        f"program included: {own}."
    )
