"""`rounds check`: what its reports say, and with which code it ends."""

import json
import math
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from support.counting import Answer, CountingServer
from support.faults import Faults
from support.plans import plan_of, quoted
from support.program import PROJECT, SLOWNESS, Rounds
from support.tries import patiently

Write = Callable[..., Path]

ALL_WELL, FAILURES, MISTAKE, INCOMPLETE = range(4)
FULL = Path("/dev/full")


def endpoint(name: str, url: str, settings: str = "") -> str:
    """One endpoint of a plan, on a line of its own."""
    return f"  {{ name = {quoted(name)}; url = {quoted(url)}; {settings} }}"


def plan_text(*endpoints: str, settings: str = "") -> str:
    """A plan; the endpoints stand from line 3 on, a line each."""
    return f"{settings}\nendpoints = (\n" + ",\n".join(endpoints) + "\n);\n"


@pytest.fixture
def mixed(counting: CountingServer, faults: Faults) -> str:
    """A plan over endpoints that end in every way but our own trouble."""
    counting.script("/flaky", [Answer(503), Answer(200)])
    return plan_text(
        endpoint("well", counting.url()),
        endpoint("refused", faults.url("refused")),
        endpoint("slow", counting.url("/delay/60"),
                 'warn = { max_time = "20ms"; };'),
        endpoint("missing", counting.url("/status/404")),
        endpoint("百度首页", counting.url("/bytes/100")),
        endpoint("flaky", counting.url("/flaky"),
                 'retries = 1; retry_delay = "10ms";'),
        endpoint("silent", faults.url("silent_after_request"),
                 'timeout = "500ms";'),
        endpoint("body", counting.url(),
                 'expect = { body_contains = "welcome"; };'),
        settings='defaults = { timeout = "30s"; };',
    )


MIXED_ENDINGS = {
    "well": ("healthy", None),
    "refused": ("unreachable", "connect_refused"),
    "slow": ("degraded", "slow"),
    "missing": ("unhealthy", "status"),
    "百度首页": ("healthy", None),
    "flaky": ("degraded", "flaky"),
    "silent": ("unreachable", "first_byte_timeout"),
    "body": ("unhealthy", "body"),
}


# The JSON report.


def test_every_ending_is_told_in_the_order_of_the_plan(
    rounds: Rounds, mixed: str
) -> None:
    code, report = rounds.check_json(mixed)

    told = [(r["name"], (r["outcome"], r["reason"]))
            for r in report["results"]]
    assert code == FAILURES
    assert told == list(MIXED_ENDINGS.items())
    source = [(r["source"]["file"], r["source"]["line"])
              for r in report["results"]]
    plan = str(rounds.directory / "plan.cfg")
    assert source == [(plan, line) for line in range(3, 11)]


def test_the_counts_of_the_summary_are_those_of_the_results(
    rounds: Rounds, mixed: str
) -> None:
    _, report = rounds.check_json(mixed)

    summary, results = report["summary"], report["results"]
    outcomes = Counter(each["outcome"] for each in results)
    for outcome in ("healthy", "degraded", "unhealthy", "unreachable",
                    "unknown", "skipped"):
        assert summary[outcome] == outcomes[outcome]
    reasons = Counter(r["reason"] for r in results if r["reason"])
    assert summary["reasons"] == reasons
    assert summary["endpoints"] == len(results)
    assert summary["attempts"] == sum(each["attempts"] for each in results)
    assert summary["attempts"] == len(results) + 1  # the flaky one's


def test_the_latencies_of_the_summary_are_by_nearest_rank(
    rounds: Rounds, counting: CountingServer
) -> None:
    urls = [counting.url(f"/delay/{i}") for i in range(37)]

    _, report = rounds.check_json(plan_of(urls))

    totals = sorted(r["timings_ms"]["total"] for r in report["results"])
    told = report["summary"]["latency_ms"]
    assert told["min"] == totals[0]
    assert told["max"] == totals[-1]
    assert told["mean"] == pytest.approx(sum(totals) / len(totals), abs=0.01)
    for percent in (50, 90, 95, 99):
        rank = math.ceil(percent / 100 * len(totals))
        assert told[f"p{percent}"] == totals[rank - 1]


