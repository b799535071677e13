"""rounds compare: engines and peers side by side."""

# ctest: timeout 300

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from support.browser import Browser
from support.counting import CountingServer
from support.nginx import Nginx
from support.plans import plan_of
from support.processes import wait_until
from support.program import PROJECT, SLOWNESS, Rounds
from support.tries import patiently

SCHEMA = PROJECT / "docs" / "compare.schema.json"
PEERS = PROJECT / "scripts" / "peers"
ENDS_WITHIN = 30.0 * SLOWNESS
TOLD = ("wall_ms", "cpu_us_per_check", "peak_memory_bytes")
UNKNOWN_OF_PEERS = (
    "threads", "connections_opened", "tls_handshakes", "p50_ms", "p95_ms",
    "p99_ms", "failures",
)

Write = Callable[..., Path]

speed = pytest.mark.skipif(
    SLOWNESS > 1, reason="how fast a sanitizer is tells nothing"
)


@pytest.fixture
def engine() -> None:
    """A comparison has both."""


def compare(
    rounds: Rounds, *arguments: str | Path, **options: Any
) -> tuple[subprocess.CompletedProcess[str], dict]:
    """Compare, and give the report, held against its schema."""
    done = rounds.run(
        "compare", "--report", "json=compare.json", *arguments, **options
    )
    return done, report_of(rounds)


def report_of(rounds: Rounds) -> dict:
    """The report, held against its schema."""
    report = json.loads((rounds.directory / "compare.json").read_text())
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(
        report
    )
    return report


def figures(report: dict, contestant: int, stand: int = 0) -> dict:
    """What is told of one of them."""
    return report["stands"][stand]["figures"][contestant]


