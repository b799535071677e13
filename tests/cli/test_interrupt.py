"""Ctrl-C and its like: what is still asked, what is told, how it ends."""

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from support.counting import Answer, CountingServer
from support.faults import Faults
from support.namespace import Namespace
from support.plans import plan_of
from support.processes import wait_until
from support.program import REPORT_SCHEMA, SLOWNESS, Rounds

INTERRUPTED, TERMINATED = 130, 143
ENDS_WITHIN = 30.0 * SLOWNESS  # what would go on for a minute and more
WORKERS, ENDPOINTS = 4, 40
SYN_SENT = "02"  # in /proc/net/tcp

Write = Callable[..., Path]

SETTINGS = f"""
networks = {{ net = {{ workers = {WORKERS}; }}; }};
defaults = {{ network = "net"; timeout = "5m"; connect_timeout = "5m"; }};
"""


def start(
    rounds: Rounds, plan: Path, *arguments: str, prefix: tuple = ()
) -> subprocess.Popen[str]:
    """Start a round whose report goes to report.json."""
    return rounds.start(
        "check", *rounds.engine_arguments(), "--report", "json=report.json",
        *arguments, plan, prefix=prefix,
    )


def end(started: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for its end: exit code, stdout, stderr."""
    stdout, stderr = started.communicate(timeout=ENDS_WITHIN)
    return started.returncode, stdout, stderr


def report_of(rounds: Rounds) -> dict:
    """The report, held against the schema."""
    report = json.loads((rounds.directory / "report.json").read_text())
    jsonschema.validate(report, json.loads(REPORT_SCHEMA.read_text()))
    return report


def endings(report: dict) -> Counter[tuple]:
    """How often each outcome and reason came."""
    return Counter(
        (each["outcome"], each["reason"]) for each in report["results"]
    )


def status_of(process: subprocess.Popen[str]) -> dict[str, str]:
    """What the kernel tells of its main thread."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return dict(line.split(":", 1) for line in text.splitlines())


def is_pending(process: subprocess.Popen[str], number: int) -> bool:
    """Whether a signal has not been handled yet."""
    status = status_of(process)
    masks = [int(status[name], 16) for name in ("SigPnd", "ShdPnd")]
    return any(mask >> (number - 1) & 1 for mask in masks)


def interrupt(
    process: subprocess.Popen[str], number: int = signal.SIGINT
) -> None:
    """Send a signal and wait until it has been handled."""
    process.send_signal(number)
    wait_until(lambda: not is_pending(process, number), "it to be handled")


def waits(process: subprocess.Popen[str]) -> int:
    """How often its main thread has begun to wait."""
    return int(status_of(process)["voluntary_ctxt_switches"])


def interrupt_for_good(process: subprocess.Popen[str], number: int) -> None:
    """Interrupt, and wait until nothing new begins.

    The main thread looks for a signal, tells the workers and waits, time and
    again: once it has begun to wait twice, it has told them.
    """
    interrupt(process, number)
    before = waits(process)
    wait_until(lambda: waits(process) >= before + 2, "it to look around")


@pytest.mark.parametrize("number, code", [
    (signal.SIGINT, INTERRUPTED), (signal.SIGTERM, TERMINATED),
])
def test_what_is_in_flight_ends_and_the_rest_is_skipped(
    rounds: Rounds,
    counting: CountingServer,
    plan: Write,
    number: int,
    code: int,
) -> None:
    counting.close_gate(1000)
    urls = [counting.url("/gate")] * ENDPOINTS
    started = start(rounds, plan(plan_of(urls, SETTINGS)))
    counting.wait_for_in_flight(WORKERS)

    interrupt_for_good(started, number)
    counting.open_gate()
    ended, _, _ = end(started)

    report = report_of(rounds)
    rest = ENDPOINTS - WORKERS
    assert ended == code
    assert counting.request_count == WORKERS
    assert endings(report) == {
        ("healthy", None): WORKERS, ("skipped", "cancelled"): rest
    }
    names = [each["name"] for each in report["results"]]
    assert names == [f"e{i}" for i in range(ENDPOINTS)]
    assert report["summary"]["healthy"] == WORKERS
    assert report["summary"]["skipped"] == rest
    skipped = [r for r in report["results"] if r["outcome"] == "skipped"]
    assert {each["attempts"] for each in skipped} == {0}


def test_what_does_not_end_in_time_is_broken_off(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    counting.close_gate(1000)  # for good
    urls = [counting.url("/gate")] * ENDPOINTS
    started = start(rounds, plan(plan_of(urls, SETTINGS)))
    counting.wait_for_in_flight(WORKERS)

    interrupt(started)
    code, _, _ = end(started)

    report = report_of(rounds)
    asked = [r for r in report["results"] if r["attempts"]]
    assert code == INTERRUPTED
    assert counting.request_count == len(asked) == WORKERS
    assert endings(report) == {("skipped", "cancelled"): ENDPOINTS}
    assert all(each["timings_ms"]["total"] >= 100 for each in asked)


def test_no_phase_of_a_request_holds_up_the_end(
    rounds: Rounds, faults: Faults, plan: Write
) -> None:
    names = [
        "silent_after_accept", "silent_after_request", "tls_stalled_handshake",
        "stall_within_headers", "stall_within_body", "drip", "proxy_silent",
    ]
    urls = [faults.url(name) for name in [*names, "black_hole"]]
    black_hole = faults.target("black_hole").origin
    syns_before = syns_on_the_way(black_hole)
    started = start(
        rounds, plan(plan_of(urls * 2, SETTINGS)), "-n", str(2 * len(urls))
    )
    wait_until(
        lambda: all(faults.target(name).connections for name in names)
        and syns_on_the_way(black_hole) > syns_before,
        "one at each of them",
    )

    interrupt(started)
    code, _, _ = end(started)

    assert code == INTERRUPTED
    assert endings(report_of(rounds)) == {
        ("skipped", "cancelled"): 2 * len(urls)
    }


def syns_on_the_way(origin: str) -> int:
    """How many sockets wait for this port to take their connection."""
    port = f":{int(origin.rpartition(':')[2]):04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    sockets = [line.split() for line in lines]
    return sum(
        each[2].endswith(port) and each[3] == SYN_SENT for each in sockets
    )


def test_a_silent_name_server_does_not_hold_up_the_end(
    rounds: Rounds, namespace: Namespace, plan: Write
) -> None:
    server = namespace.serve_names("silent")
    text = plan_of(["http://name.example/"] * 8, SETTINGS)
    started = start(rounds, plan(text), prefix=tuple(namespace.prefix))
    wait_until(lambda: "name.example" in server.log(), "a query")

    interrupt(started)
    code, _, _ = end(started)

    assert code == INTERRUPTED
    assert endings(report_of(rounds)) == {("skipped", "cancelled"): 8}


def test_the_text_report_is_written_and_says_why_it_is_short(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    counting.close_gate(1000)
    urls = [counting.url("/gate")] * ENDPOINTS
    started = start(
        rounds, plan(plan_of(urls, SETTINGS)), "--report", "text"
    )
    counting.wait_for_in_flight(WORKERS)

    interrupt_for_good(started, signal.SIGINT)
    counting.open_gate()
    code, stdout, stderr = end(started)

    assert code == INTERRUPTED
    assert "interrupted" in stdout
    assert "skipped" in stdout.splitlines()[-1]
    assert report_of(rounds)["summary"]["endpoints"] == ENDPOINTS
    assert stderr == ""


def test_a_second_interrupt_ends_it_at_once(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    counting.close_gate(1000)
    urls = [counting.url("/gate")] * ENDPOINTS
    started = start(
        rounds, plan(plan_of(urls, SETTINGS)), "--report", "text"
    )
    counting.wait_for_in_flight(WORKERS)

    interrupt(started)
    started.send_signal(signal.SIGINT)
    code, stdout, _ = end(started)

    # Had it waited for what is in flight, there would be a report.
    assert (code, stdout) == (INTERRUPTED, "")
    left = {path.name for path in rounds.directory.iterdir()}
    assert left == {"plan.cfg"}


def test_a_second_interrupt_leaves_nothing_half_written(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    counting.close_gate(1000)
    urls = [counting.url("/gate")] * ENDPOINTS
    started = start(
        rounds, plan(plan_of(urls, SETTINGS)), "--report", "text",
        "--report", "jsonl=records.jsonl", "--report", "jsonl=more.jsonl",
    )
    counting.wait_for_in_flight(WORKERS)
    before = {path.name for path in rounds.directory.iterdir()}

    interrupt(started)
    started.send_signal(signal.SIGINT)
    code, _, _ = end(started)

    left = {path.name for path in rounds.directory.iterdir()}
    assert code == INTERRUPTED
    assert len(before) == 3
    assert left == {"plan.cfg"}


def test_a_terminate_after_an_interrupt_ends_it_at_once(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    counting.close_gate(1000)
    urls = [counting.url("/gate")] * ENDPOINTS
    started = start(rounds, plan(plan_of(urls, SETTINGS)))
    counting.wait_for_in_flight(WORKERS)

    interrupt(started)
    started.send_signal(signal.SIGTERM)
    code, _, _ = end(started)

    assert code == TERMINATED
    assert not (rounds.directory / "report.json").exists()


def test_what_waits_for_a_retry_keeps_what_it_got(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    counting.script("/busy", [Answer(503)])
    text = plan_of(
        [counting.url("/busy")] * 3, SETTINGS,
        'retries = 5; retry_delay = "2m";',
    )
    started = start(rounds, plan(text))
    counting.wait_for_requests(3)

    interrupt(started)
    code, _, _ = end(started)

    report = report_of(rounds)
    assert code == INTERRUPTED
    assert counting.request_count == 3
    assert endings(report) == {("unhealthy", "status"): 3}
    assert {each["attempts"] for each in report["results"]} == {1}


def test_what_waits_for_its_networks_rate_is_skipped(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    networks = "networks = { net = { workers = 4; rate = 0.01; }; };"
    text = plan_of([counting.url()] * 5, networks, 'network = "net";')
    started = start(rounds, plan(text))
    counting.wait_for_requests(1)

    interrupt(started)
    code, _, _ = end(started)

    assert code == INTERRUPTED
    assert counting.request_count == 1
    assert report_of(rounds)["summary"]["skipped"] == 4


def test_an_interrupt_counts_for_more_than_failures(
    rounds: Rounds, counting: CountingServer, faults: Faults, plan: Write
) -> None:
    counting.close_gate(1000)
    urls = [faults.url("refused"), counting.url("/gate")]
    started = start(rounds, plan(plan_of(urls, SETTINGS)))
    counting.wait_for_in_flight(1)

    interrupt(started)
    code, _, _ = end(started)

    assert code == INTERRUPTED
    assert endings(report_of(rounds)) == {
        ("unreachable", "connect_refused"): 1, ("skipped", "cancelled"): 1
    }


def test_every_network_ends(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    counting.close_gate(1000)
    endpoints = ",".join(
        f'{{ name = "{name} {i}"; url = "{counting.url("/gate")}";'
        f' network = "{name}"; }}'
        for i in range(20) for name in ("left", "right")
    )
    started = start(rounds, plan(
        "networks = { left = { workers = 2; }; right = { workers = 3; }; };"
        f' defaults = {{ timeout = "5m"; }}; endpoints = ( {endpoints} );'
    ))
    counting.wait_for_in_flight(5)

    interrupt(started)
    code, _, _ = end(started)

    assert code == INTERRUPTED
    assert counting.request_count == 5
    assert report_of(rounds)["summary"]["skipped"] == 40


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_was_ignored_from_the_start_stays_so(
    rounds: Rounds, counting: CountingServer, plan: Write, number: int
) -> None:
    counting.close_gate(WORKERS + 1)
    urls = [counting.url("/gate")] * WORKERS
    name = signal.Signals(number).name[len("SIG"):]
    started = start(
        rounds, plan(plan_of(urls, SETTINGS)),
        prefix=("sh", "-c", f"trap '' {name}; exec \"$0\" \"$@\""),
    )
    counting.wait_for_in_flight(WORKERS)

    interrupt(started, number)
    counting.open_gate()

    assert end(started)[0] == 0
    assert endings(report_of(rounds)) == {("healthy", None): WORKERS}
