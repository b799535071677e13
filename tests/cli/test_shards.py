"""Shards of a plan: how it is split, and one report out of theirs."""

# ctest: timeout 300

import json
import re
import shutil
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from support.counting import Answer, CountingServer
from support.faults import Faults
from support.parsers import github, junit, nagios, prometheus, tap
from support.parsers.page import parse_page
from support.plan_values import make_plan
from support.plans import plan_of
from support.program import Rounds
from support.records import by_name, verdicts

Write = Callable[..., Path]
Servers = list[CountingServer]

ORIGINS, EACH = 8, 3
MOST_SHARDS = 8
EMPTY = "http://127.0.0.1:1/"

# What a second round of the same plan cannot have in common with the first.
OF_TIMES = {"started_at", "elapsed_ms", "timings_ms", "total_ms", "latency_ms",
            "throughput_per_s", "lower_bound_ms", "utilisation"}
OF_MACHINES = {"worker", "workers", "connection_reused", "connections_opened",
               "connections_reused"}
FORMATS = ("text", "json", "jsonl", "junit", "tap", "github", "html",
           "prometheus")


def hash_of(text: str) -> int:
    """FNV-1a of 64 bits, folded: what every machine splits by."""
    value = 14695981039346656037
    for byte in text.encode():
        value = (value ^ byte) * 1099511628211 % (1 << 64)
    return (value >> 32 ^ value) & 0xFFFFFFFF


@pytest.fixture
def engine() -> None:
    """A plan is split, and put together again, before and after any engine."""


@pytest.fixture
def servers(make_counting: Callable[..., CountingServer]) -> Servers:
    """Origins, no two of them alike."""
    return [make_counting() for _ in range(ORIGINS)]


def mixed_plan(servers: Servers, faults: Faults) -> str:
    """Endpoints of many origins, one behind the other, most of them fine."""
    servers[1].script("/flaky", [Answer(503), Answer(200)] * 2)
    return make_plan([
        *({"name": f"e{i}", "url": servers[i % ORIGINS].url(f"/{i}"),
           "tags": ["smoke"] if i % 2 else ["smoke", "odd"]}
          for i in range(ORIGINS * EACH)),
        {"name": "refused", "url": faults.url("refused")},
        {"name": "missing", "url": servers[0].url("/status/404")},
        {"name": "flaky", "url": servers[1].url("/flaky"), "retries": 1,
         "retry_delay": "1ms"},
        {"name": "body", "url": servers[2].url(),
         "expect": {"body_contains": "welcome"}},
        {"name": "empty", "url": faults.url("empty_reply")},
    ])


def make_shards(
    rounds: Rounds, plan: Path, count: int, *options: str
) -> list[Path]:
    """The JSON reports of all shards."""
    made = []
    for number in range(1, count + 1):
        file = rounds.directory / f"{number}-of-{count}.json"
        done = rounds.check(f"--shard={number}/{count}",
                            f"--report=json={file}", *options, plan)
        assert done.returncode in (0, 1) and not done.stderr
        made.append(file)
    return made