def group_of(rounds: Rounds) -> list[str]:
    """What runs with the folder of the test as its working directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve() == rounds.directory.resolve():
                found.append((process / "cmdline").read_text())
        except OSError:
            continue  # it has ended meanwhile, or is not ours
    return found


def ignoring(name: str) -> tuple[str, ...]:
    """A prefix for a program that begins with a signal ignored."""
    return "sh", "-c", f"trap '' {name}; exec \"$0\" \"$@\""


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(
        json.loads(SCHEMA.read_text())
    )


def test_both_engines_make_as_many_rounds_of_the_same_work(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    urls = [counting.url(f"/{i}") for i in range(8)]

    done, report = compare(rounds, "--rounds", "2", plan(plan_of(urls)))

    assert done.returncode == 0, done.stderr
    assert [it["name"] for it in report["contestants"]] == ["threads", "async"]
    assert [figures(report, i)["rounds"] for i in (0, 1)] == [2, 2]
    # Two that count and one to warm up, of each.
    assert set(counting.counts().values()) == {6}
    for i in (0, 1):
        medians = figures(report, i)["medians"]
        assert None not in medians.values()
        assert medians["failures"] == medians["tls_handshakes"] == 0
        assert 1 <= medians["connections_opened"] <= 8
        assert medians["peak_memory_bytes"] > 1 << 20
        assert len(figures(report, i)["samples"]) == 2
    assert "too few rounds to tell a difference" in done.stdout
    assert figures(report, 1)["ratios"]["wall_ms"]["verdict"] == "too_few"
    assert done.stderr == ""


def test_the_order_is_swapped_every_round(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    log = rounds.directory / "log"
    peers = [f"echo {name} >> {log}" for name in "AB"]

    compare(rounds, "--engines", "threads", "--rounds", "3",
            "--peer", peers[0], "--peer", peers[1],
            plan(plan_of([counting.url()])))

    assert log.read_text().split() == ["A", "B", "A", "B", "B", "A", "A", "B"]


def test_handshakes_and_connections_are_those_that_the_server_saw(
    rounds: Rounds, counting_tls: CountingServer, plan: Write,
    certificates: Any,
) -> None:
    settings = (
        "networks = { net = { workers = 3; }; }; defaults = { network = "
        f'"net"; tls = {{ ca_file = "{certificates.root_file}"; }}; }};'
    )
    urls = [counting_tls.url("/delay/20")] * 6

    _, report = compare(
        rounds, "--rounds", "1", plan(plan_of(urls, settings))
    )

    told = [figures(report, i)["medians"] for i in (0, 1)]
    assert all(it["tls_handshakes"] == it["connections_opened"]
               for it in told)
    assert all(it["tls_handshakes"] <= 3 for it in told)
    # The warm-up made as many: each engine opens what it needs.
    assert counting_tls.handshakes >= sum(it["tls_handshakes"] for it in told)


@patiently
def test_threads_are_counted_while_they_run(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of([counting.url("/delay/300")] * 40)

    _, report = compare(rounds, "--rounds", "1", "-n", "20", plan(text))

    threads, asynchronous = (figures(report, i)["medians"] for i in (0, 1))
    # Workers, producer, collector and main, and what a sanitizer has.
    assert 23 <= threads["threads"] <= 25
    assert asynchronous["threads"] <= 6


@speed
def test_what_is_slower_and_needs_more_is_told(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of([counting.url()] * 5)

    done, report = compare(
        rounds, "--engines", "async", "--peer", "sleep 3", plan(text)
    )

    ratio = figures(report, 1)["ratios"]["wall_ms"]
    assert ratio["verdict"] == "more"
    assert ratio["pairs"] == 6
    assert 0 < ratio["low"] <= ratio["median"] <= ratio["high"]
    assert "sleep takes" in figures(report, 1)["says"]
    assert re.search(r"sleep takes [\d.]+ times the time of async \(",
                     done.stdout)


@speed
@pytest.mark.parametrize("engine", ["threads", "async"])
@patiently
def test_the_same_engine_against_itself_is_told_as_no_difference(
    rounds: Rounds, nginx: Nginx, plan: Write, engine: str
) -> None:
    file = plan(plan_of([nginx.url(path=f"/?{i}") for i in range(50)]))
    told = 0

    for _ in range(10):
        _, report = compare(rounds, "--engines", f"{engine},{engine}", file)
        ratios = figures(report, 1)["ratios"]
        told += any(ratios[name]["verdict"] in ("less", "more")
                    for name in TOLD)

    # One in ten is allowed; more than four would be one chance in a thousand,
    # and time and again where the difference is not this machine's.
    assert told <= 4
    assert report["contestants"][1]["name"] == f"{engine} #2"


def test_numbers_of_workers_are_swept(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of([counting.url("/delay/80")] * 8)

    done, report = compare(
        rounds, "--rounds", "1", "--workers", "1,4,8", plan(text)
    )

    assert [stand["workers"] for stand in report["stands"]] == [1, 4, 8]
    for i in (0, 1):
        walls = [figures(report, i, stand)["medians"]["wall_ms"]
                 for stand in range(3)]
        assert walls[0] >= 640 and walls[0] > walls[2]
    assert re.search(r"^4 workers +\d", done.stdout, re.MULTILINE)
    assert counting.max_in_flight == 8


def test_a_selection_and_settings_hold_for_every_round(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of([counting.url(f"/delay/{i}") for i in (1, 2, 60000)])
    urls = rounds.directory / "seen"

    _, report = compare(
        rounds, "--rounds", "1", "--only", "e[02]", "--exclude", "e0",
        "--timeout", f"{400 * SLOWNESS}ms", "--retries", "1",
        "--peer", f"cp {{urls}} {urls}", plan(text),
    )

    assert report["endpoints"] == 1
    assert set(counting.counts()) == {"/delay/60000"}
    assert counting.request_count == 2 * 2 * 2  # engines, rounds, attempts
    assert figures(report, 1)["medians"]["failures"] == 1
    assert urls.read_text() == counting.url("/delay/60000") + "\n"


def test_a_peer_gets_plan_urls_and_workers(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    file = plan(plan_of([counting.url("/a"), counting.url("/b")]),
                "a plan; echo 'x'.cfg")
    seen = rounds.directory / "seen"
    script = rounds.directory / "peer.sh"
    script.write_text(f'printf "%s\\n" "$@" > {seen}; cat "$2" >> {seen}\n')

    _, report = compare(
        rounds, "--rounds", "1", "-n", "3",
        "--peer", f"sh {script} {{plan}} {{urls}} {{workers}}", file,
    )

    lines = seen.read_text().splitlines()
    assert lines[0] == str(file)
    assert lines[2:] == ["3", counting.url("/a"), counting.url("/b")]
    assert not Path(lines[1]).exists()  # removed once it was of no use
    assert report["contestants"][2]["name"] == "peer.sh"
    medians = figures(report, 2)["medians"]
    assert [name for name in UNKNOWN_OF_PEERS
            if medians[name] is not None] == []
    assert medians["wall_ms"] > 0
    assert medians["checks_per_s"] > 0


def test_a_peers_cpu_time_is_that_of_its_children_too(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    burn = shlex.quote("import time\nwhile time.process_time() < 0.3: pass")

    _, report = compare(
        rounds, "--rounds", "1", "--engines", "async",
        "--peer", f"{shlex.quote(sys.executable)} -c {burn}; true",
        plan(plan_of([counting.url()])),
    )

    assert figures(report, 1)["medians"]["cpu_us_per_check"] >= 300_000


def test_a_peer_that_fails_is_told_with_what_it_said_and_left_out(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    done, report = compare(
        rounds, "--rounds", "1", "--peer", "echo it is broken >&2; exit 7",
        plan(plan_of([counting.url()])),
    )

    assert done.returncode == 3
    assert "exit code 7: it is broken" in done.stderr
    assert "exit code 7: it is broken" in report["notes"][0]
    assert report["contestants"][2]["faults"] == 1
    assert figures(report, 2)["rounds"] == 0
    assert figures(report, 1)["rounds"] == 1
    assert "no round of both was measured" in figures(report, 2)["says"]


@pytest.mark.parametrize("peer, said", [
    ("kill -SEGV $$", "signal 11"), ("sleep 600", "--round-time"),
    ("/nonexistent/peer", "exit code 127"),
    ("timeout 600 sleep 600; true", "--round-time"),
    ("setsid sleep 600 & wait", "--round-time"),
])
def test_a_peer_that_dies_or_hangs_is_told(
    rounds: Rounds, counting: CountingServer, plan: Write,
    peer: str, said: str,
) -> None:
    limit = "2s" if SLOWNESS == 1 else "5s"

    done, report = compare(
        rounds, "--rounds", "1", "--round-time", limit, "--peer", peer,
        plan(plan_of([counting.url()])),
    )

    assert done.returncode == 3
    assert said in done.stderr
    assert said in report["notes"][0]
    assert group_of(rounds) == []


def test_a_round_that_fails_later_does_not_count(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    log = rounds.directory / "log"
    peer = f"echo x >> {log}; test $(wc -l < {log}) -ne 3"

    done, report = compare(
        rounds, "--rounds", "3", "--peer", peer,
        plan(plan_of([counting.url()])),
    )

    told = figures(report, 2)
    assert done.returncode == 3
    assert "round 2 of 3" in done.stderr
    assert told["rounds"] == 2
    assert [sample is None for sample in told["samples"]] == [
        False, True, False
    ]
    assert told["ratios"]["wall_ms"]["pairs"] == 2


@pytest.mark.parametrize("way", ["", "setsid", "setsid timeout 600"])
def test_nothing_that_a_peer_leaves_behind_outlives_its_round(
    rounds: Rounds, counting: CountingServer, plan: Write, way: str
) -> None:
    peer = (f"rm -f mark; {way} sh -c 'touch mark; exec sleep 600' & "
            "until test -e mark; do sleep 0.01; done")

    done, _ = compare(
        rounds, "--rounds", "1", "--peer", peer,
        plan(plan_of([counting.url()])),
    )

    assert done.returncode == 0, done.stderr
    assert group_of(rounds) == []


def test_a_child_from_before_is_let_alone(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    begin = 'sleep 600 > /dev/null 2>&1 & echo $! > pid; exec "$0" "$@"'

    done = rounds.run(
        "compare", "--rounds", "1", plan(plan_of([counting.url()])),
        prefix=("sh", "-c", begin),
    )

    assert done.returncode == 0, done.stderr
    pid = int((rounds.directory / "pid").read_text())
    os.kill(pid, signal.SIGKILL)  # an error, were it gone


def test_what_a_peer_says_cannot_play_tricks(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    done, report = compare(
        rounds, "--rounds", "1", "--report", "text",
        "--peer", r"printf '\033[31m\377' >&2; exit 1",
        plan(plan_of([counting.url()])),
    )

    for told in (done.stdout, done.stderr, report["notes"][0]):
        assert r"\x1B[31m\xFF" in told


def test_secrets_are_hidden_in_what_a_peer_says(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of([counting.url() + "?key=${API_TOKEN}"]).replace("$$", "$")

    done, report = compare(
        rounds, "--rounds", "1", "--peer", "cat {urls} >&2; exit 1",
        plan(text), env={"API_TOKEN": "s3cr3t-value"},
    )

    assert counting.requests[0].target.endswith("s3cr3t-value")
    assert "exit code 1: http" in done.stderr
    assert "s3cr3t-value" not in done.stderr + done.stdout + str(report)


def test_engines_that_do_not_fail_alike_are_no_comparison(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of([counting.url("/delay/400")] * 4)

    _, report = compare(
        rounds, "--rounds", "1", "--engines", "threads,threads", "-n", "1",
        "--deadline", "1s", plan(text),
    )

    # Each round is cut off alike, so that there is nothing to note.
    told = [figures(report, i)["medians"]["failures"] for i in (0, 1)]
    assert bool(report["notes"]) == (told[0] != told[1])
    assert all(failures >= 1 for failures in told)


@pytest.mark.parametrize("arguments, said", [
    (["--engines", "fibers"], '"fibers" is none of threads, async'),
    (["--engines", "async"], "one alone cannot be compared"),
    (["--workers", "4,none"], '"none" is not a whole number from 1 to 10000'),
    (["--workers", ""], '"" is not a whole number'),
    (["--report", "junit"], '"junit" is no format'),
    (["--report", "json", "--report", "html"], "only one report"),
    (["--rounds", "0"], "whole number from 1"),
    (["--workers", ",".join(map(str, range(1, 66)))],
     "--workers: expected at most 64, separated by commas"),
    (["--engines", ",".join(["async"] * 65)],
     "--engines: expected at most 64, separated by commas"),
    (["--peer", "x '{urls}'"], "--peer: {urls} stands within quotes"),
    (["--only", "nobody"], "rounds: none of the plan's 1 endpoints is left"),
])
def test_a_mistake_is_told_before_anything_is_sent(
    rounds: Rounds, counting: CountingServer, plan: Write,
    arguments: list[str], said: str,
) -> None:
    done = rounds.run("compare", *arguments, plan(plan_of([counting.url()])))

    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert counting.request_count == 0


def test_a_plan_file_that_a_peer_wants_has_to_be_there(
    rounds: Rounds, counting: CountingServer
) -> None:
    done = rounds.run("compare", "--peer", "true {plan}", counting.url())

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rounds: --peer: there is no file")
    assert counting.request_count == 0


def test_urls_that_cannot_be_written_are_told(
    rounds: Rounds, counting: CountingServer
) -> None:
    done = rounds.run("compare", "--peer", "true {urls}", counting.url(),
                      env={"TMPDIR": "/nonexistent"})

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("rounds: /nonexistent/rounds-urls-")
    assert counting.request_count == 0


def test_mistakes_of_the_plan_are_told_as_by_check(
    rounds: Rounds, plan: Write
) -> None:
    file = plan('endpoints = ( { name = "a"; ulr = "http://127.0.0.1/"; } );')

    compared = rounds.run("compare", file)
    checked = rounds.check(file)

    assert compared.returncode == checked.returncode == 2
    assert compared.stderr == checked.stderr


def test_a_report_that_cannot_be_written_is_told(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    done = rounds.run(
        "compare", "--rounds", "1", "--report", "html=/nonexistent/x.html",
        plan(plan_of([counting.url()])),
    )

    assert done.returncode == 3
    assert "the html report was not written" in done.stderr


@pytest.mark.parametrize("number, code", [
    (signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129),
])
def test_a_signal_ends_it_with_what_is_known_and_no_child(
    rounds: Rounds, counting: CountingServer, plan: Write,
    number: int, code: int,
) -> None:
    log = rounds.directory / "log"
    # The warm-up and one round end at once, the next would last for good.
    peer = f"echo x >> {log}; test $(wc -l < {log}) -lt 3 || sleep 600"
    started = rounds.start(
        "compare", "--engines", "threads", "--rounds", "9", "--peer", peer,
        "--report", "json=compare.json", plan(plan_of([counting.url()])),
    )
    wait_until(lambda: log.exists() and log.read_text().count("x") == 3,
               "the round that hangs")

    started.send_signal(number)
    stdout, _ = started.communicate(timeout=ENDS_WITHIN)

    report = report_of(rounds)
    assert started.returncode == code
    assert report["interrupted"] is True
    assert figures(report, 1)["rounds"] == 1
    assert "ended by" in stdout
    assert group_of(rounds) == []


@pytest.mark.parametrize("peer", [
    "timeout 600 sleep 600; true", "setsid sleep 600 & wait",
])
def test_an_interrupt_ends_what_has_a_group_of_its_own(
    rounds: Rounds, counting: CountingServer, plan: Write, peer: str
) -> None:
    started = rounds.start(
        "compare", "--engines", "threads", "--peer", peer,
        plan(plan_of([counting.url()])),
    )
    wait_until(lambda: "sleep\x00600\x00" in group_of(rounds),
               "the peer to run")

    started.send_signal(signal.SIGINT)
    started.communicate(timeout=ENDS_WITHIN)

    assert started.returncode == 130
    assert group_of(rounds) == []


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
def test_a_signal_that_was_ignored_from_the_start_stays_so(
    rounds: Rounds, counting: CountingServer, plan: Write, name: str
) -> None:
    mark, go = rounds.directory / "mark", rounds.directory / "go"
    peer = f"touch {mark}; until test -e {go}; do sleep 0.05; done"
    started = rounds.start(
        "compare", "--engines", "threads", "--rounds", "1", "--peer", peer,
        plan(plan_of([counting.url()])), prefix=ignoring(name),
    )
    wait_until(mark.exists, "the peer to run")

    started.send_signal(signal.Signals[f"SIG{name}"])
    go.touch()
    stdout, stderr = started.communicate(timeout=ENDS_WITHIN)

    assert (started.returncode, stderr) == (0, "")
    assert "ended by" not in stdout


def test_a_peer_that_ignores_an_interrupt_is_killed(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    mark = rounds.directory / "mark"
    peer = f"trap '' INT TERM; touch {mark}; while :; do sleep 1; done"
    started = rounds.start(
        "compare", "--engines", "threads", "--peer", peer,
        plan(plan_of([counting.url()])),
    )
    wait_until(mark.exists, "the peer to run")

    started.send_signal(signal.SIGINT)
    started.communicate(timeout=ENDS_WITHIN)

    assert started.returncode == 130
    assert group_of(rounds) == []


def test_an_interrupt_ends_a_round_of_an_engine(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    counting.close_gate(1000)
    text = plan_of([counting.url("/gate")] * 4,
                   'defaults = { timeout = "5m"; };')
    started = rounds.start("compare", plan(text))
    counting.wait_for_in_flight(4)

    started.send_signal(signal.SIGINT)
    started.communicate(timeout=ENDS_WITHIN)

    assert started.returncode == 130
    assert group_of(rounds) == []


def test_an_end_in_the_warm_up_has_no_tables(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    counting.close_gate(1000)
    text = plan_of([counting.url("/gate")], 'defaults = { timeout = "5m"; };')
    started = rounds.start("compare", plan(text))
    counting.wait_for_in_flight(1)

    started.send_signal(signal.SIGINT)
    stdout, _ = started.communicate(timeout=ENDS_WITHIN)

    assert "ended by Ctrl-C" in stdout
    assert "medians" not in stdout
    assert "times threads" not in stdout


@pytest.mark.skipif(os.environ.get("ROUNDS_SANITIZE", "") != "",
                    reason="curl is no part of what is sanitized")
def test_the_curl_peer_asks_every_url(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    urls = [counting.url(f"/{i}?a=%22b%22") for i in range(9)]

    done, report = compare(
        rounds, "--rounds", "1", "--engines", "async",
        "--peer", f"{PEERS}/curl_parallel {{workers}} {{urls}}",
        plan(plan_of(urls)),
    )

    assert done.returncode == 0, done.stderr
    assert set(counting.counts().values()) == {4}
    assert figures(report, 1)["rounds"] == 1


@pytest.mark.skipif(os.environ.get("ROUNDS_SANITIZE", "") != "",
                    reason="curl is no part of what is sanitized")
def test_the_curl_peer_leaves_nothing_beside_a_plan(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    before = {plan(plan_of([counting.url()] * 3)),
              rounds.directory / "compare.json"}

    done, _ = compare(
        rounds, "--rounds", "1", "--engines", "async", "--peer",
        f"{PEERS}/curl_parallel {{workers}} {{plan}}", "plan.cfg",
    )

    assert done.returncode == 0, done.stderr
    assert counting.request_count == 2 * 3 * 2  # of each
    assert set(rounds.directory.iterdir()) == before


@pytest.mark.skipif(os.environ.get("ROUNDS_SANITIZE", "") != "",
                    reason="curl is no part of what is sanitized")
def test_the_curl_peer_asks_urls_as_they_are(
    counting: CountingServer, tmp_path: Path
) -> None:
    (tmp_path / "urls").write_text(counting.url("/?a[1-3]={b,c}") + "\n")

    done = subprocess.run(
        [PEERS / "curl_parallel", "4", tmp_path / "urls"], check=False,
        capture_output=True, encoding="utf-8",
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert [it.target for it in counting.requests] == ["/?a[1-3]={b,c}"]


@pytest.mark.skipif(os.environ.get("ROUNDS_SANITIZE", "") != "",
                    reason="peers are no part of what is sanitized")
@pytest.mark.parametrize("peer", [
    ["curl_parallel", "4"], ["aiohttp_check.py", "-n", "4"],
])
def test_peers_end_well_where_endpoints_fail_or_never_answer(
    counting: CountingServer, tmp_path: Path, peer: list[str]
) -> None:
    if "aiohttp_check.py" in peer:
        pytest.importorskip("aiohttp")
    counting.close_gate(2)
    paths = ("/", "/status/503", "/gate", "/?b")
    (tmp_path / "urls").write_text(
        "".join(f"{counting.url(path)}\n" for path in paths)
    )

    done = subprocess.run(
        [PEERS / peer[0], *peer[1:], tmp_path / "urls"], check=False,
        capture_output=True, encoding="utf-8", timeout=ENDS_WITHIN,
    )

    assert done.returncode == 0
    assert done.stderr.endswith("2 of 4 did not answer 2xx\n")
    assert len(counting.requests) == 4


def test_endpoints_that_a_peer_does_not_ask_alike_are_noted(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of([counting.url()] * 2, "", 'method = "POST";')

    _, report = compare(
        rounds, "--rounds", "1", "--peer", "true {urls}", plan(text)
    )

    assert "more than a plain GET: 2" in report["notes"][0]


def test_the_page_stands_alone_and_draws_every_curve(
    rounds: Rounds, counting: CountingServer, plan: Write, browser: Browser
) -> None:
    page = rounds.directory / "compare.html"
    _, report = compare(
        rounds, "--rounds", "1", "--workers", "1,2,4", "--peer", "true",
        "--report", f"html={page}", plan(plan_of([counting.url()] * 4)),
    )

    for dark in (False, True):
        browser.prefer(dark=dark)
        browser.open(page)
        assert browser.complaints() == []
        assert [url for url in browser.requests() if url != "about:blank"] == [
            page.as_uri()
        ]
        ground, line = browser.run(
            "return [getComputedStyle(document.body).backgroundColor,"
            " getComputedStyle(find('polyline')).stroke];"
        )
        assert line not in ("none", ground)
    shown = browser.run(
        "return {"
        " charts: all('figure > svg[role=img][aria-label]').length,"
        " curves: all('figure > svg polyline').length,"
        " points: all('figure > svg .mark title').length,"
        " headings: all('h2').map((e) => e.textContent),"
        " says: all('.says').length,"
        " report: JSON.parse(find('#report').textContent) };"
    )
    assert (shown["charts"], shown["curves"]) == (2, 6)
    assert shown["points"] == 2 * 3 * 3
    assert shown["headings"] == ["1 worker", "2 workers", "4 workers"]
    assert shown["says"] == 2 * 3
    assert shown["report"]["stands"] == report["stands"]


def test_the_page_fits_a_phone(
    rounds: Rounds, counting: CountingServer, plan: Write, browser: Browser
) -> None:
    page = rounds.directory / "compare.html"
    rounds.run("compare", "--rounds", "1", "--workers", "1,2",
               "--report", f"html={page}", plan(plan_of([counting.url()])))

    browser.resize(390, 800, phone=True)
    browser.open(page)

    assert browser.run("return document.documentElement.scrollWidth;") <= 390
