"""Options: help, mistakes, what is selected, when a round has failed."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support.counting import CountingServer
from support.faults import Faults
from support.plans import plan_of
from support.program import SLOWNESS, Rounds

Write = Callable[..., Path]

ALL_WELL, FAILURES, MISTAKE, INCOMPLETE = range(4)
COMMANDS = ("check", "watch", "tune", "compare", "merge", "list", "demo",
            "history", "reasons")
SCREEN_LINES = 60
EARLY_MS = 5  # by which timers may be off
DEADLINE_MS = 800 * SLOWNESS  # by which what comes at once has come


# Help and versions.


@pytest.fixture
def engine() -> None:
    """Options are read before any engine starts: one is enough."""


@pytest.mark.parametrize("words", [
    ["--help"], ["-h"], ["help"],
    *[[command, "--help"] for command in COMMANDS],
    *[[command, "-h"] for command in COMMANDS],
])
def test_help_goes_to_stdout_with_0(
    rounds: Rounds, words: list[str]
) -> None:
    done = rounds.run(*words)

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (ALL_WELL, "")
    assert lines[0].startswith("Usage: rounds")
    assert len(lines) <= SCREEN_LINES
    assert max(map(len, lines)) <= 80


def test_help_wins_over_what_else_is_there(rounds: Rounds) -> None:
    done = rounds.run("check", "missing.cfg", "--help")

    assert (done.returncode, done.stderr) == (ALL_WELL, "")


def test_the_help_of_the_program_names_every_command_and_exit_code(
    rounds: Rounds,
) -> None:
    help_text = rounds.run("--help").stdout

    for command in COMMANDS:
        assert re.search(rf"^  {command} ", help_text, re.MULTILINE)
    for code in ("0", "1", "2", "3", "130", "143"):
        assert re.search(rf"\b{code}\b", help_text)


def test_the_help_of_check_names_every_option(rounds: Rounds) -> None:
    help_text = rounds.run("check", "--help").stdout

    for option in (
        "--workers", "--timeout", "--connect-timeout", "--retries",
        "--deadline", "--only", "--tag", "--exclude", "--fail-fast",
        "--fail-on", "--max-failures", "--urls", "--report", "--dry-run",
        "--no-progress", "--color", "--quiet", "--verbose", "--help",
    ):
        assert f"{option} " in help_text or f"{option}\n" in help_text
    assert "Exit codes:" in help_text
    assert "Example:" in help_text


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_tells_those_of_the_libraries(
    rounds: Rounds, option: str
) -> None:
    done = rounds.run(option)

    assert (done.returncode, done.stderr) == (ALL_WELL, "")
    assert re.match(r"rounds \d+\.\d+\.\d+\n", done.stdout)
    assert "libcurl/" in done.stdout
    assert "OpenSSL/" in done.stdout


def test_reasons_are_listed_with_outcome_and_advice(rounds: Rounds) -> None:
    done = rounds.run("reasons")

    assert (done.returncode, done.stderr) == (ALL_WELL, "")
    for reason, outcome in {
        "connect_refused": "unreachable", "status": "unhealthy",
        "slow": "degraded", "local": "unknown", "cancelled": "skipped",
    }.items():
        assert re.search(rf"^{reason} +{outcome}", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("arguments", [
    ["--help"], ["check", "--help"], ["list", "--help"], ["--version"],
    ["reasons"],
])
def test_a_full_disk_behind_stdout_is_no_success(
    rounds: Rounds, arguments: list[str]
) -> None:
    done = rounds.run(
        *arguments, prefix=("sh", "-c", 'exec "$@" > /dev/full', "sh")
    )

    assert done.returncode == INCOMPLETE


# Mistakes. Each ends with 2, says why on stderr, and sends nothing.

OPTION_MISTAKES = {
    "--wrokers 3": "did you mean --workers",
    "--workesr=3": "did you mean --workers",
    "--tmeout 3s": "did you mean --timeout",
    "--frobnicate": "--frobnicate: no such option",
    "-z": "-z: no such option",
    "-qz": "-z: no such option",
    "--workers": "--workers needs a value",
    "-n": "needs a value",
    "--workers 0": "from 1 to 10000",
    "--workers 10001": "from 1 to 10000",
    "--workers -1": "from 1 to 10000",
    "--workers 3x": "whole number",
    "--workers=": "whole number",
    "--workers 99999999999999999999": "whole number",
    "--timeout 5": "duration with a unit",
    "--timeout 5d5": "duration with a unit",
    "--timeout 0s": "between",
    "--deadline soon": "duration with a unit",
    "--retries -1": "whole number",
    "--retries 101": "from 0 to 100",
    "--quiet=yes": "takes no value",
    "--report yaml": "no format",
    "--report json=": "file name is missing",
    "--report text --report json": "only one report may have stdout",
    "--report json --report json": "only one report may have stdout",
    "--report json=a --report tap=a": "another report goes into that file",
    "--color sometimes": "none of auto, always, never",
    "--fail-on sick": "neither an outcome nor a reason",
    "--fail-on unhealty": 'did you mean "unhealthy"',
    "--fail-on unhealthy,": "neither an outcome nor a reason",
    "--max-failures some": "neither a whole number nor a percentage",
    "--max-failures -1": "neither a whole number nor a percentage",
    "--max-failures 101%": "neither a whole number nor a percentage",
    "--only nothing*": "none of the plan's 1 endpoints",
    "--tag nothing": "none of the plan's 1 endpoints",
    "--exclude *": "none of the plan's 1 endpoints",
}


@pytest.mark.parametrize("options", OPTION_MISTAKES)
def test_a_mistake_in_options_ends_with_2_and_nothing_is_sent(
    rounds: Rounds, counting: CountingServer, plan: Write, options: str
) -> None:
    written = plan(plan_of([counting.url()]))

    done = rounds.check(written, *options.split())

    assert (done.returncode, done.stdout) == (MISTAKE, "")
    assert OPTION_MISTAKES[options] in done.stderr
    assert done.stderr.startswith("rounds: ")
    assert counting.connections == 0


def test_all_mistakes_in_options_are_told_at_once(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    done = rounds.check(
        "--wrokers=3", "--timeout=5", "--retries=x",
        plan(plan_of([counting.url()])),
    )

    assert done.returncode == MISTAKE
    for words in ("--wrokers", "--timeout", "--retries"):
        assert words in done.stderr


@pytest.mark.parametrize("operands", [
    [], ["a.cfg", "b.cfg"], ["plan.cfg", "http://127.0.0.1:1/"],
])
def test_check_wants_one_plan_or_urls(
    rounds: Rounds, operands: list[str]
) -> None:
    done = rounds.check(*operands)

    assert (done.returncode, done.stdout) == (MISTAKE, "")
    assert done.stderr.startswith("rounds: ")
    assert "plan" in done.stderr


@pytest.mark.parametrize("words, told", [
    ([], "Usage: rounds"), (["chekc"], "did you mean check"),
    (["frobnicate"], "no such command"), (["--frobnicate"], "no such"),
    (["reasons", "x"], "takes no operand"), (["demo", "x"], "no operand"),
    (["demo", "--frobnicate"], "no such option"),
    (["list", "--frobnicate", "x"], "no such option"),
])
def test_a_mistake_in_commands_ends_with_2(
    rounds: Rounds, words: list[str], told: str
) -> None:
    done = rounds.run(*words)

    assert (done.returncode, done.stdout) == (MISTAKE, "")
    assert told in done.stderr


def test_a_double_dash_ends_the_options(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    plan(plan_of([counting.url()]), "--plan.cfg")

    done = rounds.check("-q", "--", "--plan.cfg")

    assert done.returncode == ALL_WELL
    assert counting.request_count == 1


def test_options_stand_before_and_after_the_plan(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan(plan_of([counting.url()] * 9))

    done = rounds.check("-n", "2", written, "--report", "json", "-v")

    networks = json.loads(done.stdout)["summary"]["networks"]
    assert networks["intranet"]["workers"] == 2


def test_the_last_of_two_values_counts(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    _, report = rounds.check_json(
        plan_of([counting.url()] * 9), "-n5", "-n3"
    )

    assert report["summary"]["networks"]["intranet"]["workers"] == 3


# Limits given as options.


def test_the_timeout_of_the_option_wins_over_the_plan(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.close_gate(1000)

    code, report = rounds.check_json(
        plan_of([counting.url("/gate")], "", 'timeout = "1m";'),
        "--timeout", "250ms",
    )

    [result] = report["results"]
    assert (code, result["limit"]) == (FAILURES, "total")
    assert result["timings_ms"]["total"] >= 250 - EARLY_MS


def test_the_connect_timeout_of_the_option_wins_over_the_plan(
    rounds: Rounds, faults: Faults
) -> None:
    code, report = rounds.check_json(
        plan_of([faults.url("black_hole")], "",
                'timeout = "1m"; connect_timeout = "1m";'),
        "--connect-timeout", "250ms",
    )

    [result] = report["results"]
    assert (code, result["limit"]) == (FAILURES, "connect")
    assert result["timings_ms"]["total"] >= 250 - EARLY_MS


def test_the_retries_of_the_option_win_over_the_plan(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = plan_of([counting.url("/status/503")], "",
                   'retries = 5; retry_delay = "1ms";')

    rounds.check_json(plan, "--retries", "2")
    assert counting.request_count == 3

    rounds.check_json(plan, "--retries", "0")
    assert counting.request_count == 4


# The deadline.


def test_what_a_deadline_leaves_is_skipped_and_what_was_done_is_told(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.close_gate(1000)
    urls = [counting.url()] * 10 + [counting.url("/gate")] * 10
    urls += [counting.url()] * 10

    code, report = rounds.check_json(
        plan_of(urls, "networks = { intranet = { workers = 5; }; };",
                'timeout = "1m";'),
        "--deadline", f"{DEADLINE_MS}ms",
    )

    outcomes = [each["outcome"] for each in report["results"]]
    asked = [each["attempts"] for each in report["results"]]
    assert code == INCOMPLETE
    assert outcomes == ["healthy"] * 10 + ["skipped"] * 20
    assert asked == [1] * 15 + [0] * 15
    assert counting.request_count == 15
    assert report["elapsed_ms"] >= DEADLINE_MS - EARLY_MS


def test_a_deadline_that_is_not_reached_changes_nothing(
    rounds: Rounds, counting: CountingServer
) -> None:
    code, report = rounds.check_json(
        plan_of([counting.url()] * 5), "--deadline", "1h"
    )

    assert (code, report["summary"]["healthy"]) == (ALL_WELL, 5)


def test_no_retry_begins_past_the_deadline(
    rounds: Rounds, counting: CountingServer
) -> None:
    code, report = rounds.check_json(
        plan_of([counting.url("/status/503")], "",
                'retries = 10; retry_delay = "10m";'),
        "--deadline", "20s",
    )

    [result] = report["results"]
    assert (code, result["reason"], result["attempts"]) == (
        FAILURES, "status", 1
    )
    assert report["elapsed_ms"] < 10000


# What is selected.

TAGGED = """
endpoints = (
  { name = "shop home"; url = "URL/1"; tags = ["shop", "smoke"]; },
  { name = "shop cart"; url = "URL/2"; tags = ["shop"]; },
  { name = "blog home"; url = "URL/3"; tags = ["blog", "smoke"]; },
  { name = "百度首页";  url = "URL/4"; },
  { name = "off";       url = "URL/5"; tags = ["smoke"]; enabled = false; }
);
"""


@pytest.mark.parametrize("options, paths", [
    (["--only", "shop*"], "12"),
    (["--only", "*home"], "13"),
    (["--only", "百度*"], "4"),
    (["--only", "????"], "4"),
    (["--only", "shop cart", "--only", "blog home"], "23"),
    (["--only", "[sb]*home"], "13"),
    (["--tag", "smoke"], "13"),
    (["--tag", "blog", "--tag", "shop"], "123"),
    (["--exclude", "shop*"], "34"),
    (["--exclude", "shop*", "--exclude", "blog*"], "4"),
    (["--tag", "smoke", "--exclude", "shop*"], "3"),
    (["--only", "shop*", "--tag", "smoke"], "1"),
])
def test_only_what_is_selected_is_asked(
    rounds: Rounds, counting: CountingServer, options: list[str], paths: str
) -> None:
    code, report = rounds.check_json(
        TAGGED.replace("URL", counting.origin), *options
    )

    assert code == ALL_WELL
    assert counting.counts() == {f"/{path}": 1 for path in paths}
    assert [each["url"][-1] for each in report["results"]] == list(paths)
    assert report["summary"]["endpoints"] == len(paths)


def test_mistakes_of_what_is_not_selected_are_told_all_the_same(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = TAGGED.replace("URL/2", "ftp://a").replace("URL", counting.origin)

    done = rounds.check("--only", "blog*", plan(text))

    assert done.returncode == MISTAKE
    assert counting.connections == 0


def test_a_dry_run_sends_nothing(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan(TAGGED.replace("URL", counting.origin))

    done = rounds.check("--dry-run", "--report", "json=r.json", written)

    assert (done.returncode, done.stderr) == (ALL_WELL, "")
    assert done.stdout == "The plan is right: 4 endpoints; nothing was sent.\n"
    assert counting.connections == 0
    assert not (rounds.directory / "r.json").exists()


def test_a_dry_run_of_one_endpoint_tells_of_one(
    rounds: Rounds, counting: CountingServer
) -> None:
    done = rounds.check("--dry-run", counting.url("/"))

    assert done.stdout == "The plan is right: 1 endpoint; nothing was sent.\n"
    assert counting.connections == 0


# When a round has failed.


def test_fail_fast_skips_the_rest(
    rounds: Rounds, counting: CountingServer
) -> None:
    urls = [counting.url("/status/500")] + [counting.url("/delay/1000")] * 60

    code, report = rounds.check_json(plan_of(urls), "--fail-fast", "-n", "2")

    skipped = report["summary"]["skipped"]
    assert code == FAILURES
    assert skipped >= 50
    assert counting.request_count == 61 - skipped
    messages = {
        each["message"] for each in report["results"]
        if each["outcome"] == "skipped"
    }
    assert messages == {"not asked: too many checks had failed"}


def test_without_fail_fast_all_are_asked(
    rounds: Rounds, counting: CountingServer
) -> None:
    urls = [counting.url("/status/500")] + [counting.url()] * 60

    code, report = rounds.check_json(plan_of(urls), "-n", "2")

    assert (code, report["summary"]["healthy"]) == (FAILURES, 60)


@pytest.mark.parametrize("most, code", [
    ("2", FAILURES), ("3", ALL_WELL), ("29%", FAILURES), ("30%", ALL_WELL),
    ("0", FAILURES), ("100%", ALL_WELL),
])
def test_some_failures_may_be_put_up_with(
    rounds: Rounds, counting: CountingServer, most: str, code: int
) -> None:
    urls = [counting.url("/status/500")] * 3 + [counting.url()] * 7

    ended, report = rounds.check_json(
        plan_of(urls), "--max-failures", most
    )

    assert ended == code
    assert report["summary"]["unhealthy"] == 3


def test_fail_fast_waits_until_more_failed_than_is_put_up_with(
    rounds: Rounds, counting: CountingServer
) -> None:
    urls = [counting.url("/status/500")] * 40

    code, report = rounds.check_json(
        plan_of(urls), "--fail-fast", "--max-failures", "4", "-n", "1"
    )

    assert code == FAILURES
    assert 5 <= report["summary"]["unhealthy"] <= 40


@pytest.mark.parametrize("words, code", [
    ("unreachable", ALL_WELL), ("unhealthy", FAILURES), ("status", FAILURES),
    ("degraded", FAILURES), ("slow", FAILURES), ("flaky,dns", ALL_WELL),
    ("healthy", FAILURES), ("unreachable,status", FAILURES),
])
def test_what_fails_a_round_may_be_named(
    rounds: Rounds, counting: CountingServer, words: str, code: int
) -> None:
    plan = f"""
    endpoints = (
      {{ name = "a"; url = "{counting.url()}"; }},
      {{ name = "b"; url = "{counting.url("/status/500")}"; }},
      {{ name = "c"; url = "{counting.url("/delay/50")}";
         warn = {{ max_time = "10ms"; }}; }}
    );
    """

    ended, report = rounds.check_json(plan, "--fail-on", words)

    assert ended == code
    told = report["summary"]
    assert (told["healthy"], told["unhealthy"], told["degraded"]) == (1, 1, 1)


def test_what_is_skipped_may_be_a_failure(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.close_gate(1000)
    plan = plan_of([counting.url("/gate")], "", 'timeout = "1m";')

    code, _ = rounds.check_json(
        plan, "--deadline", "200ms", "--fail-on", "skipped"
    )

    assert code == FAILURES


# Which words say it: translations do not reach what scripts read.


@pytest.mark.parametrize("locale", ["C", "zh_CN.UTF-8", "de_DE.UTF-8"])
def test_numbers_and_words_of_the_json_report_are_of_no_language(
    rounds: Rounds, counting: CountingServer, locale: str
) -> None:
    code, report = rounds.check_json(
        plan_of([counting.url("/status/404")]),
        env={"LC_ALL": locale, "LANGUAGE": "zh_CN:de"},
    )

    [result] = report["results"]
    assert code == FAILURES
    assert (result["outcome"], result["reason"]) == ("unhealthy", "status")