def read(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


def lasting(value: Any) -> Any:
    """A report without its times, and without what machines share."""
    if isinstance(value, list):
        return [lasting(each) for each in value]
    if isinstance(value, dict):
        return {name: lasting(each) for name, each in value.items()
                if name not in OF_TIMES | OF_MACHINES}
    return value


# The split.


@pytest.mark.parametrize("count", range(1, MOST_SHARDS + 1))
def test_every_endpoint_is_in_one_shard_with_all_of_its_origin(
    rounds: Rounds, plan: Write, servers: Servers, count: int
) -> None:
    urls = [servers[i % ORIGINS].url(f"/{i}") for i in range(ORIGINS * EACH)]
    file = plan(plan_of(urls))

    reports = [read(each) for each in make_shards(rounds, file, count)]

    names = [each["name"] for report in reports for each in report["results"]]
    assert sorted(names) == sorted(f"e{i}" for i in range(len(urls)))
    for number, report in enumerate(reports, 1):
        assert report["shard"] == f"{number}/{count}"
        assert report["plan"] == reports[0]["plan"]
        assert report["plan"]["endpoints"] == len(urls)
        for each in report["results"]:
            origin = each["url"].rpartition("/")[0]
            assert hash_of(origin) % count + 1 == number
    for server in servers:
        assert len(server.requests) == EACH


@pytest.mark.parametrize("count", [2, 4, 8])
def test_the_split_is_the_same_on_every_machine_and_in_every_version(
    rounds: Rounds, plan: Write, count: int
) -> None:
    urls = {
        "https://www.example.com/": "https://www.example.com:443",
        "http://WWW.Example.com:80/a": "http://www.example.com:80",
        "https://api.example.com:8443/b": "https://api.example.com:8443",
        "http://[::1]:8080/": "http://[::1]:8080",
        "http://127.0.0.1:8080/": "http://127.0.0.1:8080",
    } | {f"https://host-{i}.example.com/": f"https://host-{i}.example.com:443"
         for i in range(40)}
    file = plan(plan_of(urls))

    for number in range(1, count + 1):
        done = rounds.check("--dry-run", f"--shard={number}/{count}", file)

        wanted = sum(hash_of(each) % count + 1 == number
                     for each in urls.values())
        assert re.search(rf": {wanted} endpoints?;", done.stdout)
        assert done.returncode == 0


def test_what_options_pick_is_split(
    rounds: Rounds, plan: Write, servers: Servers, faults: Faults
) -> None:
    file = plan(mixed_plan(servers, faults))

    parts = make_shards(rounds, file, 3, "--tag", "odd", "--exclude", "e2")
    merged = rounds.run("merge", "--report", "json", *parts)

    assert merged.returncode == 0
    names = [each["name"] for each in json.loads(merged.stdout)["results"]]
    assert names == [f"e{i}" for i in range(ORIGINS * EACH)
                     if i % 2 == 0 and i != 2]


@pytest.mark.parametrize("engine", ["threads", "async"])
def test_a_shard_without_an_endpoint_is_all_well(
    rounds: Rounds, plan: Write, counting: CountingServer, engine: str
) -> None:
    file = plan(plan_of([counting.url()]))

    parts = make_shards(rounds, file, 4)
    merged = rounds.run("merge", *parts)

    sizes = sorted(len(read(each)["results"]) for each in parts)
    assert sizes == [0, 0, 0, 1]
    assert merged.returncode == 0
    assert "1 endpoint passed" in merged.stdout


@pytest.mark.parametrize("shard", ["0/4", "5/4", "1/0", "x", "1/4 ", "+1/4"])
def test_what_is_no_shard_is_told(rounds: Rounds, shard: str) -> None:
    done = rounds.check(f"--shard={shard}", EMPTY)

    assert done.returncode == 2
    assert done.stderr == (
        f'rounds: --shard: "{shard}" is not I/K with I from 1 to K, such as '
        "2/4\n"
    )


# One report out of all.


@pytest.mark.parametrize("count", range(1, MOST_SHARDS + 1))
def test_the_merged_report_is_that_of_the_whole_but_for_times(
    rounds: Rounds, plan: Write, servers: Servers, faults: Faults, count: int
) -> None:
    file = plan(mixed_plan(servers, faults))
    code, whole = rounds.check_json(file)

    parts = make_shards(rounds, file, count)
    merged = rounds.run("merge", "--report=json", *reversed(parts))

    report = json.loads(merged.stdout)
    assert (merged.returncode, merged.stderr) == (code, "") == (1, "")
    assert report["shard"] is None
    assert lasting(report) == lasting(whole)
    rounds.hold_to_schema(report)
    hold_times(report, [read(each) for each in parts])


def hold_times(report: Any, parts: list[Any]) -> None:
    """The merged round lasts from its first shard's start to the last end."""
    assert report["started_at"] == min(each["started_at"] for each in parts)
    assert report["elapsed_ms"] >= max(each["elapsed_ms"] for each in parts)
    summary = report["summary"]
    assert summary["connections_opened"] == sum(
        each["summary"]["connections_opened"] for each in parts)
    assert summary["networks"]["intranet"]["workers"] == sum(
        each["summary"]["networks"]["intranet"]["workers"] for each in parts
        if each["results"])
    assert summary["lower_bound_ms"] <= report["elapsed_ms"]


def test_workers_of_two_machines_are_told_apart(
    rounds: Rounds, plan: Write, servers: Servers
) -> None:
    file = plan(plan_of([each.url() for each in servers] * 4))
    parts = make_shards(rounds, file, 2, "-n", "2")

    merged = rounds.run("merge", "--report=json", *parts)

    shards = [by_name(read(each)) for each in parts]
    assert all(shards)
    for name, record in by_name(json.loads(merged.stdout)).items():
        second = name in shards[1]
        assert record["worker"] == shards[second][name]["worker"] + 2 * second


@pytest.mark.parametrize("format_", FORMATS)
def test_merging_one_whole_report_tells_it_again_in_any_format(
    rounds: Rounds, plan: Write, servers: Servers, faults: Faults,
    format_: str,
) -> None:
    file = plan(mixed_plan(servers, faults))
    rounds.check("--report=json=whole.json", f"--report={format_}=first",
                 file)

    done = rounds.run("merge", f"--report={format_}=again", "whole.json")

    assert (done.returncode, done.stderr) == (1, "")
    first, again = ((rounds.directory / each).read_text("utf-8")
                    for each in ("first", "again"))
    if format_ == "jsonl":  # in the order in which checks ended
        first, again = ("\n".join(sorted(each.splitlines()))
                        for each in (first, again))
    if format_ in RETOLD:
        again, first = RETOLD[format_](again), RETOLD[format_](first)
    assert again == first


def told_by_text(text: str) -> Any:
    """What failed, and the counts of the last line."""
    lines = [line.split() for line in text.splitlines()]
    return ([each[:4] for each in lines if each[:1] in (["✗"], ["!"])],
            text.splitlines()[-1].split(" (")[0])


def told_by_html(text: str) -> Any:
    """The report that the page carries, and what failed in its words."""
    page = parse_page(text)
    return without_bounds(page.report), "connect_refused" in page.text


def without_bounds(report: Any) -> Any:
    """But for what busy workers came to: that is not in a report."""
    del report["summary"]["lower_bound_ms"]
    for network in report["summary"]["networks"].values():
        del network["elapsed_ms"], network["utilisation"]
    return report


OF_THE_ROUND = ("rounds_round_start", "rounds_round_lower_bound",
                "rounds_network_")


def without_round(text: str) -> list[str]:
    """The series but for those; JSON has the start in milliseconds."""
    return [line for line in text.splitlines()
            if not line.startswith(OF_THE_ROUND)]


def told_by_tap(text: str) -> Any:
    return [(each.is_ok, each.description, each.diagnostics
             and each.diagnostics["reason"])
            for each in tap.parse_tap(text).points]


def told_by_junit(text: str) -> Any:
    return [(each.suite, each.name, each.ending, each.flaky)
            for each in junit.parse_junit(text)]


def told_by_github(text: str) -> Any:
    output = github.parse_github(text)
    return [
        (each.name, each.properties, each.data.splitlines()[:3])
        for each in output.commands
    ], [each.rpartition("(")[2] for each in output.rest]


def told_by_prometheus(text: str) -> Any:
    families = prometheus.parse_prometheus(text)
    return [(each.labels, each.value) for name in (
        "rounds_endpoint_outcome", "rounds_round_endpoints",
        "rounds_round_reasons", "rounds_round_attempts",
    ) for each in families[name]]


told_in: dict[str, Callable[[str], Any]] = {
    "text": told_by_text,
    "json": lambda text: lasting(json.loads(text)),
    "jsonl": lambda text: sorted(
        json.dumps(lasting(json.loads(line))) for line in text.splitlines()),
    "junit": told_by_junit,
    "tap": told_by_tap,
    "github": told_by_github,
    "prometheus": told_by_prometheus,
}


# What is told anew of a report that was read, where it cannot be the same.
RETOLD: dict[str, Callable[[str], Any]] = {
    "text": told_by_text,
    "json": lambda text: without_bounds(json.loads(text)),
    "html": told_by_html,
    "junit": lambda text: re.sub(r"(<testsuite [^>]*?) time=\S+", r"\1", text),
    "prometheus": without_round,
}


@pytest.mark.parametrize("format_", sorted(set(FORMATS) - {"html"}))
def test_shards_are_told_in_any_format_as_the_whole_is(
    rounds: Rounds, plan: Write, servers: Servers, faults: Faults,
    format_: str,
) -> None:
    file = plan(mixed_plan(servers, faults))
    whole = rounds.check(f"--report={format_}", file)
    parts = make_shards(rounds, file, 3)

    merged = rounds.run("merge", f"--report={format_}", *parts)

    assert merged.returncode == whole.returncode == 1
    tell = told_in[format_]
    assert tell(merged.stdout) == tell(whole.stdout)


def test_all_formats_may_be_had_at_once(
    rounds: Rounds, plan: Write, servers: Servers, faults: Faults
) -> None:
    parts = make_shards(rounds, plan(mixed_plan(servers, faults)), 3)

    merged = rounds.run(
        "merge", *(f"--report={each}={each}.out" for each in FORMATS), *parts)

    assert (merged.returncode, merged.stdout, merged.stderr) == (1, "", "")
    if shutil.which("xmllint"):
        junit.check_schema(rounds.directory / "junit.out")
    page = (rounds.directory / "html.out").read_text("utf-8")
    for name in ("refused", "missing", "body", "empty"):
        assert f">{name}<" in page


def test_in_github_a_merge_annotates_the_plans_lines(
    rounds: Rounds, plan: Write, servers: Servers, faults: Faults
) -> None:
    parts = make_shards(rounds, plan(mixed_plan(servers, faults)), 2)
    summary = rounds.directory / "summary.md"

    done = rounds.run(
        "merge", "--report=junit=out.xml", *parts,
        env={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)},
    )

    commands = github.parse_github(done.stdout).commands
    places = {each.properties["title"].split(": ")[0]:
              each.properties["line"] for each in commands}
    assert set(places) == {"refused", "missing", "flaky", "body", "empty"}
    assert len(set(places.values())) == len(places)
    assert "| refused | unreachable | connect_refused |" in (
        summary.read_text("utf-8"))


