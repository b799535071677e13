"""Text that a server chose harms nobody who reads a report of it."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from support.certificates import Certificates
from support.counting import Answer, CountingServer
from support.faults import Faults
from support.http_faults import HOSTILE_LINE
from support.parsers.github import parse_github
from support.parsers.junit import parse_junit
from support.parsers.prometheus import parse_prometheus
from support.parsers.tap import parse_tap
from support.plan_values import make_plan
from support.program import Rounds
from support.records import by_name, verdict

# Every byte from 1 but CR and LF, as a reason phrase or a header's value.
ALL_BYTES = bytes(set(range(1, 256)) - {10, 13}).decode("latin-1")
SGR = re.compile("\x1b\\[[0-9;]*m")


@pytest.fixture
def engine() -> None:
    """What is told of an answer is alike with every engine."""


@pytest.fixture
def hostile_plan(
    faults: Faults, certificates: Certificates, counting: CountingServer
) -> str:
    """Endpoints whose failures quote what the server sent."""
    hostile = faults.url("hostile_text")
    bodies = {
        "all bytes": bytes(range(256)) * 4,
        "cut letters": "百".encode()[:2] * 100,
        "marks": "\u202e\u2066\u200f\ufeff\u2028\x85\x9b31m".encode(),
        "json": json.dumps({"a": "\x1b[31m\u202e]]><script>"}).encode(),
    }
    for name, body in bodies.items():
        counting.script("/" + name.replace(" ", "-"), [Answer(500, body, [
            ("X-All", ALL_BYTES),
        ])])
    quoting = {
        "status": 200,
        "headers": {"X-Hostile": "^never$", "X-All": "^never$"},
        "body_contains": "never",
        "body_matches": "^never$",
        "jq": ".a",
    }
    return make_plan(
        [
            {"name": "text", "url": hostile, "expect": quoting},
            {"name": "text as it should be", "url": hostile,
             "expect": quoting | {"status": 500}},
            {"name": "redirect", "url": faults.url("redirect_to_hostile")},
            {"name": "redirect to a long one",
             "url": faults.url("redirect", to="ftp://" + "\x9b\x1b" * 4000)},
            {"name": "certificate", "url": faults.url("tls_hostile_name")},
            {"name": "protocol", "url": faults.url("binary_garbage")},
            {"name": "status line", "url": faults.url("bad_status_line")},
        ]
        + [
            {"name": name, "url": counting.url("/" + name.replace(" ", "-")),
             "expect": quoting}
            for name in bodies
        ],
        defaults={"tls": {"ca_file": str(certificates.root_file)}},
    )


def harmful(text: str) -> Iterator[str]:
    """The characters that no line of a report may hold."""
    for character in text:
        if character == "\n":
            continue
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            yield f"U+{ord(character):04X}"


@pytest.mark.parametrize("more", [[], ["-v"], ["-q"], ["-v", "-q"]])
def test_the_text_report_has_no_control_characters_but_its_own_newlines(
    rounds: Rounds, hostile_plan: str, plan: Any, more: list[str]
) -> None:
    done = rounds.check(*more, "--no-progress", plan(hostile_plan))

    assert done.returncode == 1
    assert "text" in done.stdout
    assert set(harmful(done.stdout)) == set()
    assert set(harmful(done.stderr)) == set()


def test_colours_are_the_only_escape_sequences_and_all_are_ours(
    rounds: Rounds, hostile_plan: str, plan: Any
) -> None:
    done = rounds.check("-v", "--color", "always", plan(hostile_plan))

    plain = SGR.sub("", done.stdout)
    codes = set(SGR.findall(done.stdout))
    assert codes
    assert set(harmful(plain)) == set()
    assert len(codes) <= 8
    for line in done.stdout.splitlines():
        used = SGR.findall(line)
        assert not used or used[-1] in ("\x1b[0m", "\x1b[m"), line


def strict_json(text: str) -> Any:
    """JSON as RFC 8259 has it, and nothing that Python takes beside it."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    return json.loads(
        text, parse_constant=refuse, object_pairs_hook=once
    )


