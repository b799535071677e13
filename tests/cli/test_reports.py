"""The formats for other programs: the same round, told alike in all."""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.counting import Answer, CountingServer
from support.faults import Faults
from support.parsers import github, junit, prometheus, tap
from support.parsers.page import parse_page
from support.plan_values import Raw, make_plan
from support.plans import plan_of, write_plan
from support.program import BINARY, PROJECT, SLOWNESS, Rounds
from support.records import by_name
from support.tries import patiently

Write = Callable[..., Path]
Record = dict[str, Any]
Told = dict[str, tuple[str, str | None]]

FORMATS = ("text", "json", "jsonl", "junit", "tap", "github", "html",
           "prometheus")
INTO_FILES = [f"--report={each}={each}.out" for each in FORMATS]
SAMPLES = PROJECT / "tests" / "data" / "reports"

KINDS = {
    "unhealthy": "error", "unreachable": "error", "unknown": "error",
    "degraded": "warning", "skipped": "notice",
}
ENDINGS = {
    "healthy": None, "degraded": "system-out", "unhealthy": "failure",
    "unreachable": "error", "unknown": "error", "skipped": "skipped",
}
MOST = 10  # annotations of a kind


@pytest.fixture
def engine() -> None:
    """A report knows results, whatever engine made them."""


def mixed_plan(counting: CountingServer, faults: Faults) -> str:
    """Every outcome but unknown, and names that are no format's friend."""
    counting.script("/flaky", [Answer(503), Answer(200)])
    counting.close_gate(1000)  # never so many: it stays shut
    warn = {"max_time": "10ms"}
    wanted = {"body_contains": 'welcome ]]> <b> % | # "x" \\'}
    late = [
        {"name": f"late {i}", "url": counting.url("/gate"), "network": "late"}
        for i in range(3)
    ]
    return make_plan(
        [
            {"name": "home", "url": counting.url()},
            {"name": "百度首页", "url": counting.url("/2")},
            {"name": "slow", "url": counting.url("/delay/50"), "warn": warn},
            {"name": "flaky # SKIP", "url": counting.url("/flaky"),
             "retries": 1, "retry_delay": "1ms"},
            {"name": "missing: a, b", "url": counting.url("/status/404")},
            {"name": "<b>body</b> ]]>", "url": counting.url(),
             "expect": wanted},
            {"name": 'refused "x" \\', "url": faults.url("refused")},
            {"name": "reset | pipe", "url": faults.url("reset_within")},
            {"name": "::error::hostile%0A",
             "url": faults.shared_url("hostile_text"), "retries": 1,
             "retry_on": ["status"], "retry_delay": "1ms"},
            {"name": "empty", "url": faults.url("empty_reply")},
            *late,
        ],
        networks={"late": {"workers": 1}},
    )


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory, fault_server: Faults
) -> Path:
    """The plan of a round, and the round in every format at once."""
    folder = tmp_path_factory.mktemp("round")
    counting = CountingServer()
    plan = write_plan(folder, mixed_plan(counting, fault_server))
    try:
        done = Rounds(BINARY, folder).check(
            "--deadline", f"{2 * SLOWNESS}s", *INTO_FILES, plan
        )
    finally:
        counting.stop()

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    return folder


@pytest.fixture
def reports(folder: Path) -> dict[str, str]:
    """The reports of that round."""
    return {
        format_: (folder / f"{format_}.out").read_text("utf-8")
        for format_ in FORMATS
    }


def records_of(reports: dict[str, str]) -> list[Record]:
    """The results of the JSON report."""
    return json.loads(reports["json"])["results"]


def told(records: list[Record]) -> Told:
    """Outcome and reason by name."""
    return {each["name"]: (each["outcome"], each["reason"])
            for each in records}


# The same round in all formats.


def test_a_round_of_every_outcome_is_what_the_formats_are_held_against(
    reports: dict[str, str],
) -> None:
    report = json.loads(reports["json"])

    counts = Counter(each["outcome"] for each in report["results"])
    assert set(counts) == set(ENDINGS) - {"unknown"}
    assert counts["skipped"] >= 2
    assert {name: report["summary"][name] for name in counts} == counts