@patiently
def test_the_lower_bound_is_the_longest_check_or_all_over_workers(
    rounds: Rounds, counting: CountingServer
) -> None:
    delays = {"few": [30] * 20, "many": [30] * 40, "one": [600]}
    endpoints = [
        endpoint(f"{network} {i}", counting.url(f"/delay/{delay}"),
                 f'network = "{network}";')
        for network, each in delays.items() for i, delay in enumerate(each)
    ]

    code, report = rounds.check_json(plan_text(
        *endpoints,
        settings="networks = { few = { workers = 2; };"
        " many = { workers = 20; }; one = { workers = 9; }; };",
    ))

    bounds = {}
    for network, told in report["summary"]["networks"].items():
        totals = [r["timings_ms"]["total"] for r in report["results"]
                  if r["network"] == network]
        shared = sum(totals) / told["workers"]
        bounds[network] = max(max(totals), shared)
        assert told["elapsed_ms"] >= shared
        assert told["utilisation"] == pytest.approx(
            sum(totals) / told["workers"] / told["elapsed_ms"], abs=0.1
        )
    largest = max(bounds.values())
    told_ms = report["summary"]["lower_bound_ms"]
    assert code == ALL_WELL
    assert 600 <= largest
    # What a worker spends on a check is a bit more than the check's time.
    assert largest <= told_ms <= 1.2 * largest + 20
    assert told_ms <= report["elapsed_ms"]


def test_the_throughput_is_of_all_checks_over_the_whole_time(
    rounds: Rounds, counting: CountingServer
) -> None:
    _, report = rounds.check_json(plan_of([counting.url("/delay/20")] * 40))

    rate = 40 / report["elapsed_ms"] * 1000
    assert report["summary"]["throughput_per_s"] == pytest.approx(
        rate, rel=0.01
    )


