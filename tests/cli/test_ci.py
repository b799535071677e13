"""What pipelines and monitoring get: streams, annotations, a plugin's line."""

import json
import os
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.counting import CountingServer
from support.faults import Faults
from support.parsers import github, nagios, tap
from support.plans import plan_of
from support.program import Rounds

Write = Callable[..., Path]

FIVE = 'networks = { net = { workers = 5; }; };\n'
IN_NET = 'network = "net";'


@pytest.fixture
def engine() -> None:
    """What CI gets to read is alike with every engine: one is enough."""


# JSON lines, as each check ends.


def read_names(process: subprocess.Popen[str], count: int) -> list[str]:
    """The names of so many records, as they come."""
    return [json.loads(process.stdout.readline())["name"]
            for _ in range(count)]


def test_a_record_is_there_as_soon_as_its_check_has_ended(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    counting.close_gate(1000)
    urls = [counting.url("/gate"), counting.url(), counting.url("/2")]

    started = rounds.start(
        "check", *rounds.engine_arguments(), "--report", "jsonl",
        plan(plan_of(urls, FIVE, IN_NET)),
    )
    early = read_names(started, 2)  # the test would hang here else
    counting.open_gate()
    late = read_names(started, 1)

    assert (sorted(early), late) == (["e1", "e2"], ["e0"])
    assert started.stdout.read() == ""
    assert started.wait() == 0


def test_a_file_of_records_appears_when_the_round_is_over(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    counting.close_gate(1000)
    urls = [counting.url(), counting.url("/gate")]

    started = rounds.start(
        "check", *rounds.engine_arguments(), "--report", "jsonl=out.jsonl",
        plan(plan_of(urls, FIVE, IN_NET)),
    )
    counting.wait_for_requests(2)
    before = {each.name for each in rounds.directory.iterdir()}
    counting.open_gate()

    assert started.wait() == 0
    assert "out.jsonl" not in before
    after = {each.name for each in rounds.directory.iterdir()}
    assert after == {"plan.cfg", "out.jsonl"}
    lines = (rounds.directory / "out.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["e0", "e1"]


def test_an_interrupted_round_tells_every_endpoint(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    counting.close_gate(1000)
    urls = [counting.url("/gate")] * 20

    started = rounds.start(
        "check", *rounds.engine_arguments(), "--report", "jsonl=out.jsonl",
        plan(plan_of(urls, FIVE, IN_NET)),
    )
    counting.wait_for_in_flight(5)
    started.send_signal(signal.SIGINT)

    assert started.wait() == 130
    text = (rounds.directory / "out.jsonl").read_text("utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    assert {each["name"] for each in records} == {f"e{i}" for i in range(20)}
    assert {each["outcome"] for each in records} == {"skipped"}


def test_a_reader_that_goes_away_ends_no_round(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    counting.close_gate(1000)
    urls = [counting.url(), counting.url("/gate")]
    os.mkfifo(rounds.directory / "pipe")
    reader = os.open(rounds.directory / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    started = rounds.start(
        "check", *rounds.engine_arguments(), "--report", "jsonl=pipe",
        "--report", "json=out.json", plan(plan_of(urls, FIVE, IN_NET)),
    )
    counting.wait_for_requests(2)
    os.close(reader)
    counting.open_gate()
    _, complaint = started.communicate()

    assert started.returncode == 3
    assert complaint == (
        "rounds: the jsonl report was not written: "
        "pipe: cannot be written: Broken pipe\n"
    )
    assert json.loads((rounds.directory / "out.json").read_text("utf-8"))
    assert stat.S_ISFIFO((rounds.directory / "pipe").stat().st_mode)


def test_a_stream_of_urls_can_be_told_in_tap(
    rounds: Rounds, counting: CountingServer, faults: Faults
) -> None:
    urls = [counting.url(f"/{i}") for i in range(20)] + [faults.url("refused")]

    done = rounds.check(
        "--urls", "-", "--report", "tap", stdin="\n".join(urls) + "\n"
    )

    document = tap.parse_tap(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert {each.description for each in document.points} == set(urls)
    assert done.stdout.endswith("\n1..21\n")


# GitHub Actions.


def in_github(directory: Path, **more: str) -> dict[str, str]:
    """The environment of a step whose repository is the folder."""
    return {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(directory)} | more


def commands_of(output: str) -> tuple[str, github.Commands]:
    """The text behind the fence, and what the runner obeys after it."""
    first, _, rest = output.partition("\n")
    word = first.removeprefix("::stop-commands::")
    assert len(word) > 32 and word != first
    text, fence, after = rest.partition(f"\n::{word}::\n")
    assert fence
    return text, github.parse_github(after)


def test_in_github_failures_are_annotations_behind_the_text(
    rounds: Rounds, plan: Write, faults: Faults
) -> None:
    file = plan(plan_of([faults.url("refused")]))

    done = rounds.check(file.name, env=in_github(rounds.directory))

    text, output = commands_of(done.stdout)
    assert "1 of 1 endpoint failed" in text
    [command] = output.commands
    assert command.name == "error"
    assert command.properties == {
        "file": "plan.cfg", "line": "3", "title": "e0: connect_refused"
    }
    assert done.returncode == 1


def test_no_server_gives_commands_to_the_runner(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    body = "a: " + "x" * 70 + " ::add-mask::pwned ::error::pwned\n::error::p"
    file = plan(plan_of(
        [counting.url("/echo?" + "y" * 50)],
        'defaults = { method = "POST"; body = "'
        + body.replace("\n", "\\n")
        + '"; expect = { body_contains = "never"; }; };',
    ))

    done = rounds.check("-v", file, env=in_github(rounds.directory))

    text, output = commands_of(done.stdout)
    assert "::error::pwned" in text
    assert [each.name for each in output.commands] == ["error"]
    assert output.commands[0].properties["title"] == "e0: body"


@pytest.mark.parametrize("folder, given, told", [
    ("", "plan.cfg", "plan.cfg"),
    ("", "./plan.cfg", "plan.cfg"),
    ("ops", "../plan.cfg", "plan.cfg"),
    ("ops", "plan.cfg", "ops/plan.cfg"),
])
def test_the_plan_is_named_as_the_repository_names_it(
    rounds: Rounds, plan: Write, faults: Faults,
    folder: str, given: str, told: str,
) -> None:
    (rounds.directory / "ops").mkdir()
    file = plan(plan_of([faults.url("refused")]), told)
    working = rounds.directory / folder
    assert (working / given).resolve() == file

    done = rounds.check(
        "--report", "github", given, cwd=working,
        env=in_github(rounds.directory),
    )

    [command] = github.parse_github(done.stdout).commands
    assert command.properties["file"] == told


def test_a_report_on_standard_output_has_it_alone(
    rounds: Rounds, plan: Write, faults: Faults
) -> None:
    done = rounds.check(
        "--report", "json", plan(plan_of([faults.url("refused")])),
        env=in_github(rounds.directory),
    )

    assert json.loads(done.stdout)["summary"]["unreachable"] == 1


def test_reports_in_files_leave_standard_output_to_annotations(
    rounds: Rounds, plan: Write, faults: Faults
) -> None:
    done = rounds.check(
        "--report", "junit=out.xml", plan(plan_of([faults.url("refused")])),
        env=in_github(rounds.directory),
    )

    output = github.parse_github(done.stdout)
    assert [each.name for each in output.commands] == ["error"]
    assert (rounds.directory / "out.xml").exists()


def test_each_round_of_a_step_adds_to_its_summary(
    rounds: Rounds, plan: Write, faults: Faults
) -> None:
    file = plan(plan_of([faults.url("refused")]))
    summary = rounds.directory / "summary.md"
    summary.write_text("# Before\n\n")
    env = in_github(rounds.directory, GITHUB_STEP_SUMMARY=str(summary))

    rounds.check(file, env=env)
    rounds.check("--report", "github=out", file, env=env)

    text = summary.read_text("utf-8")
    assert text.startswith("# Before\n\n### rounds: 1 of 1 endpoint failed\n")
    assert text.count("### rounds: ") == 2
    assert text.count("\n| e0 | unreachable | connect_refused | | ") == 2


def test_a_summary_that_cannot_be_written_is_told(
    rounds: Rounds, plan: Write, counting: CountingServer
) -> None:
    done = rounds.check(
        plan(plan_of([counting.url()])),
        env=in_github(rounds.directory, GITHUB_STEP_SUMMARY="none/summary"),
    )

    assert done.returncode == 3
    assert done.stderr == (
        "rounds: none/summary: the summary was not written: "
        "No such file or directory\n"
    )


# A monitoring plugin.


def test_a_plugins_line_comes_first(
    rounds: Rounds, plan: Write, faults: Faults, counting: CountingServer
) -> None:
    urls = [counting.url(), faults.url("refused"), counting.url("/status/500")]

    done = rounds.check(
        "--exit", "nagios", "--report", "json=out.json", "--report", "text",
        plan(plan_of(urls)),
    )

    line, _, text = done.stdout.partition("\n")
    told = nagios.parse_nagios(line + "\n")
    report = json.loads((rounds.directory / "out.json").read_text("utf-8"))
    summary = report["summary"]
    assert (done.returncode, told.state) == (2, "CRITICAL")
    assert told.text == (
        "2 of 3 endpoints failed: e1 (connect_refused), e2 (status)"
    )
    for outcome in ("healthy", "degraded", "unhealthy", "unreachable",
                    "unknown", "skipped"):
        assert told.values[outcome] == summary[outcome]
    assert told.values["time"] == pytest.approx(report["elapsed_ms"] / 1000)
    assert told.values["p95"] == pytest.approx(
        summary["latency_ms"]["p95"] / 1000
    )
    assert "2 of 3 endpoints failed" in text


@pytest.mark.parametrize("path, options, code, state", [
    ("/", (), 0, "OK"),
    ("/delay/2200", (), 1, "WARNING"),
    ("/status/500", (), 2, "CRITICAL"),
    ("/status/500", ("--max-failures", "1"), 1, "WARNING"),
    ("/gate", ("--deadline", "200ms"), 3, "UNKNOWN"),
    ("/", ("--report", "json=none/out"), 3, "OK"),
])
def test_the_codes_are_those_of_a_plugin(
    rounds: Rounds, plan: Write, counting: CountingServer,
    path: str, options: tuple[str, ...], code: int, state: str,
) -> None:
    counting.close_gate(1000)

    done = rounds.check("--exit", "nagios", *options, plan(plan_of(
        [counting.url(path)],
        'defaults = { warn = { max_time = "2s"; }; };',
    )))

    line = done.stdout.partition("\n")[0] + "\n"
    assert (done.returncode, nagios.parse_nagios(line).state) == (code, state)
