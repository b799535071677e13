"""The manual and the program say the same."""

# ctest: release only

import re
from pathlib import Path

import pytest

from support.httpbin import Httpbin
from support.program import PROJECT, Rounds

MANUALS = sorted(
    [*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")],
    key=lambda path: path.name,
)
READMES = [PROJECT / "README.md", PROJECT / "README.zh-CN.md"]
PLAN_MANUAL = PROJECT / "docs" / "plan.md"
REASON_MANUAL = PROJECT / "docs" / "reasons.md"
FULL_PLAN = PROJECT / "cfg" / "full.cfg"

# Where a key that is none makes the program list those that there are.
UNKNOWN_KEYS = {
    "endpoint": "endpoints = ( { #; } );",
    "expect": "defaults = { expect = { #; }; };",
    "warn": "defaults = { warn = { #; }; };",
    "tls": "defaults = { tls = { #; }; };",
    "auth": "defaults = { auth = { #; }; };",
    "network": "networks = { n = { #; }; };",
    "schedule": "schedule = { #; };",
    "history": "history = { #; };",
    "status_page": "status_page = { #; };",
}
SHOWN_IN_COMMENTS = {"cert", "key"}  # they need files of their own
LINK = re.compile(r"\]\((?!https?://)([^)#]+)")
OPTION = re.compile(r"`(--[a-z-]+)")


@pytest.fixture
def engine() -> None:
    """What the manual says of one engine holds for all."""


def keys_of(rounds: Rounds, text: str) -> list[str]:
    """The keys that the program expects in one place."""
    plan = rounds.directory / "unknown.cfg"
    plan.write_text(text.replace("#", "zzzzzzzzzzzz = 1"))
    told = rounds.run("list", plan).stderr
    listed = re.search(r"unknown key; expected one of (.*)", told)
    assert listed, told
    return listed[1].split(", ")


def commands_of(rounds: Rounds) -> list[str]:
    """The commands that the program has."""
    told = rounds.run("--help").stdout
    listed = told.partition("Commands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)


def reasons_of(rounds: Rounds) -> list[str]:
    """The reasons that the program knows."""
    told = rounds.run("reasons").stdout
    return re.findall(r"^([a-z_]+) ", told, re.MULTILINE)


@pytest.mark.parametrize("place", UNKNOWN_KEYS)
def test_every_key_of_a_plan_is_in_the_manual_and_in_the_full_plan(
    rounds: Rounds, place: str
) -> None:
    keys = keys_of(rounds, UNKNOWN_KEYS[place])

    manual = PLAN_MANUAL.read_text()
    plan = FULL_PLAN.read_text()
    assert [key for key in keys if f"`{key}`" not in manual
            and f"{key} = " not in manual] == []
    assert [key for key in keys
            if not re.search(rf"\b{key} = ", plan)] == []
    assert set(SHOWN_IN_COMMENTS).isdisjoint(
        re.findall(r"^\s*(\w+) = ", plan, re.MULTILINE)
    )


def test_every_reason_is_in_the_manuals(rounds: Rounds) -> None:
    reasons = reasons_of(rounds)

    assert len(reasons) > 20
    for manual in [REASON_MANUAL, *READMES]:
        text = manual.read_text()
        assert [word for word in reasons if f"`{word}`" not in text] == []


def test_the_manual_of_reasons_has_each_outcome_right(rounds: Rounds) -> None:
    told = rounds.run("reasons").stdout
    outcomes = dict(
        re.findall(r"^([a-z_]+) +([a-z]+)\b", told, re.MULTILINE)
    )

    rows = dict(
        re.findall(
            r"^\| `([a-z_]+)` \| (\w+)", REASON_MANUAL.read_text(), re.MULTILINE
        )
    )
    assert {word: rows.get(word) for word in outcomes} == outcomes


def test_every_option_in_the_manuals_is_one(rounds: Rounds) -> None:
    known = {"--version", "--help"}
    for command in commands_of(rounds):
        told = rounds.run(command, "--help").stdout
        known.update(re.findall(r"--[a-z-]+", told))

    for manual in [*READMES, PLAN_MANUAL, REASON_MANUAL]:
        named = set(OPTION.findall(manual.read_text()))
        assert named - known == set(), manual.name


def test_every_command_and_report_is_in_the_readmes(rounds: Rounds) -> None:
    commands = commands_of(rounds)
    told = rounds.run("check", "--report", "none", "http://127.0.0.1/").stderr
    formats = told.partition("expected one of ")[2].split("\n")[0].split(", ")

    assert len(commands) > 3
    assert len(formats) > 1
    for text in [readme.read_text() for readme in READMES]:
        assert [it for it in commands if f"`rounds {it}" not in text] == []
        assert [it for it in formats if f"`{it}`" not in text] == []


@pytest.mark.parametrize("manual", MANUALS, ids=lambda path: path.name)
def test_every_link_within_the_project_leads_somewhere(manual: Path) -> None:
    links = LINK.findall(manual.read_text())

    assert [link for link in links
            if not (manual.parent / link).exists()] == []


def test_both_readmes_show_the_same_programs_and_files() -> None:
    english, chinese = (readme.read_text() for readme in READMES)

    # The first link of each leads to the other.
    assert LINK.findall(english)[1:] == LINK.findall(chinese)[1:]
    assert set(OPTION.findall(english)) == set(OPTION.findall(chinese))


def test_the_full_plan_is_healthy_against_httpbin(
    rounds: Rounds, httpbin: Httpbin
) -> None:
    done = rounds.check(FULL_PLAN, env={"HTTPBIN": httpbin.origin})

    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
