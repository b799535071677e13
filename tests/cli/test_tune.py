"""`rounds tune`: the number of workers, found on networks that are known."""

# ctest: first
# ctest: timeout 600

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest

from support.counting import CountingServer
from support.line import Line
from support.modelled import modelled
from support.namespace import Namespace
from support.plans import plan_of, write_plan
from support.processes import wait_until
from support.program import BINARY, PROJECT, SLOWNESS, Rounds
from support.simulated import SimulatedServer
from support.tries import TRIES, patiently

SCHEMA = PROJECT / "docs" / "tune.schema.json"
LINE = Path(os.environ.get(
    "ROUNDS_LINE", PROJECT / "build" / "release" / "tests" / "cli" / "line"
))
QUICK_MS = 100  # a step
QUICK = ("--step-time", f"{QUICK_MS}ms")
SERVICE_MS = 30  # long beside what a busy machine adds
INCOMPLETE, MISTAKE, INTERRUPTED = 3, 2, 130
UNSURE = ("scatter", "starved")  # grounds for no recommendation

Make = Callable[..., SimulatedServer]
Write = Callable[..., Path]


@pytest.fixture
def engine() -> str:
    """What is measured takes seconds; tests of the search name others."""
    return "threads"


@pytest.fixture
def simulate() -> Iterator[Make]:
    """Starts a simulated server, see its parameters."""
    made = []

    def make(**options: Any) -> SimulatedServer:
        made.append(SimulatedServer(**options))
        return made[-1]

    yield make
    for server in made:
        server.stop()


def plan_text(
    urls: Sequence[str], network: str = "workers = 3;", common: str = ""
) -> str:
    """A plan whose endpoints all lie in the network `net`."""
    settings = (
        f"networks = {{ net = {{ {network} }}; }};\n"
        'defaults = { network = "net"; timeout = "30s"; };'
    )
    return plan_of(urls, settings, common)


def urls_of(*servers: SimulatedServer, count: int = 3) -> list[str]:
    """The URLs of some paths of each server."""
    return [
        server.url(f"/{i}") for server in servers for i in range(count)
    ]


Tuned = tuple[int, dict[str, Any], subprocess.CompletedProcess[str]]


def tune(
    rounds: Rounds, plan: Path, *arguments: str | Path,
    servers: Sequence[SimulatedServer] = (), prefix: Sequence[str] = (),
) -> Tuned:
    """Tune a plan: exit code, what was found for `net`, the whole run.

    On a machine that others use, two moments may differ more than a number
    is given for: that is right, and it is asked again with longer steps. The
    `servers` forget.
    """
    for number in range(TRIES):
        for server in servers:
            server.forget()
        tuned = tune_once(
            rounds, plan, "--step-time", f"{QUICK_MS << number}ms", *arguments,
            prefix=prefix,
        )
        if not tuned[1] or tuned[1]["ground"] not in UNSURE:
            break
    return tuned


def tune_once(
    rounds: Rounds, plan: Path, *arguments: str | Path,
    prefix: Sequence[str] = (),
) -> Tuned:
    """The same, whatever comes of it."""
    done = rounds.run(
        "tune", *rounds.engine_arguments(), "--report", "json", *QUICK,
        *arguments, plan, timeout=120, prefix=prefix,
    )
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"{done.stdout}\n{done.stderr}") from None
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    return done.returncode, report["networks"].get("net"), done


def is_sure(code: int, found: dict[str, Any]) -> bool:
    """Whether there is a recommendation; where there is none, it says why.

    On a machine that is never quiet for long there may be none whatever is
    tried, which is right. That there is one on a quiet one is tried on models
    of networks, in tests/unit, where it does not depend on this machine.
    """
    if code == 0:
        return True
    assert code == INCOMPLETE
    assert found["recommended_workers"] is None
    assert found["ground"] in (*UNSURE, "unfinished"), found
    return False