def test_json_lines_are_the_records_of_the_json_report(
    reports: dict[str, str],
) -> None:
    lines = [json.loads(line) for line in reports["jsonl"].splitlines()]

    assert reports["jsonl"].endswith("\n")
    records = records_of(reports)
    in_order = {each["name"]: i for i, each in enumerate(records)}
    assert sorted(lines, key=lambda each: in_order[each["name"]]) == records


def test_tap_tells_the_same_as_json(reports: dict[str, str]) -> None:
    document = tap.parse_tap(reports["tap"])

    records = records_of(reports)
    assert len(document.points) == len(records)
    by_description = {each.description: each for each in document.points}
    for record in records:
        point = by_description[record["name"]]
        assert point.is_ok == (ENDINGS[record["outcome"]] not in
                               ("failure", "error"))
        assert point.skipped == (
            record["message"] if record["outcome"] == "skipped" else None
        )
        if record["outcome"] == "healthy":
            assert point.diagnostics is None
        else:
            hold_diagnostics(point.diagnostics, record)


def hold_diagnostics(block: dict[str, Any], record: Record) -> None:
    """The fields of a YAML block are those of the record."""
    for name in ("outcome", "reason", "phase", "limit", "method", "url",
                 "network", "status", "attempts"):
        assert block.get(name) == record[name], name
    assert block["at"] == record["source"]
    assert block.get("duration_ms") == record["timings_ms"]["total"]
    assert len(block.get("failed", [])) == len(record["failed"])
    earlier = [each["reason"] for each in block.get("earlier_attempts", [])]
    assert earlier == [each["reason"] for each in record["earlier_attempts"]]


def test_junit_tells_the_same_as_json(reports: dict[str, str]) -> None:
    cases = junit.parse_junit(reports["junit"])

    records = by_name({"results": records_of(reports)})
    assert len(cases) == len(records)
    assert {each.name for each in cases} == set(records)
    for case in cases:
        record = records[case.name]
        total_ms = record["timings_ms"]["total"] or 0
        assert case.suite == record["network"]
        assert case.ending == ENDINGS[record["outcome"]]
        assert case.seconds == pytest.approx(total_ms / 1000, abs=0.00051)
        assert case.flaky == [
            each["reason"] for each in record["earlier_attempts"]
            if record["outcome"] == "degraded"
        ]
        if case.ending in ("failure", "error", "skipped"):
            assert case.reason == record["reason"]
            assert case.text.startswith(case.message)
        if case.ending in ("failure", "error"):
            place = record["source"]
            assert f"\n{place['file']}:{place['line']}\n" in case.text


def test_github_annotates_the_plans_lines(
    reports: dict[str, str], folder: Path
) -> None:
    output = github.parse_github(reports["github"])

    lines = (folder / "plan.cfg").read_text("utf-8").splitlines()
    records = records_of(reports)
    for command in output.commands:
        name, _, reason = command.properties["title"].rpartition(": ")
        record = by_name({"results": records})[name]
        assert command.name == KINDS[record["outcome"]]
        assert reason == record["reason"]
        assert Path(command.properties["file"]).name == "plan.cfg"
        line = lines[int(command.properties["line"]) - 1]
        assert record["url"] in line
    kinds = Counter(KINDS.get(each["outcome"]) for each in records)
    assert Counter(each.name for each in output.commands) == {
        kind: count for kind, count in kinds.items() if kind
    }
    failed = sum(each["outcome"] in ("unhealthy", "unreachable")
                 for each in records)
    assert output.rest[0].startswith(
        f"rounds: {failed} of {len(records)} endpoints failed, "
    )


