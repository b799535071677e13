"""The readers of reports refuse what the formats do not allow."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.parsers import github, junit, nagios, prometheus, tap
from support.program import PROJECT

SAMPLES = PROJECT / "tests" / "data" / "reports"
PLUGIN = "ROUNDS OK - all 2 endpoints passed | healthy=2;;;0;2 time=0.1s;;;0\n"

Read = Callable[[str], Any]


def sample(ending: str) -> str:
    """The round of every outcome, in that format."""
    return (SAMPLES / f"mixed.{ending}").read_text("utf-8")


@pytest.mark.parametrize("before, after", [
    ("TAP version 14", "TAP version 13"),
    ("1..9", "1..8"),
    ("1..9\n", ""),
    ("1..9", "1..9\n1..9"),
    ("ok 2 - ", "ok 3 - "),
    ("ok 2 - HTTPBIN", "ok 2 - HTTP#BIN"),
    ("ok 2 - HTTPBIN", "ok 2 - HTTP\\BIN"),
    ("ok 2 - HTTPBIN GET", "ok 2 - HTTPBIN GET # LATER"),
    ("not ok 3", "Not ok 3"),
    ("  ---\n", ""),
    ("  outcome: unreachable", " outcome: unreachable"),
    ("  outcome: unreachable", "  outcome: un: reachable"),
    ("  outcome: unreachable", "  outcome: unreachable\n  outcome: healthy"),
    ("payments", "pay\x1bments"),
])
def test_of_tap(before: str, after: str) -> None:
    refuse(tap.parse_tap, sample("tap"), before, after)


@pytest.mark.parametrize("before, after", [
    ("# HELP rounds_info What", "# help rounds_info What"),
    ("# TYPE rounds_info gauge\n", ""),
    ("# TYPE rounds_info gauge", "# TYPE rounds_info untyped"),
    ("# TYPE rounds_info gauge", "# TYPE rounds_other gauge"),
    ('outcome="healthy"} 2', 'outcome="healthy"} 2 1795370400000'),
    ('outcome="healthy"} 2', 'outcome="healthy"} 2,5'),
    ('outcome="healthy"} 2', 'outcome="heal\\thy"} 2'),
    ('outcome="healthy"} 2', 'outcome="heal"thy"} 2'),
    ('outcome="healthy"} 2', 'outcome="healthy",outcome="a"} 2'),
    ('outcome="healthy"} 2', 'outcome="degraded"} 2'),
    ("rounds_round_attempts 10", "rounds_round_tries 10"),
    ("# HELP rounds_endpoint_attempts", "# HELP rounds_endpoint_up"),
])
def test_of_prometheus(before: str, after: str) -> None:
    refuse(prometheus.parse_prometheus, sample("prom"), before, after)


@pytest.mark.parametrize("before, after", [
    ("payments%3A", "payments%"),
    ("payments%3A", "payments,title=x"),
    ("8080%0AGET", "8080\rGET"),
    ("::error file", "::error"),
    ("rounds: 3 of", "rounds: ##[error]3 of"),
])
def test_of_workflow_commands(before: str, after: str) -> None:
    refuse(github.parse_github, sample("github"), before, after)


@pytest.mark.parametrize("before, after", [
    ('tests="9"', 'tests="8"'),
    ('tests="3" failures="0"', 'tests="3" failures="1"'),
    ('skipped="1"', 'skipped="0"'),
    ("</testcase>", "</testsuite>"),
    ("rounds.intranet", "rounds.public"),
    ("payments", "pay\x0bments"),
    ("payments", "pay&ments"),
])
def test_of_junit(before: str, after: str) -> None:
    refuse(junit.parse_junit, sample("junit.xml"), before, after)


@pytest.mark.skipif(not shutil.which("xmllint"), reason="no xmllint here")
@pytest.mark.parametrize("before, after", [
    ('time="2.211"', 'time="2,211"'),
    ('name="reports"', 'name="payments"'),
    ('type="local"', 'type="a b"'),
    ('<testcase classname="rounds.intranet"', "<testcase"),
    ("<properties>", "<other/><properties>"),
    ("T18:00:00", " 18:00:00"),
])
def test_of_the_schema(tmp_path: Path, before: str, after: str) -> None:
    def check(text: str) -> None:
        file = tmp_path / "junit.xml"
        file.write_text(text, "utf-8")
        junit.check_schema(file)

    refuse(check, sample("junit.xml"), before, after)


@pytest.mark.parametrize("before, after", [
    ("ROUNDS OK", "ROUNDS FINE"),
    ("passed |", "passed | more |"),
    ("passed |", "passed\n|"),
    ("=0.1s", "=0,1s"),
    ("=0.1s", "=0.1ms"),
    ("healthy=2;;;0;2", "healthy"),
])
def test_of_a_plugins_line(before: str, after: str) -> None:
    refuse(nagios.parse_nagios, PLUGIN, before, after)


def refuse(read: Read, text: str, before: str, after: str) -> None:
    """What is read as it is, is not read once changed."""
    read(text)
    assert before in text
    with pytest.raises((ValueError, SyntaxError)):
        read(text.replace(before, after, 1))