class Scenario(NamedTuple):
    """A network to tune on, and what of it is not as usual."""

    network: str = "workers = 3;"
    servers: int = 1
    count: int = 3
    arguments: tuple[str, ...] = ()
    failing: str = ""  # the endpoint that fails always
    simulated: dict[str, int] = {}


# They wait more than they work: so they run beside the tests. The longest
# come first.
SCENARIOS = {
    # 6 workers ask 120 a second
    "refuses": Scenario(simulated={"service_ms": 50, "rate": 130}),
    "fails above": Scenario(simulated={"fails_above": 5}),
    "knee": Scenario(simulated={"slots": 4}),
    "long tail": Scenario(
        simulated={"crowd": 6}, arguments=("--max-slowdown", "1.3")
    ),
    "rate": Scenario("workers = 3; rate = 50.0;"),
    "fails from the start": Scenario(
        simulated={"slots": 2}, count=20, failing="e0"
    ),
    "per origin": Scenario("workers = 3; per_origin = 2;", servers=2),
}
WITH_BOTH = ("refuses", "knee")


class Outcome(NamedTuple):
    """What came of a scenario."""

    code: int
    found: dict[str, Any]
    servers: list[SimulatedServer]


def play(directory: Path, engine: str, scenario: Scenario) -> Outcome:
    """Tune on the scenario's servers, from its beginning to its end."""
    options = {"service_ms": SERVICE_MS} | scenario.simulated
    servers = [SimulatedServer(**options) for _ in range(scenario.servers)]
    text = plan_text(
        urls_of(*servers, count=scenario.count), scenario.network
    ).replace(
        f'name = "{scenario.failing}";',
        f'name = "{scenario.failing}"; expect = {{ status = 418; }};',
    )
    directory.mkdir()
    program = Rounds(BINARY, directory, engine=engine)
    try:
        code, found, _ = tune(
            program, write_plan(directory, text), *scenario.arguments,
            servers=servers,
        )
    finally:
        for server in servers:
            server.stop()
    return Outcome(code, found, servers)


@pytest.fixture(scope="module", autouse=True)
def outcomes(
    tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], "Future[Outcome]"]]:
    """What comes of each scenario, by its name and the engine's."""
    folder = tmp_path_factory.mktemp("scenarios")
    pool = ThreadPoolExecutor(2 if SLOWNESS > 1 else 4)
    yield {
        (name, engine): pool.submit(
            play, folder / f"{name} {engine}", engine, scenario
        )
        for name, scenario in SCENARIOS.items()
        for engine in ("threads", "async")[:1 + (name in WITH_BOTH)]
    }
    pool.shutdown(cancel_futures=True)


IsRight = Callable[[dict[str, Any]], bool]
OutcomeOf = Callable[[str, IsRight], Outcome]


@pytest.fixture
def outcome_of(
    outcomes: dict[tuple[str, str], "Future[Outcome]"], engine: str,
    tmp_path: Path,
) -> OutcomeOf:
    """Waits for the outcome of a scenario with the engine under test.

    Nine runs of ten are meant to be right where a machine does nothing else:
    one that is not is played again.
    """

    def find(name: str, is_right: IsRight) -> Outcome:
        outcome = outcomes[name, engine].result()
        for number in range(1, TRIES):
            if outcome.code != 0 or is_right(outcome.found):
                break
            outcome = play(
                tmp_path / f"again {number}", engine, SCENARIOS[name]
            )
        if is_sure(outcome.code, outcome.found):
            assert is_right(outcome.found), outcome.found
        return outcome

    return find


def most_measured(found: dict[str, Any]) -> int:
    """The most workers there were in any step."""
    return max(step["workers"] for step in found["steps"])


BOTH = pytest.mark.parametrize("engine", ["threads", "async"])
# The search is the same whoever runs the steps, and tried on models, too.
LONG = pytest.mark.skipif(
    SLOWNESS > 1, reason="takes long and runs nothing that others do not"
)