# The exit code for the whole.


@pytest.mark.parametrize("options, code", [
    ((), 1),
    (("--fail-on", "dns"), 0),
    (("--fail-on", "degraded"), 1),
    (("--max-failures", "3"), 1),
    (("--max-failures", "4"), 0),
    (("--max-failures", "10%"), 1),
    (("--max-failures", "14%"), 0),
    (("--exit", "nagios"), 2),
    (("--exit", "nagios", "--max-failures", "4"), 1),
    (("--report", "json=none/out"), 1),
    (("--report", "json=none/out", "--max-failures", "4"), 3),
])
def test_the_exit_code_is_that_of_the_whole(
    rounds: Rounds, plan: Write, servers: Servers, faults: Faults,
    options: Iterable[str], code: int,
) -> None:
    file = plan(mixed_plan(servers, faults))

    parts = make_shards(rounds, file, 3)
    merged = rounds.run("merge", *options, *parts)
    whole = rounds.check(*options, file)

    assert merged.returncode == whole.returncode == code


def test_a_plugins_line_tells_the_whole(
    rounds: Rounds, plan: Write, servers: Servers, faults: Faults
) -> None:
    parts = make_shards(rounds, plan(mixed_plan(servers, faults)), 3)

    done = rounds.run("merge", "--exit=nagios", *parts)

    line = nagios.parse_nagios(done.stdout.partition("\n")[0] + "\n")
    assert (line.state, line.values["healthy"]) == ("CRITICAL", 24)