def test_prometheus_tells_the_same_as_json(reports: dict[str, str]) -> None:
    families = prometheus.parse_prometheus(reports["prometheus"])

    report = json.loads(reports["json"])
    outcomes = {
        each.labels["endpoint"]: (
            each.labels["outcome"], each.labels["reason"] or None
        )
        for each in families["rounds_endpoint_outcome"]
    }
    assert outcomes == told(report["results"])
    hold_totals(families, report["summary"])
    for record in report["results"]:
        hold_series(families, record)


def hold_totals(
    families: dict[str, list[prometheus.Sample]], summary: Record
) -> None:
    """The counts of the round are those of the summary."""
    for each in families["rounds_round_endpoints"]:
        assert each.value == summary[each.labels["outcome"]]
    assert {
        each.labels["reason"]: each.value
        for each in families["rounds_round_reasons"] if each.value
    } == summary["reasons"]
    [attempts] = families["rounds_round_attempts"]
    assert attempts.value == summary["attempts"]
    for each in families["rounds_round_latency_seconds"]:
        in_ms = summary["latency_ms"][each.labels["stat"]]
        assert each.value == pytest.approx(in_ms / 1000)


def hold_series(
    families: dict[str, list[prometheus.Sample]], record: Record
) -> None:
    """An endpoint's series are the fields of its record."""

    def value(family: str) -> float | None:
        found = [each.value for each in families[family]
                 if each.labels["endpoint"] == record["name"]]
        return found[0] if found else None

    asked = record["outcome"] not in ("unknown", "skipped")
    up = record["outcome"] in ("healthy", "degraded")
    total_ms = record["timings_ms"]["total"]
    assert value("rounds_endpoint_up") == (int(up) if asked else None)
    assert value("rounds_endpoint_http_status_code") == record["status"]
    assert value("rounds_endpoint_attempts") == record["attempts"]
    assert value("rounds_endpoint_duration_seconds") == (
        None if total_ms is None else pytest.approx(total_ms / 1000)
    )