class Page(HTMLParser):
    """What a browser makes of a page: its elements and its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.scripts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and self.cdata_elem == "script":
            self.scripts[-1] += data


def read_text(told: str) -> None:
    assert "unhealthy" in told


def read_json(told: str) -> None:
    assert len(strict_json(told)["results"]) == 11


def read_jsonl(told: str) -> None:
    records = [strict_json(line) for line in told.splitlines()]
    assert len(records) == 11


def read_junit(told: str) -> None:
    assert len(parse_junit(told)) == 11


def read_tap(told: str) -> None:
    assert len(parse_tap(told).points) == 11


def read_github(told: str) -> None:
    commands = parse_github(told).commands
    assert {each.name for each in commands} == {"error"}
    assert len(commands) == 10  # and one more that is counted


def read_prometheus(told: str) -> None:
    assert parse_prometheus(told)


def read_html(told: str) -> None:
    page = Page(told)
    assert not [each for each in page.attributes if each.startswith("on")]
    assert len(page.scripts) == 4
    assert page.elements.isdisjoint({"iframe", "object", "embed", "base"})


READERS: dict[str, Callable[[str], None]] = {
    "text": read_text,
    "json": read_json,
    "jsonl": read_jsonl,
    "junit": read_junit,
    "tap": read_tap,
    "github": read_github,
    "html": read_html,
    "prometheus": read_prometheus,
}


@pytest.mark.parametrize("more", [[], ["-v"]], ids=["", "verbose"])
@pytest.mark.parametrize("name", READERS)
def test_every_format_is_read_back_by_a_strict_reader(
    rounds: Rounds, hostile_plan: str, plan: Any, name: str, more: list[str]
) -> None:
    summary = rounds.directory / "summary.md"
    summary.touch()

    done = rounds.check(
        "--report", name, *more, plan(hostile_plan),
        env={"GITHUB_STEP_SUMMARY": str(summary)},
    )

    for told in (done.stdout, summary.read_text()):
        told.encode("utf-8")  # fails for what was no UTF-8
        assert set(harmful(told)) == set()
    assert "<script" not in summary.read_text()  # Markdown may hold HTML
    READERS[name](done.stdout)


def test_what_a_server_sent_can_be_read_back_from_the_json_report(
    rounds: Rounds, counting: CountingServer
) -> None:
    text = "\x1b[31m \u202e ]]> <script> \"quoted\" \\ 百度"
    counting.script("/", [Answer(200, text.encode())])
    plan = make_plan([{
        "name": "e", "url": counting.url("/"),
        "expect": {"body_contains": "never"},
    }])

    _, report = rounds.check_json(plan)

    assert report["results"][0]["failed"][0]["got"] == text


def test_hostile_answers_are_judged_like_all_others(
    rounds: Rounds, hostile_plan: str
) -> None:
    _, report = rounds.check_json(hostile_plan)

    records = by_name(report)
    assert verdict(records["text"]).reason == "status"
    assert records["text"]["status"] == 500
    assert verdict(records["text as it should be"]).reason == "header"
    assert verdict(records["redirect"]).reason == "redirect"
    assert verdict(records["certificate"]).reason == "tls_certificate"
    assert verdict(records["protocol"]).reason == "protocol"
    assert verdict(records["all bytes"]).reason == "status"


def test_a_message_is_no_longer_than_a_person_reads(
    rounds: Rounds, hostile_plan: str
) -> None:
    _, report = rounds.check_json(hostile_plan)

    for record in report["results"]:
        texts = [record["message"] or ""]
        texts += [failed["got"] for failed in record["failed"]]
        assert max(map(len, texts)) < 2100, record["name"]


def test_a_hostile_header_can_be_wanted(
    rounds: Rounds, faults: Faults
) -> None:
    assert b"]]>" in HOSTILE_LINE
    plan = make_plan([{
        "name": "e", "url": faults.url("hostile_text", status=200),
        "expect": {
            "headers": {"X-Hostile": "\\x1b\\[31mred.*\\]\\]>"},
            "body_contains": "a line of its own",
            "body_matches": "\\x00\\n::error::",
        },
    }])

    _, report = rounds.check_json(plan)

    assert report["results"][0]["outcome"] == "healthy"


def test_hostile_names_in_a_plan_stay_text(
    rounds: Rounds, counting: CountingServer, plan: Any
) -> None:
    name = "]]> <script>alert(1)</script> ::error:: 百度首页 \u202e"
    path = plan(make_plan([
        {"name": name, "url": counting.url("/status/500"), "tags": [name]},
    ]))

    for arguments in (["check"], ["list"], ["list", "--curl"]):
        done = rounds.run(*arguments, path)
        assert set(harmful(done.stdout + done.stderr)) == set()
        assert "百度首页" in done.stdout