def test_shards_are_held_against_a_baseline(
    rounds: Rounds, plan: Write, servers: Servers
) -> None:
    file = plan(plan_of([each.url("/x") for each in servers]))
    rounds.check("--report=json=before.json", file)
    servers[3].script("/x", [Answer(500)])

    parts = make_shards(rounds, file, 3)
    plain = rounds.run("merge", *parts)
    against = rounds.run("merge", "--baseline=before.json", "--report=json",
                         "--fail-on=new", *parts)
    again = rounds.run("merge", f"--baseline={parts[0]}", *parts)
    (rounds.directory / "now.json").write_text(against.stdout, "utf-8")
    known = rounds.run("merge", "--baseline=now.json", "--fail-on=new",
                       *parts)

    changes = json.loads(against.stdout)["changes"]
    assert (plain.returncode, against.returncode) == (1, 1)
    assert (changes["new"], changes["still"]) == (["e3"], [])
    assert "newly failing" in again.stdout or "still failing" in again.stdout
    assert known.returncode == 0
    assert "1 still failing: e3" in known.stdout


def test_an_interrupted_shard_leaves_the_whole_incomplete(
    rounds: Rounds, plan: Write, servers: Servers
) -> None:
    for server in servers:
        server.close_gate(1000)
    file = plan(plan_of([each.url("/gate") for each in servers]))
    parts = []
    for number in (1, 2):
        parts.append(f"{number}.json")
        started = rounds.start(
            "check", *rounds.engine_arguments(), f"--shard={number}/2",
            f"--report=json={number}.json", file)
        mine = [each for each in servers
                if hash_of(each.origin) % 2 + 1 == number]
        if number == 2:
            for server in mine:
                server.open_gate()
        elif mine:
            mine[0].wait_for_requests(1)
            started.send_signal(signal.SIGINT)
        assert started.wait() == (130 if number == 1 and mine else 0)

    merged = rounds.run("merge", "--report=json", *parts)

    report = json.loads(merged.stdout)
    told = {each.outcome for each in verdicts(report).values()}
    assert report["summary"]["endpoints"] == ORIGINS
    skipped = sum(hash_of(each.origin) % 2 == 0 for each in servers)
    assert report["summary"]["skipped"] == skipped
    assert told <= {"skipped", "healthy"}
    assert merged.returncode == (3 if skipped else 0)