def test_promtool_takes_the_metrics(
    reports: dict[str, str], folder: Path
) -> None:
    if not shutil.which("promtool"):
        pytest.skip("no promtool here")

    done = subprocess.run(
        ["promtool", "check", "metrics"], input=reports["prometheus"],
        capture_output=True, text=True, check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_html_carries_the_json_report_and_names_what_failed(
    reports: dict[str, str],
) -> None:
    page = parse_page(reports["html"])

    assert page.report == json.loads(reports["json"])
    for record in records_of(reports):
        if record["outcome"] in ("unhealthy", "unreachable"):
            assert record["name"] in page.text
            assert " ".join(record["message"].split()) in page.text


def test_text_tells_the_same_counts_and_reasons_as_json(
    reports: dict[str, str],
) -> None:
    text = reports["text"]

    summary = json.loads(reports["json"])["summary"]
    lines = {line.split("  ")[0]: line for line in text.splitlines()}
    counts = re.findall(r"(\d+) ([a-z]+)", lines["outcomes"])
    assert {word: int(count) for count, word in counts} == {
        name: summary[name] for name in ENDINGS if summary[name]
    }
    reasons = re.findall(r"^(?:reasons|) +(\d+)  ([a-z_]+)  ", text, re.M)
    assert {word: int(count) for count, word in reasons} == (
        summary["reasons"])
    failed = summary["unhealthy"] + summary["unreachable"]
    assert text.splitlines()[-1].startswith(
        f"{failed} of {summary['endpoints']} endpoints failed, "
        f"{summary['degraded']} degraded, {summary['skipped']} skipped ("
    )
    for record in records_of(reports):
        if record["outcome"] in ("unhealthy", "unreachable"):
            assert f"{record['outcome']} " in text
            assert f"({record['source']['file']}:"\
                   f"{record['source']['line']})" in " ".join(text.split())


def test_jq_finds_in_json_and_in_json_lines_what_is_told(
    reports: dict[str, str],
) -> None:
    if not shutil.which("jq"):
        pytest.skip("no jq here")
    wanted = Counter(each["reason"] for each in records_of(reports)
                     if each["reason"])

    for program, text in (
        (".results[] | .reason // empty", reports["json"]),
        (".reason // empty", reports["jsonl"]),
    ):
        done = subprocess.run(["jq", "-r", program], input=text,
                              capture_output=True, text=True, check=True)
        assert Counter(done.stdout.split()) == wanted


def test_all_formats_count_alike(reports: dict[str, str]) -> None:
    summary = json.loads(reports["json"])["summary"]
    failed = summary["unhealthy"] + summary["unreachable"]
    cases = Counter(each.ending for each in junit.parse_junit(
        reports["junit"]))
    points = tap.parse_tap(reports["tap"]).points
    samples = prometheus.parse_prometheus(reports["prometheus"])
    annotations = Counter(
        each.name for each in github.parse_github(reports["github"]).commands)

    assert cases["failure"] + cases["error"] == failed
    assert cases["skipped"] == summary["skipped"]
    assert sum(not each.is_ok for each in points) == failed
    assert sum(each.skipped is not None for each in points) == (
        summary["skipped"])
    assert annotations == {"error": failed, "warning": summary["degraded"],
                           "notice": summary["skipped"]}
    assert sum(each.value for each in samples["rounds_round_endpoints"]) == (
        summary["endpoints"])
    assert len(reports["jsonl"].splitlines()) == summary["endpoints"]


def test_a_family_says_its_unit_and_whose_it_is(
    reports: dict[str, str],
) -> None:
    families = prometheus.parse_prometheus(reports["prometheus"])

    for name in families:
        assert name.startswith("rounds_")
        assert not name.endswith(("_ms", "_us", "_milliseconds"))


def test_junit_fits_the_schema(
    reports: dict[str, str], folder: Path
) -> None:
    if not shutil.which("xmllint"):
        pytest.skip("no xmllint here")
    junit.check_schema(folder / "junit.out")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_alone_goes_to_standard_output(
    rounds: Rounds, plan: Write, counting: CountingServer, format_: str
) -> None:
    done = rounds.check(
        "--report", format_, plan(plan_of([counting.url("/status/500")]))
    )

    assert (done.returncode, done.stderr) == (1, "")
    reader = {
        "json": json.loads, "jsonl": json.loads, "junit": junit.parse_junit,
        "tap": tap.parse_tap, "github": github.parse_github,
        "prometheus": prometheus.parse_prometheus, "html": parse_page,
        "text": str.splitlines,
    }[format_]
    assert reader(done.stdout)
    assert "status" in done.stdout


def test_many_failures_are_ten_annotations_and_a_number(
    rounds: Rounds, plan: Write, faults: Faults
) -> None:
    done = rounds.check(
        "--report", "github", plan(plan_of([faults.url("refused")] * 50))
    )

    output = github.parse_github(done.stdout)
    assert [each.name for each in output.commands] == ["error"] * MOST
    last = output.commands[-1]
    assert last.properties == {"title": "rounds"}
    assert last.data.startswith(f"and {50 - MOST + 1} more endpoints")
    assert output.rest == [
        "rounds: 50 of 50 endpoints failed (connect_refused 50)"
    ]


# What came from outside stays text.


def test_no_format_shows_a_secret_that_came_back(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    canary = "c4n4ry-0f-th3-m1ne"

    done = rounds.check(*INTO_FILES, plan(make_plan([{
        "name": Raw('"echo ${API_TOKEN}"'),
        "url": counting.url("/echo?token=" + canary),
        "headers": {"Authorization": Raw('"Bearer ${API_TOKEN}"')},
        "expect": {"body_contains": "something else"},
    }])), env={"API_TOKEN": canary})

    assert done.returncode == 1
    for format_ in FORMATS:
        text = (rounds.directory / f"{format_}.out").read_text("utf-8")
        assert "***" in text
        assert canary not in text, format_


@pytest.mark.parametrize("name", ["mixed", "hostile"])
def test_rounds_of_the_unit_tests_can_be_read_strictly(name: str) -> None:
    def sample(ending: str) -> str:
        return (SAMPLES / f"{name}.{ending}").read_text("utf-8")

    points = tap.parse_tap(sample("tap")).points
    cases = junit.parse_junit(sample("junit.xml"))
    output = github.parse_github(sample("github"))
    families = prometheus.parse_prometheus(sample("prom"))

    names = {each.description for each in points}
    assert len(names) == len(points) == len(cases)
    assert {each.name for each in cases} == names
    outcomes = families["rounds_endpoint_outcome"]
    assert {each.labels["endpoint"] for each in outcomes} == names
    not_healthy = [each for each in outcomes
                   if each.labels["outcome"] != "healthy"]
    assert len(output.commands) == len(not_healthy)
    if shutil.which("xmllint"):
        junit.check_schema(SAMPLES / f"{name}.junit.xml")


def test_perls_own_harness_which_knows_version_13_reads_tap(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    if not shutil.which("prove"):
        pytest.skip("no prove here")
    urls = [counting.url(), counting.url("/status/500"), counting.url()]
    report = rounds.check("--report", "tap", plan(plan_of(urls))).stdout
    file = rounds.directory / "out.tap"
    file.write_text(report.replace("version 14", "version 13"), "utf-8")

    done = subprocess.run(
        ["prove", "--exec", "cat", file],
        capture_output=True, text=True, check=False,
    )

    assert "Failed 1/3 subtests" in done.stdout
    assert "Failed test:  2" in done.stdout
    assert "Parse errors" not in done.stdout


# A report that cannot be written.


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("target, why", [
    ("none/report", "none/report: no file can be made beside it: "
                    "No such file or directory"),
    ("/dev/full", "/dev/full: cannot be written: No space left on device"),
])
def test_a_report_that_cannot_be_written_is_told_and_no_other_suffers(
    rounds: Rounds, plan: Write, counting: CountingServer,
    format_: str, target: str, why: str,
) -> None:
    file = plan(plan_of([counting.url()] * 3))

    done = rounds.check(
        "--report", "json=first.json", "--report", f"{format_}={target}",
        "--report", "tap=last.tap", file,
    )

    assert done.returncode == 3
    assert done.stderr == (
        f"rounds: the {format_} report was not written: {why}\n"
    )
    assert json.loads((rounds.directory / "first.json").read_text("utf-8"))
    assert tap.parse_tap((rounds.directory / "last.tap").read_text("utf-8"))
    names = {each.name for each in rounds.directory.iterdir()}
    assert names == {"plan.cfg", "first.json", "last.tap"}


@pytest.mark.skipif(os.environ.get("ROUNDS_SANITIZE") == "thread",
                    reason="TSan's own files would be limited, too")
@pytest.mark.parametrize("format_", FORMATS)
def test_no_report_grows_past_the_limit_for_files(
    rounds: Rounds, plan: Write, counting: CountingServer, format_: str
) -> None:
    file = plan(plan_of([counting.url("/status/500")] * 40))
    (rounds.directory / "report").write_text("old")

    done = rounds.check("--max-failures=100%", "--report",
                        f"{format_}=report", file,
                        prefix=("prlimit", "--fsize=64"))

    assert done.returncode == 3
    assert done.stderr == (
        f"rounds: the {format_} report was not written: "
        "report: cannot be written: File too large\n"
    )
    assert (rounds.directory / "report").read_text() == "old"
    names = {each.name for each in rounds.directory.iterdir()}
    assert names == {"plan.cfg", "report"}


def test_a_folder_that_nobody_can_write_to_gets_no_report(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    shut = rounds.directory / "shut"
    shut.mkdir()
    script = ("mount -t tmpfs -o ro tmpfs shut 2>/dev/null || exit 77;"
              'exec "$@"')
    if not shutil.which("unshare"):
        pytest.skip("no unshare here")

    done = rounds.check(
        *(f"--report={each}=shut/{each}" for each in FORMATS),
        "--report=json=open.json", plan(plan_of([counting.url()])),
        prefix=("unshare", "--mount", "sh", "-c", script, "sh"),
    )

    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("no file system can be mounted here")
    assert done.returncode == 3
    assert sorted(done.stderr.splitlines()) == sorted(
        f"rounds: the {each} report was not written: shut/{each}: no file can "
        "be made beside it: Read-only file system" for each in FORMATS)
    assert json.loads((rounds.directory / "open.json").read_text("utf-8"))


def test_a_summary_for_a_full_disk_is_told(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    done = rounds.check(
        "--report=github=out", plan(plan_of([counting.url()])),
        env={"GITHUB_STEP_SUMMARY": "/dev/full"},
    )

    assert done.returncode == 3
    assert done.stderr == (
        "rounds: /dev/full: the summary was not written: "
        "No space left on device\n"
    )


def test_a_merged_report_that_cannot_be_written_is_told_too(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    rounds.check("--report=json=one.json", plan(plan_of([counting.url()])))

    done = rounds.run("merge", "--report=junit=none/out", "--report=tap=out",
                      "one.json")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "rounds: the junit report was not written: none/out: no file can be "
        "made beside it: No such file or directory\n"
    )
    assert tap.parse_tap((rounds.directory / "out").read_text("utf-8"))


def test_a_failed_check_weighs_more_than_a_report_that_was_not_written(
    rounds: Rounds, plan: Write, faults: Faults
) -> None:
    done = rounds.check(
        "--report", "junit=none/report", plan(plan_of([faults.url("refused")]))
    )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("format_", FORMATS)
def test_a_full_disk_leaves_the_old_report_and_nothing_else(
    rounds: Rounds, plan: Write, counting: CountingServer, format_: str
) -> None:
    disk = rounds.directory / "disk"
    disk.mkdir()
    script = (
        "mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null || exit 77;"
        "echo old >disk/report; head -c 61440 /dev/zero >disk/ballast;"
        '"$@"; code=$?; cat disk/report; ls -A disk; exit $code'
    )
    if not shutil.which("unshare"):
        pytest.skip("no unshare here")
    urls = [counting.url("/status/500") + f"?{i}" * 10 for i in range(300)]

    done = rounds.check(
        "--max-failures", "100%", "--report", f"{format_}=disk/report",
        plan(plan_of(urls)),
        prefix=("unshare", "--mount", "sh", "-c", script, "sh"),
    )

    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("no file system can be mounted here")
    assert done.returncode == 3
    assert done.stdout == "old\nballast\nreport\n"
    assert done.stderr == (
        f"rounds: the {format_} report was not written: "
        "disk/report: cannot be written: No space left on device\n"
    )


# Many results.

FEW, TIMES = 3000, 4


def cost_of(rounds: Rounds, report: str) -> tuple[float, int]:
    """CPU seconds and peak memory of telling a report in every format."""
    started = rounds.start("merge", *INTO_FILES, report)
    _, status, usage = os.wait4(started.pid, 0)

    assert os.waitstatus_to_exitcode(status) == 1
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


@pytest.mark.skipif(SLOWNESS > 1, reason="a sanitizer has costs of its own")
@patiently
def test_no_format_costs_more_for_each_result_the_more_there_are(
    rounds: Rounds, plan: Write, counting: CountingServer, faults: Faults
) -> None:
    rounds.check("--deadline=1s", "--report=json=one.json",
                 plan(mixed_plan(counting, faults)))
    report = json.loads((rounds.directory / "one.json").read_text("utf-8"))
    records = report["results"]
    costs = []

    for count in (FEW, FEW * TIMES):
        report["results"] = [  # many of each name, which some make unique
            records[i % len(records)] | {"index": i} for i in range(count)
        ]
        (rounds.directory / "many.json").write_text(
            json.dumps(report), "utf-8")
        costs.append(cost_of(rounds, "many.json"))

    # With the square of the number it would be 16 times as much.
    (few_s, few_kib), (many_s, many_kib) = costs
    assert many_s < 2 * TIMES * few_s
    assert many_kib < 1.5 * TIMES * few_kib
