"""JUnit XML."""

import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

from support.parsers.lines import lines_of

SCHEMA = Path(__file__).resolve().parents[2] / "data" / "reports" / "junit.xsd"


class Case(NamedTuple):
    """A test case of a suite."""

    suite: str
    name: str
    seconds: float
    ending: str | None  # failure, error, skipped or system-out
    reason: str | None
    message: str | None
    text: str | None
    flaky: list[str]  # reasons of the attempts before


COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def parse_junit(text: str) -> list[Case]:
    """The cases of all suites, whose counts are held against them."""
    lines_of(text)
    root = ElementTree.fromstring(text)
    cases = [
        _case(suite, case)
        for suite in root.findall("testsuite")
        for case in suite.findall("testcase")
    ]
    for suite in root.findall("testsuite"):
        own = [each for each in cases if each.suite == suite.get("name")]
        _hold_counts(suite, own)
    _hold_counts(root, cases)
    return cases


def _case(suite: ElementTree.Element, case: ElementTree.Element) -> Case:
    flaky = [each.get("type") for each in case.findall("flakyFailure")]
    ending, *more = [each for each in case if each.tag != "flakyFailure"] or [
        None
    ]
    if more or case.get("classname") != f"rounds.{suite.get('name')}":
        raise ValueError(ElementTree.tostring(case))
    return Case(
        suite.get("name"), case.get("name"), float(case.get("time")),
        None if ending is None else ending.tag,
        None if ending is None else ending.get("type"),
        None if ending is None else ending.get("message"),
        None if ending is None else ending.text,
        flaky,
    )


def _hold_counts(element: ElementTree.Element, cases: list[Case]) -> None:
    told = {"tests": len(cases)} | {
        name: sum(each.ending == ending for each in cases)
        for name, ending in COUNTS.items()
    }
    for name, count in told.items():
        if element.get(name) not in (str(count), None):
            raise ValueError(f"{name} is {element.get(name)}, not {count}")


def check_schema(file: Path) -> None:
    """Hold a JUnit file against the schema; xmllint must be there."""
    done = subprocess.run(
        ["xmllint", "--noout", "--schema", SCHEMA, file],
        capture_output=True, text=True, check=False,
    )
    if done.returncode != 0:
        raise ValueError(done.stderr)