# Reports that do not belong together.


@pytest.fixture
def four(rounds: Rounds, plan: Write, counting: CountingServer) -> list[str]:
    """The names of the reports of four shards."""
    file = plan(plan_of([counting.url(), counting.url("/2")]))
    return [each.name for each in make_shards(rounds, file, 4)]


def hold_refused(rounds: Rounds, files: Iterable[str], *lines: str) -> None:
    """A mistake, told in these lines; nothing else is written."""
    done = rounds.run("merge", "--report=json=out.json", *files)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [f"rounds: {each}" for each in lines]
    assert not (rounds.directory / "out.json").exists()


def test_missing_shards_are_told(rounds: Rounds, four: list[str]) -> None:
    hold_refused(rounds, [four[1], four[3]],
                 "shard 1/4 is missing", "shard 3/4 is missing")


def test_a_doubled_shard_is_told(rounds: Rounds, four: list[str]) -> None:
    shutil.copy(rounds.directory / four[0], rounds.directory / "copy.json")

    hold_refused(rounds, [*four, "copy.json"],
                 f"copy.json: shard 1/4 is there already: {four[0]}")
    hold_refused(rounds, [four[0], four[0]],
                 f"{four[0]}: shard 1/4 is there already: {four[0]}",
                 *(f"shard {i}/4 is missing" for i in (2, 3, 4)))


def test_a_shard_of_another_split_is_told(
    rounds: Rounds, four: list[str]
) -> None:
    make_shards(rounds, rounds.directory / "plan.cfg", 2)

    hold_refused(rounds, [*four[:3], "2-of-2.json"],
                 f"2-of-2.json: one of 2 shards, but {four[0]} is one of 4",
                 "shard 4/4 is missing")


@pytest.mark.parametrize("change", [
    lambda text: text.replace("/2", "/3"),
    lambda text: text.replace("e1", "e9"),
    lambda text: text.replace('name = "e1";',
                              'name = "e1"; method = "POST";'),
    lambda text: text.replace('name = "e1";', 'name = "e1"; enabled = false;'),
])
def test_a_shard_of_another_plan_is_told(
    rounds: Rounds, plan: Write, four: list[str],
    change: Callable[[str], str],
) -> None:
    text = (rounds.directory / "plan.cfg").read_text("utf-8")
    other = plan(change(text), "other.cfg")
    assert other.read_text("utf-8") != text
    rounds.check("--shard=4/4", "--report=json=other.json", other)

    for files in ([*four[:3], "other.json"], ["other.json", *four[:3]]):
        hold_refused(rounds, files,
                     f"other.json: of another plan than {four[0]}",
                     "shard 4/4 is missing")


def test_shards_of_two_selections_are_of_two_plans(
    rounds: Rounds, four: list[str]
) -> None:
    rounds.check("--shard=4/4", "--only=e0", "--report=json=other.json",
                 "plan.cfg")

    hold_refused(rounds, [*four[:3], "other.json"],
                 f"other.json: of another plan than {four[0]}",
                 "shard 4/4 is missing")