def recommends(least: int, most: int, *grounds: str) -> IsRight:
    """Whether a number in this range is recommended, on one of these grounds."""

    def is_right(found: dict[str, Any]) -> bool:
        workers = found["recommended_workers"]
        return found["ground"] in grounds and least <= workers <= most

    return is_right


@BOTH
def test_the_knee_of_a_server_that_serves_four_at_once_is_found(
    outcome_of: OutcomeOf
) -> None:
    # Four, or within one step: 1, 2, 3, 4, 6, 8 and so on.
    _, found, (server,) = outcome_of(
        "knee", recommends(3, 6, "plateau", "slow")
    )
    assert most_measured(found) <= 16
    assert found["requests"] == server.requests
    assert found["fit"]["lambda"] > 0


@LONG
def test_a_long_line_is_not_given_up_early(
    rounds: Rounds, plan: Write, simulate: Make, tmp_path: Path
) -> None:
    server = simulate()
    line = Line(LINE, tmp_path / "line", [server.port], one_way_ms := 20)
    url = line.origins("http")[0]
    written = plan(plan_text([url + "/a", url + "/b"]))
    is_right = recommends(10, 12, "max_workers")
    try:
        for _ in range(TRIES):
            code, found, _ = tune(rounds, written, "--max-workers", "12")
            if code != 0 or is_right(found):
                break
    finally:
        line.stop()
    assert not is_sure(code, found) or is_right(found), found
    assert most_measured(found) == 12
    assert found["steps"][0]["p50_ms"] >= 2 * one_way_ms * 0.9


@LONG
def test_a_line_that_loses_packets_is_not_given_up_early(
    rounds: Rounds, plan: Write, namespace: Namespace
) -> None:
    origin = namespace.serve_far_away(one_way_ms=40, loss=0.005)
    written = plan(plan_text([origin + "/a", origin + "/b"]))
    is_right = recommends(3, 4, "max_workers")
    for _ in range(TRIES):
        code, found, _ = tune(
            rounds, written, "--max-workers", "4", prefix=namespace.prefix
        )
        if code != 0 or is_right(found):
            break
    assert not is_sure(code, found) or is_right(found), found
    assert most_measured(found) == 4
    assert found["steps"][0]["p50_ms"] >= 75


@BOTH
def test_what_draws_429_is_not_recommended(outcome_of: OutcomeOf) -> None:
    code, found, (server,) = outcome_of(
        "refuses", recommends(1, 6, "refused")
    )
    assert server.refusals == sum(
        step["refusals"] for step in found["steps"]
    ), found
    assert most_measured(found) <= 16
    assert code != 0 or "429" in found["why"]


def test_errors_that_were_not_there_at_the_start_end_it(
    outcome_of: OutcomeOf
) -> None:
    outcome_of("fails above", recommends(1, 5, "errors"))


def test_a_few_errors_that_were_there_at_the_start_do_not(
    outcome_of: OutcomeOf
) -> None:
    _, found, _ = outcome_of(
        "fails from the start", recommends(1, 3, "plateau", "slow")
    )
    assert all(
        step["errors"] > 0 for step in found["steps"] if step["runs"] > 1
    )


def test_more_than_per_origin_allows_is_not_tried(
    outcome_of: OutcomeOf
) -> None:
    _, found, servers = outcome_of(
        "per origin", recommends(1, 4, "per_origin")
    )
    assert found["limits"]["max_workers"] == 4
    assert most_measured(found) <= 4
    assert all(server.max_in_flight <= 2 for server in servers)