def test_the_connections_of_the_summary_are_those_of_the_server(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = plan_text(*(
        endpoint(f"{i}", counting.url(), f'method = "{method}";')
        for i, method in enumerate(["GET", "POST", "HEAD", "PUT"] * 20)
    ))

    _, report = rounds.check_json(plan)

    summary = report["summary"]
    assert summary["connections_opened"] == counting.connections
    assert summary["connections_reused"] == 80 - counting.connections


def test_a_record_tells_what_was_asked_and_what_came(
    rounds: Rounds, counting: CountingServer
) -> None:
    url = counting.url("/bytes/123?x=1")

    code, report = rounds.check_json(plan_text(
        endpoint("it", url, 'tags = [ "smoke", "prod" ]; network = "shop";'),
        settings="networks = { shop = { workers = 2; }; };",
    ))

    [result] = report["results"]
    wanted = {
        "name": "it", "url": url, "method": "GET", "network": "shop",
        "tags": ["smoke", "prod"], "outcome": "healthy", "reason": None,
        "phase": None, "limit": None, "message": None, "status": 200,
        "http_version": "1.1", "remote_ip": "127.0.0.1", "attempts": 1,
        "earlier_attempts": [], "connection_reused": False, "bytes": 123,
        "certificate_expires_at": None, "failed": [],
        "source": {"file": str(rounds.directory / "plan.cfg"), "line": 3},
    }
    times = result["timings_ms"]
    assert code == ALL_WELL
    assert {key: result[key] for key in wanted} == wanted
    assert result["started_at"] >= report["started_at"]
    assert result["worker"] in (0, 1)
    parts = [times[phase] or 0 for phase in (
        "dns", "connect", "tls", "wait", "receive"
    )]
    assert sum(parts) <= times["total"] + 0.01
    assert times["total"] <= report["elapsed_ms"]


def test_the_version_of_the_report_is_that_of_the_program(
    rounds: Rounds, counting: CountingServer
) -> None:
    _, report = rounds.check_json(plan_of([counting.url()]))

    version = rounds.run("--version").stdout.split()[1]
    assert report["rounds"] == version
    assert report["engine"] == (rounds.engine or report["engine"])
    assert report["shard"] is None


def test_every_failed_expectation_is_listed(
    rounds: Rounds, counting: CountingServer
) -> None:
    _, report = rounds.check_json(plan_text(endpoint(
        "it", counting.url("/status/500"),
        'expect = { status = [200, 201]; body_contains = "welcome";'
        " min_bytes = 1000; };",
    )))

    [result] = report["results"]
    assert (result["outcome"], result["phase"]) == ("unhealthy", "verify")
    assert result["reason"] == "status"
    failed = {each["expect"]: each for each in result["failed"]}
    assert set(failed) == {"status", "body_contains", "min_bytes"}
    assert failed["status"]["got"] == "500"
    assert "200" in failed["status"]["wanted"]


# The text report.


def rows(text: str) -> list[list[str]]:
    """The lines of the table as words: up to the first empty line."""
    lines = text.partition("\n\n")[0].splitlines()
    return [re.split(r"\s{2,}", line) for line in lines]


def test_what_failed_stands_first_and_says_why(
    rounds: Rounds, mixed: str, plan: Write
) -> None:
    done = rounds.check(plan(mixed))

    table = [row for row in rows(done.stdout) if row[0]]
    states = [row[1] for row in table[1:]]
    assert done.returncode == FAILURES
    assert table[0][:2] == ["name", "state"]
    assert states == (
        ["unreachable", "unhealthy", "unreachable", "unhealthy"]
        + ["degraded"] * 2 + ["healthy"] * 2
    )
    assert [row[0] for row in table[1:]] == [
        "refused", "missing", "silent", "body", "slow", "flaky", "well",
        "百度首页",
    ]
    for reason in ("connect_refused", "first_byte_timeout", "slow", "flaky"):
        assert reason in done.stdout
    assert "wanted 200-299, got 404" in done.stdout
    assert "plan.cfg:6)" in done.stdout  # where the plan says it


def test_the_figures_below_the_table_are_those_of_the_round(
    rounds: Rounds, mixed: str, plan: Write
) -> None:
    done = rounds.check("--report", "json=r.json", "--report", "text",
                        plan(mixed))

    figures = done.stdout.partition("\n\n")[2]
    report = json.loads((rounds.directory / "r.json").read_text())
    summary = report["summary"]
    assert "2 healthy, 2 degraded, 2 unhealthy, 2 unreachable" in figures
    assert (f"{summary['connections_opened']} opened,"
            f" {summary['connections_reused']} reused") in figures
    for name, milliseconds in summary["latency_ms"].items():
        assert name in figures
        assert f"{milliseconds:.1f}" in figures
    elapsed = re.search(r"elapsed +([\d.]+) (m?s), at best ([\d.]+) (m?s)",
                        figures)
    told = [float(elapsed[1]) * (1000 if elapsed[2] == "s" else 1),
            float(elapsed[3]) * (1000 if elapsed[4] == "s" else 1)]
    assert told == [
        pytest.approx(report["elapsed_ms"], abs=6),
        pytest.approx(summary["lower_bound_ms"], abs=6),
    ]
    verdict = figures.splitlines()[-1]
    assert verdict.startswith("4 of 8 endpoints failed, 2 degraded")


def test_the_slowest_are_told_slowest_first(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    delays = [10, 190, 70, 130, 250, 0, 40, 310]
    urls = [counting.url(f"/delay/{delay}") for delay in delays]

    done = rounds.check("--workers", "8", "--report", "text",
                        "--report", "json=r.json", plan(plan_of(urls)))

    report = json.loads((rounds.directory / "r.json").read_text())
    totals = {each["name"]: each["timings_ms"]["total"]
              for each in report["results"]}
    block = done.stdout.partition("slowest")[2].partition("connections")[0]
    slowest = re.findall(r"^\s*(e\d)\s+([\d.]+) ms", block, re.MULTILINE)
    assert [name for name, _ in slowest] == sorted(
        totals, key=totals.get, reverse=True
    )[:5]


def test_stdout_carries_the_report_and_nothing_else(
    rounds: Rounds, mixed: str, plan: Write
) -> None:
    written = plan(mixed)

    for form in ("text", "json"):
        done = rounds.check("--report", form, written)

        assert done.stderr == ""
        assert "\x1b" not in done.stdout
        assert "\r" not in done.stdout
        assert done.stdout.endswith("\n")


def test_quiet_tells_only_what_failed_and_one_closing_line(
    rounds: Rounds, mixed: str, plan: Write
) -> None:
    done = rounds.check("-q", plan(mixed))

    table = [row[0] for row in rows(done.stdout) if row[0]]
    rest = done.stdout.partition("\n\n")[2].splitlines()
    assert table == ["name", "refused", "missing", "silent", "body"]
    assert len(rest) == 1
    assert rest[0].startswith("4 of 8 endpoints failed")


def test_quiet_is_a_single_line_when_all_is_well(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    done = rounds.check("--quiet", plan(plan_of([counting.url()] * 3)))

    assert done.returncode == ALL_WELL
    assert done.stdout.startswith("all 3 endpoints passed")
    assert done.stdout.count("\n") == 1


def test_verbose_shows_the_exchange_of_what_failed_alone(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_text(
        endpoint("failing", counting.url("/status/500?failing"),
                 'method = "POST"; body = "what was sent";'),
        endpoint("healthy", counting.url("/well")),
    )

    done = rounds.check("-v", plan(text))

    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "> POST /status/500?failing HTTP/1.1" in lines
    assert "> what was sent" in lines
    assert "< HTTP/1.1 500 Internal Server Error" in lines
    assert "GET /well HTTP/1.1" not in done.stdout


def test_many_healthy_endpoints_are_counted_and_not_listed(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan(plan_of(
        [counting.url()] * 200 + [counting.url("/status/500")]
    ))

    short, long = rounds.check(written), rounds.check("-v", written)

    assert "200 healthy" in short.stdout
    assert "e0 " not in short.stdout.partition("\n\n")[0]
    for i in range(200):
        assert re.search(rf"^e{i}\s+healthy", long.stdout, re.MULTILINE)


# Exit codes.


def test_all_healthy_ends_with_0(
    rounds: Rounds, counting: CountingServer
) -> None:
    code, _ = rounds.check_json(plan_of([counting.url()] * 3))

    assert code == ALL_WELL


def test_degraded_ends_with_0(
    rounds: Rounds, counting: CountingServer
) -> None:
    code, report = rounds.check_json(plan_of(
        [counting.url("/delay/50")], "", 'warn = { max_time = "10ms"; };'
    ))

    assert (code, report["summary"]["degraded"]) == (ALL_WELL, 1)


@pytest.mark.parametrize("outcome", ["unhealthy", "unreachable"])
def test_one_failure_among_many_ends_with_1(
    rounds: Rounds, counting: CountingServer, faults: Faults, outcome: str
) -> None:
    failing = {
        "unhealthy": counting.url("/status/500"),
        "unreachable": faults.url("refused"),
    }

    code, report = rounds.check_json(plan_of(
        [counting.url()] * 20 + [failing[outcome]]
    ))

    assert (code, report["summary"][outcome]) == (FAILURES, 1)


def test_what_is_skipped_ends_with_3(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.close_gate(1000)

    code, report = rounds.check_json(
        plan_of([counting.url("/gate")] * 20, "", 'timeout = "1m";'),
        "--deadline", "300ms",
    )

    assert code == INCOMPLETE
    assert report["summary"]["skipped"] == 20
    assert {r["reason"] for r in report["results"]} == {"cancelled"}


def test_what_is_unknown_ends_with_3(
    rounds: Rounds, counting: CountingServer, certificates: object
) -> None:
    missing = 'tls = { ca_file = "empty.pem"; };'
    (rounds.directory / "empty.pem").write_text("no certificate\n")

    code, report = rounds.check_json(
        plan_of([counting.url().replace("http:", "https:")], "", missing)
    )

    [result] = report["results"]
    assert (code, result["outcome"], result["reason"]) == (
        INCOMPLETE, "unknown", "local"
    )
    assert "empty.pem" in result["message"]
    assert counting.connections == 0


def test_a_failure_counts_for_more_than_what_was_skipped(
    rounds: Rounds, counting: CountingServer, faults: Faults
) -> None:
    counting.close_gate(1000)
    urls = [faults.url("refused")] + [counting.url("/gate")] * 5

    code, report = rounds.check_json(
        plan_of(urls, "", 'timeout = "1m";'), "--deadline", f"{SLOWNESS}s"
    )

    assert code == FAILURES
    assert report["summary"]["skipped"] == 5


# Reports that cannot be written.


@pytest.mark.parametrize("where", [
    "/dev/full", "missing/folder/report.json", "a-folder", "/proc/report",
])
def test_a_report_that_cannot_be_written_ends_with_3(
    rounds: Rounds, counting: CountingServer, plan: Write, where: str
) -> None:
    (rounds.directory / "a-folder").mkdir()

    done = rounds.check(
        "--report", "json=first.json", "--report", f"json={where}",
        "--report", "text=last.txt", "--report", "text",
        plan(plan_of([counting.url()])),
    )

    assert done.returncode == INCOMPLETE
    assert where in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert json.loads((rounds.directory / "first.json").read_text())
    assert "1 endpoint passed" in (rounds.directory / "last.txt").read_text()
    assert "1 endpoint passed" in done.stdout
    left = {path.name for path in rounds.directory.iterdir()}
    assert left == {"plan.cfg", "first.json", "last.txt", "a-folder"}
    assert list((rounds.directory / "a-folder").iterdir()) == []


@pytest.mark.skipif(
    os.environ.get("ROUNDS_SANITIZE") == "thread",
    reason="TSan keeps files of its own, which the limit hits too",
)
def test_half_a_report_is_none(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan(plan_of([counting.url()] * 20))
    older = rounds.directory / "older.json"
    older.write_text("the older one")

    done = rounds.check(
        "--report", "json=older.json", "--report", "json=new.json",
        "--report", "text", written,
        prefix=("prlimit", "--fsize=1000"),  # bytes of any file
    )

    assert done.returncode == INCOMPLETE
    assert "older.json" in done.stderr and "new.json" in done.stderr
    assert "all 20 endpoints passed" in done.stdout
    assert older.read_text() == "the older one"
    left = {path.name for path in rounds.directory.iterdir()}
    assert left == {"plan.cfg", "older.json"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_behind_stdout_ends_with_3(
    rounds: Rounds, counting: CountingServer, plan: Write, form: str
) -> None:
    written = plan(plan_of([counting.url()]))
    command = f'exec "$@" > {FULL}'

    done = rounds.check(
        "--report", form, written, prefix=("sh", "-c", command, "sh")
    )

    assert done.returncode == INCOMPLETE
    assert "report" in done.stderr


def test_a_closed_stdout_ends_with_3(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan(plan_of([counting.url()] * 20))

    done = rounds.check(written, prefix=("sh", "-c", 'exec "$@" >&-', "sh"))

    assert done.returncode == INCOMPLETE
    assert counting.counts() == {"/": 20}  # and nothing strange got there


def test_a_reader_that_went_away_ends_with_3(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan(plan_of([counting.url()]))
    started = rounds.start("check", *rounds.engine_arguments(), written)
    started.stdout.close()

    started.wait(60)

    assert started.returncode == INCOMPLETE
    assert "report" in started.stderr.read()


def test_a_failure_counts_for_more_than_a_report_not_written(
    rounds: Rounds, faults: Faults, plan: Write
) -> None:
    done = rounds.check(
        "--report", f"json={FULL}", plan(plan_of([faults.url("refused")]))
    )

    assert done.returncode == FAILURES
    assert str(FULL) in done.stderr


def test_an_older_report_is_replaced_as_a_whole(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    older = rounds.directory / "report.json"
    older.write_text("x" * 1_000_000)
    older.chmod(0o600)
    link = rounds.directory / "latest.json"
    link.symlink_to("report.json")

    done = rounds.check(
        "--report", "json=latest.json", plan(plan_of([counting.url()]))
    )

    assert (done.returncode, done.stdout) == (ALL_WELL, "")
    assert json.loads(older.read_text())["summary"]["healthy"] == 1
    assert link.is_symlink()
    assert older.stat().st_mode & 0o777 == 0o600


def test_reports_go_to_files_and_one_of_them_to_stdout(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    done = rounds.check(
        "--report=json", "--report", "text=a.txt", "--report=json=b.json",
        plan(plan_of([counting.url()])),
    )

    on_stdout = json.loads(done.stdout)
    in_file = json.loads((rounds.directory / "b.json").read_text())
    assert on_stdout == in_file
    assert "1 endpoint passed" in (rounds.directory / "a.txt").read_text()


def test_the_schema_of_the_report_is_one(rounds: Rounds) -> None:
    import jsonschema

    schema = json.loads(
        (PROJECT / "docs" / "report.schema.json").read_text()
    )

    jsonschema.Draft202012Validator.check_schema(schema)