def test_secrets_of_two_machines_make_no_other_plan(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    file = plan('endpoints = ( { name = "a"; url = "'
                + counting.url("/?token=${API_TOKEN}") + '"; } );')
    for number, token in (1, "first-token"), (2, "second-token"):
        rounds.check(f"--shard={number}/2",
                     f"--report=json={number}.json", file,
                     env={"API_TOKEN": token})

    assert rounds.run("merge", "1.json", "2.json").returncode == 0


@pytest.mark.parametrize("text, told", [
    ("", "bad.json:1: "),
    ('{"rounds": "1"', "bad.json:1: "),
    ("[]", "bad.json: not a JSON report of rounds"),
    ("{}", "bad.json: not a JSON report of rounds"),
    ('{"rounds": "9", "schema": 99}',
     "bad.json: a report of schema 99, expected 1"),
    ('{"rounds": "9", "schema": 1, "summary": {}, "engine": "threads",'
     ' "results": [{}]}', "bad.json: not a JSON report of rounds"),
])
def test_what_is_no_report_is_told(
    rounds: Rounds, four: list[str], text: str, told: str
) -> None:
    (rounds.directory / "bad.json").write_text(text, "utf-8")

    done = rounds.run("merge", *four, "bad.json")

    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"rounds: {told}")


@pytest.mark.parametrize("before, after", [
    ("},\n{", "}\n{"), ("},\n{", "},,{"), ("}\n]", "},]"), ("}\n]", "}\n"),
    ("[\n{", "[,{"), ('"source"', '"name"'),
])
def test_results_are_held_to_json(
    rounds: Rounds, plan: Write, counting: CountingServer,
    before: str, after: str,
) -> None:
    rounds.check("--report=json=good.json", plan(plan_of(
        [counting.url(), counting.url("/2"), counting.url("/3")])))
    text = (rounds.directory / "good.json").read_text("utf-8")
    assert before in text
    (rounds.directory / "bad.json").write_text(
        text.replace(before, after, 1), "utf-8")

    assert rounds.run("merge", "good.json").returncode == 0
    done = rounds.run("merge", "bad.json")

    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"rounds: bad\.json:\d+: .*\n", done.stderr)


@pytest.mark.parametrize("number", [
    -1, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, -2**63, 1e300, -0.5,
])
def test_numbers_that_nobody_measured_do_no_harm(
    rounds: Rounds, plan: Write, counting: CountingServer, number: float
) -> None:
    rounds.check("--report=json=good.json", plan(plan_of(
        [counting.url(), counting.url("/2"), counting.url("/3")])))
    report = read(rounds.directory / "good.json")
    report["elapsed_ms"] = number
    for network in report["summary"]["networks"].values():
        network["workers"] = number
    for each in report["results"]:
        for name in ("worker", "bytes", "status", "attempts", "index"):
            each[name] = number
        each["timings_ms"] = dict.fromkeys(each["timings_ms"], number)
        each["source"]["line"] = number
        each["started_at"] = "9999-12-31T23:59:59.99999999999999999999Z"
        each["earlier_attempts"] = [
            {"outcome": "unhealthy", "total_ms": number, "status": number}
        ] * 3
    (rounds.directory / "bad.json").write_text(json.dumps(report), "utf-8")

    done = rounds.run("merge", "--report=json=all.json", "--report=html=p",
                      "--report=prometheus=m", "--report=junit=x", "bad.json")

    merged = read(rounds.directory / "all.json")
    assert done.returncode == 0, done.stderr
    assert merged["summary"]["endpoints"] == 3
    assert 0 <= merged["summary"]["lower_bound_ms"] < 1e12
    assert merged["results"][0]["started_at"] == "9999-12-31T23:59:59.999Z"


def test_a_report_laid_out_by_another_program_is_read_alike(
    rounds: Rounds, plan: Write, servers: Servers, faults: Faults
) -> None:
    rounds.check("--report=json=one.json", plan(mixed_plan(servers, faults)))
    report = read(rounds.directory / "one.json")
    (rounds.directory / "other.json").write_text(
        json.dumps(report, indent=1, sort_keys=True), "utf-8")

    one, other = (rounds.run("merge", "--report=json", name).stdout
                  for name in ("one.json", "other.json"))

    assert one == other != ""


def test_a_report_that_was_cut_is_told_and_so_is_one_that_is_not_there(
    rounds: Rounds, four: list[str]
) -> None:
    file = rounds.directory / four[2]
    file.write_text(file.read_text("utf-8")[:-20], "utf-8")

    done = rounds.run("merge", *four, "none.json")

    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.startswith(f"rounds: {four[2]}:")
    assert second.startswith("rounds: none.json: ")
    assert "No such file or directory" in second


def test_a_merge_wants_reports(rounds: Rounds) -> None:
    done = rounds.run("merge")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "rounds: the shards' JSON reports are missing\n"