def test_the_rate_is_kept_and_is_the_end(outcome_of: OutcomeOf) -> None:
    is_right = recommends(1, 8, "rate", "plateau")
    _, found, (server,) = outcome_of(
        "rate", lambda found: is_right(found) and all(
            step["throughput_per_s"] < 60 for step in found["steps"]
        )
    )
    assert most_measured(found) <= 8
    # A rate's first request comes at once, and so after each pause.
    spent_s = found["elapsed_ms"] / 1000
    assert server.requests <= 50 * spent_s + 2 * len(found["steps"]) + 8


def test_a_tail_beyond_the_slowdown_ends_it(outcome_of: OutcomeOf) -> None:
    def is_right(found: dict[str, Any]) -> bool:
        slow = [step["workers"] for step in found["steps"]
                if step["objection"] == "slow"]
        return found["ground"] == "slow" and bool(slow) and (
            found["recommended_workers"] < slow[0]
        )

    outcome_of("long tail", is_right)


@pytest.mark.parametrize("refusal", [429, 503])
def test_a_network_that_refuses_one_worker_gets_no_recommendation(
    rounds: Rounds, plan: Write, simulate: Make, refusal: int
) -> None:
    server = simulate(service_ms=5, rate=1, refusal=refusal)
    code, found, _ = tune(rounds, plan(plan_text(urls_of(server))))
    assert code == INCOMPLETE
    assert found["recommended_workers"] is None
    assert found["ground"] == "one_worker"
    assert found["steps"][0]["objection"] == "refused"
    assert server.requests < 30


@pytest.mark.parametrize("refusal, is_refused", [(503, False), (429, True)])
def test_a_503_that_the_plan_expects_is_no_objection_and_a_429_is_one(
    rounds: Rounds, plan: Write, simulate: Make,
    refusal: int, is_refused: bool,
) -> None:
    server = simulate(service_ms=5, rate=1, refusal=refusal)
    text = plan_text(
        urls_of(server), common=f"expect = {{ status = [200, {refusal}]; }};"
    )
    _, found, _ = tune(rounds, plan(text), "--max-workers", "1")
    assert bool(found["steps"][0]["refusals"]) == is_refused
    assert found["recommended_workers"] == (None if is_refused else 1)


def test_a_network_whose_checks_fail_gets_no_recommendation(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    server = simulate(service_ms=5)
    text = plan_text(urls_of(server), common="expect = { status = 418; };")
    code, found, _ = tune(rounds, plan(text))
    assert code == INCOMPLETE
    assert found["recommended_workers"] is None
    assert found["ground"] == "one_worker"
    assert "rounds check" in found["why"]


@patiently
def test_the_budget_is_kept_and_an_unfinished_search_is_uncertain(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    server = simulate(service_ms=20)
    written = plan(plan_text(urls_of(server)))
    before = written.read_bytes()
    code, found, _ = tune_once(rounds, written, "--budget", "150", "--write")
    assert server.requests <= 150
    assert code == INCOMPLETE
    assert found["recommended_workers"] is None
    assert found["ground"] == "unfinished"
    assert "--budget" in found["why"]
    assert written.read_bytes() == before


def test_the_time_is_kept(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    server = simulate(service_ms=200)
    code, found, _ = tune(
        rounds, plan(plan_text(urls_of(server))), "--max-time", "1s"
    )
    assert code == INCOMPLETE
    assert found["recommended_workers"] is None
    assert server.requests < 60


def test_only_safe_methods_are_asked(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    text = plan_text([counting.url("/get"), counting.url("/post")]).replace(
        'name = "e1";', 'name = "e1"; method = "POST";'
    )
    _, found, _ = tune_once(rounds, plan(text), "--max-workers", "2")
    assert found["endpoints"] == found["left_out"] == 1
    assert found["requests"] == counting.request_count
    assert {request.method for request in counting.requests} == {"GET"}

    _, found, _ = tune(
        rounds, plan(text), "--max-workers", "2", "--unsafe-methods"
    )
    assert (found["endpoints"], found["left_out"]) == (2, 0)
    methods = {request.method for request in counting.requests}
    assert methods == {"GET", "POST"}


def test_a_network_without_a_safe_method_is_said_so(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    text = plan_text([counting.url()], common='method = "DELETE";')
    code, found, _ = tune(rounds, plan(text))
    assert code == INCOMPLETE
    assert found["recommended_workers"] is None
    assert "--unsafe-methods" in found["why"]
    assert counting.request_count == 0


def test_retries_do_not_hide_what_is_sought(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    server = simulate(service_ms=5, rate=1)
    text = plan_text(urls_of(server), common="retries = 3;")
    code, found, _ = tune(rounds, plan(text))
    assert code == INCOMPLETE
    assert found["ground"] == "one_worker"


# What is written into the plan. One worker at most makes short runs.

PLAN = """# our plan: workers = 7
networks = {{
  net    = {{ /* workers = 6 */ workers = 3; }}; other = {{ workers = 3; }};
}};
endpoints = ( {{ name = "a workers = 5"; url = "{url}"; network = "net"; }} )"""

ONE = ("--max-workers", "1", "--write")


def tuned(
    rounds: Rounds, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    """A run told to people; again where it is not sure."""
    for number in range(TRIES):
        done = rounds.run(
            "tune", "--step-time", f"{QUICK_MS << number}ms", *arguments
        )
        if done.returncode != INCOMPLETE:
            break
    return done


def test_the_number_alone_is_written(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    text = PLAN.format(url=simulate(service_ms=5).url())
    written = plan(text.replace("\n", "\r\n"))
    written.chmod(0o640)
    code, found, done = tune(rounds, written, *ONE)
    assert (code, found["recommended_workers"]) == (0, 1), done.stderr
    wanted = text.replace("*/ workers = 3", "*/ workers = 1")
    assert written.read_bytes() == wanted.replace("\n", "\r\n").encode()
    assert written.stat().st_mode & 0o777 == 0o640
    assert "now has 1 worker" in done.stderr
    assert [each.name for each in written.parent.iterdir()] == ["plan.cfg"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    written = plan(plan_text([simulate(service_ms=5).url()]))
    os.chown(written, 12345, 23456)
    assert tune(rounds, written, *ONE)[0] == 0
    assert "workers = 1;" in written.read_text()
    status = written.stat()
    assert (status.st_uid, status.st_gid) == (12345, 23456)


def test_a_plan_that_says_so_already_is_left_alone(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    text = plan_text([simulate(service_ms=5).url()], "workers = 1;")
    written = plan(text)
    before = written.stat()
    assert tune(rounds, written, *ONE)[0] == 0
    after = written.stat()
    assert (before.st_ino, before.st_mtime_ns) == (
        after.st_ino, after.st_mtime_ns
    )


def test_a_symbolic_link_stays_one(
    rounds: Rounds, plan: Write, simulate: Make, tmp_path: Path
) -> None:
    written = plan(plan_text([simulate(service_ms=5).url()]), "real.cfg")
    link = tmp_path / "link.cfg"
    link.symlink_to(written.name)
    assert tune(rounds, link, *ONE)[0] == 0
    assert link.is_symlink()
    assert "workers = 1;" in written.read_text()


def test_the_included_file_that_has_the_network_is_written(
    rounds: Rounds, plan: Write, simulate: Make, tmp_path: Path
) -> None:
    (tmp_path / "parts").mkdir()
    text = plan_text([simulate(service_ms=5).url()]).replace(
        "networks = { net = { workers = 3; }; };",
        'networks = {\n@include "parts/networks.cfg"\n};',
    )
    main = plan(text)
    part = plan("net = { rate = 900.0; }; # ours\n", "parts/networks.cfg")
    assert tune(rounds, main, *ONE)[0] == 0
    assert main.read_text() == text
    assert part.read_text() == (
        "net = { workers = 1; rate = 900.0; }; # ours\n"
    )


def test_a_built_in_network_gets_a_group(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    text = plan_of([simulate(service_ms=5).url()])
    written = plan(text)
    done = tuned(rounds, *ONE, written)
    assert done.returncode == 0, done.stderr
    assert written.read_text() == (
        text + "networks = { intranet = { workers = 1; }; };\n"
    )
    listed = rounds.run("list", written)
    assert listed.returncode == 0, listed.stderr


def test_what_cannot_be_written_is_told_and_left_alone(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    plan("workers = 3;\n", "net.cfg")
    text = plan_text(
        [simulate(service_ms=5).url()], '\n@include "net.cfg"\n'
    )
    written = plan(text)
    code, found, done = tune(rounds, written, *ONE)
    assert code == INCOMPLETE
    assert found["recommended_workers"] == 1
    assert "set workers = 1 there" in done.stderr
    assert written.read_text() == text


# What it says, and how it ends.


@pytest.mark.parametrize("kind, recommended", [("steady", 1), ("moody", 0)])
def test_the_table_lines_up(kind: str, recommended: int) -> None:
    text = modelled(kind, "text", "plan.cfg")
    lines = text.splitlines()
    assert lines[0].startswith("net: ")
    assert all(len(line) <= 79 for line in lines)
    head = next(i for i, line in enumerate(lines) if "checks/s" in line)
    rows = lines[head + 1:lines.index("", head)]
    end = lines[head].index("p95 ms") + len("p95 ms")
    assert len(rows) >= 3
    for row in rows:
        assert row[end - 1].isdigit() and row[end:end + 1] in ("", " ")
    assert sum("recommended" in row for row in rows) == recommended
    bars = [line for line in lines if line[10:12] in (" |", " +")]
    assert len(bars) == 13


def test_a_run_is_told_on_stdout_without_a_colour(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    written = plan(plan_text(urls_of(simulate(service_ms=20, slots=2))))
    done = rounds.run("tune", *QUICK, "--max-workers", "4", written)
    assert done.returncode in (0, INCOMPLETE), done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("net: ")
    assert all(len(line) <= 79 for line in lines)
    assert ("recommended" in done.stdout) == (done.returncode == 0)
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_the_reports_of_people_speak_their_language(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    written = plan(plan_text(urls_of(simulate(service_ms=5))))
    code, found, _ = tune(
        rounds, written, "--max-workers", "2", "--lang", "zh_CN",
        "--report", "text=tune.txt", "--report", "html=tune.html",
    )
    assert code == 0
    assert "per_origin" not in found["why"] and "grow" in found["why"]
    text = (rounds.directory / "tune.txt").read_text()
    page = (rounds.directory / "tune.html").read_text()
    for written_by_it in (text, page):
        assert "个并发" in written_by_it and "推荐" in written_by_it
        assert "workers" not in written_by_it.replace("--max-workers", "")
    assert 'lang="zh' in page


def halt_now_and_then(started: subprocess.Popen[str]) -> None:
    """Let a program run for only a third of the time, until it has ended."""
    while started.poll() is None:
        started.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        started.send_signal(signal.SIGCONT)
        time.sleep(0.05)


@BOTH
def test_a_machine_that_is_too_busy_is_told(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    service_ms = 10
    server = simulate(service_ms=service_ms)
    started = rounds.start(
        "tune", *rounds.engine_arguments(), "--report", "json", *QUICK,
        "--max-workers", "1", plan(plan_text(urls_of(server))),
    )
    halt_now_and_then(started)
    stdout, stderr = started.communicate(timeout=30)
    assert started.returncode in (0, INCOMPLETE), stderr
    report = json.loads(stdout)
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    found = report["networks"]["net"]
    assert found["steps"][0]["late_ms"] > 0.05 * service_ms, found
    assert found["ground"] != "scatter", found
    if found["recommended_workers"] or found["ground"] == "starved":
        assert "this machine was" in found["why"], found


@BOTH
def test_an_interrupt_ends_it_and_prints_what_is_known(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    server = simulate(service_ms=SERVICE_MS)
    written = plan(plan_text(urls_of(server)))
    before = written.read_bytes()
    started = rounds.start(
        "tune", *rounds.engine_arguments(), "--report", "text", "--report",
        "json=tune.json", "--write", *QUICK, written,
    )
    wait_until(lambda: server.max_in_flight >= 2, "the second step")
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children")
    assert children.read_text() == ""
    started.send_signal(signal.SIGINT)
    stdout, stderr = started.communicate(timeout=30 * SLOWNESS)
    assert started.returncode == INTERRUPTED, stderr
    assert "uncertain" in stdout and "Stopped early" in stdout
    report = json.loads((rounds.directory / "tune.json").read_text())
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    assert report["stopped"] is True
    found = report["networks"]["net"]
    assert found["recommended_workers"] is None
    assert found["steps"][0]["workers"] == 1
    assert written.read_bytes() == before


@BOTH
def test_what_an_interrupted_first_step_sent_is_told(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    server = simulate(service_ms=SERVICE_MS)
    started = rounds.start(
        "tune", *rounds.engine_arguments(), "--report", "json",
        "--max-workers", "1", "--step-time", "1h", "--max-time", "2h",
        plan(plan_text(urls_of(server))),
    )
    wait_until(lambda: server.requests >= 5, "some requests")
    started.send_signal(signal.SIGINT)
    stdout, stderr = started.communicate(timeout=30 * SLOWNESS)
    assert started.returncode == INTERRUPTED, stderr
    found = json.loads(stdout)["networks"]["net"]
    assert found["steps"] == []
    assert 4 <= found["requests"] <= server.requests
    assert found["elapsed_ms"] >= 4 * SERVICE_MS


def test_every_network_with_endpoints_is_tuned_or_those_named(
    rounds: Rounds, plan: Write, simulate: Make
) -> None:
    server = simulate(service_ms=5)
    text = """
    networks = { a = { workers = 2; }; b = { workers = 2; }; };
    endpoints = ( { name = "1"; url = "%s"; network = "a"; },
                  { name = "2"; url = "%s"; network = "b"; } );
    """ % (server.url(), server.url())
    written = plan(text)
    for arguments, names in (
        ((), ["a", "b"]), (("--network", "b"), ["b"]), (("--only", "1"), ["a"]),
    ):
        done = rounds.run(
            "tune", "--report", "json", "--max-workers", "1", *QUICK,
            "--budget", "100", *arguments, written,
        )
        assert list(json.loads(done.stdout)["networks"]) == names


@pytest.mark.parametrize("arguments, word", [
    (("--network", "nowhere"), "nowhere"),
    (("--network", "public"), "public"),
    (("--max-slowdown", "1"), "--max-slowdown"),
    (("--max-slowdown", "fast"), "--max-slowdown"),
    (("--engine", "steam"), "--engine"),
    (("--report", "junit"), "text, json, html"),
    (("--report", "json", "--report", "html"), "stdout"),
    (("--budget", "0"), "--budget"),
    (("--max-workers", "0"), "--max-workers"),
])
def test_a_mistake_in_the_options_sends_nothing(
    rounds: Rounds, plan: Write, counting: CountingServer,
    arguments: tuple[str, ...], word: str,
) -> None:
    done = rounds.run("tune", *arguments, plan(plan_text([counting.url()])))
    assert done.returncode == MISTAKE
    assert word in done.stderr
    assert done.stdout == ""
    assert counting.request_count == 0


def test_urls_can_be_tuned_and_not_written(
    rounds: Rounds, simulate: Make
) -> None:
    url = simulate(service_ms=5).url()
    done = tuned(rounds, "--max-workers", "1", url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("intranet: 1 worker ")
    assert rounds.run("tune", "--write", url).returncode == MISTAKE
