"""What an answer must be: every key of `expect` and `warn`."""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from support.counting import Answer, CountingServer
from support.faults import Faults
from support.nginx import Nginx
from support.plan_values import make_plan
from support.program import Rounds
from support.records import HEALTHY, Verdict, only, verdict

JSON = ("Content-Type", "application/json")


def unhealthy(reason: str) -> Verdict:
    return Verdict("unhealthy", reason, "verify")


def degraded(reason: str) -> Verdict:
    return Verdict("degraded", reason, "verify")


@dataclass(frozen=True)
class Case:
    """An expectation, an answer, and what is told: None is healthy."""

    expect: dict[str, Any]
    answer: Answer = field(default_factory=Answer)
    reason: str | None = None
    wanted: str = ""
    got: str = ""


def body(data: bytes, *headers: tuple[str, str]) -> Answer:
    return Answer(200, data, list(headers))


HEADED = Answer(headers=[
    ("X-Version", "2.17"), ("X-Twice", "one"), ("X-Twice", "two"),
    ("X-Empty", ""),
])
NUL = body(b"before\0after the NUL\0needle\0")
PAGE = body(b"<html>\n<title>Welcome</title>\n</html>\n")
LONG = body(b"a" * 100_000 + b"needle" + b"b" * 100_000)
DATA = body(b'{"data": {"ok": true, "list": [1, 2, 3], "no": null}}', JSON)

CASES = {
    # status
    "a number": Case({"status": 201}, Answer(201)),
    "a number, another": Case(
        {"status": 201}, Answer(200), "status", "201", "200"
    ),
    "the default": Case({}, Answer(299)),
    "the default, below": Case({}, Answer(404), "status", "200-299", "404"),
    "a redirect that is the answer": Case({"status": 302}, Answer(302)),
    "a list": Case({"status": [200, 404]}, Answer(404)),
    "a list, beside": Case(
        {"status": [200, 404]}, Answer(403), "status", "200,404", "403"
    ),
    "ranges": Case({"status": "200-299,304,400-404"}, Answer(404)),
    "ranges, the first": Case({"status": "300-304"}, Answer(300)),
    "ranges, the last": Case({"status": "200-299"}, Answer(299)),
    "ranges, past": Case(
        {"status": "200-299,304"}, Answer(305), "status", "200-299,304", "305"
    ),
    "an error that is wanted": Case({"status": "500-599"}, Answer(503)),

    # headers
    "a header": Case({"headers": {"X-Version": "^2\\.[0-9]+$"}}, HEADED),
    "a header, any case": Case({"headers": {"x-VERSION": "2"}}, HEADED),
    "one of two headers": Case({"headers": {"X-Twice": "^one$"}}, HEADED),
    "the other header": Case({"headers": {"X-Twice": "^two$"}}, HEADED),
    "an empty header": Case({"headers": {"X-Empty": "^$"}}, HEADED),
    "another header": Case(
        {"headers": {"X-Version": "^3"}}, HEADED,
        "header", "X-Version: ^3", "2.17",
    ),
    "no header": Case(
        {"headers": {"X-Missing": ".*"}}, HEADED,
        "header", "X-Missing: .*", "no such header",
    ),
    "a name that only begins so": Case(
        {"headers": {"X-Vers": ".*"}}, HEADED,
        "header", "X-Vers: .*", "no such header",
    ),

    # body_contains and body_not_contains
    "a text": Case({"body_contains": "Welcome"}, PAGE),
    "a text, missing": Case(
        {"body_contains": "welcome"}, PAGE, "body", "welcome", "Welcome"
    ),
    "a text behind a NUL": Case({"body_contains": "needle"}, NUL),
    "a text far in": Case({"body_contains": "needle"}, LONG),
    "a text in Chinese": Case(
        {"body_contains": "百度"}, body("百度首页".encode())
    ),
    "a text at the very end": Case({"body_contains": "</html>\n"}, PAGE),
    "a text in an empty body": Case(
        {"body_contains": "x"}, body(b""), "body", "x", "an empty body"
    ),
    "a text longer than the body": Case(
        {"body_contains": "x" * 500}, body(b"x" * 499), "body"
    ),
    "not a text": Case({"body_not_contains": "Exception"}, PAGE),
    "not a text, there": Case(
        {"body_not_contains": "Welcome"}, PAGE, "body", "Welcome", "<html>"
    ),
    "not a text behind a NUL": Case(
        {"body_not_contains": "needle"}, NUL, "body", "needle", "before"
    ),
    "not a text in an empty body": Case(
        {"body_not_contains": "x"}, body(b"")
    ),

    # body_matches and body_not_matches
    "a pattern": Case({"body_matches": "<title>W.*e</title>"}, PAGE),
    "a pattern over lines": Case({"body_matches": "(?s)<html>.*</html>"}, PAGE),
    "a pattern, not matched": Case(
        {"body_matches": "^Welcome"}, PAGE, "body", "^Welcome", "<title>"
    ),
    "a pattern behind a NUL": Case({"body_matches": "NUL\\x00needle"}, NUL),
    "a pattern far in": Case({"body_matches": "an[e]edleb"}, LONG),
    "a pattern in no UTF-8": Case(
        {"body_matches": "after"}, body(b"\xff\xfe\xc3( after")
    ),
    "not a pattern": Case({"body_not_matches": "[Ee]rror [0-9]+"}, PAGE),
    "not a pattern, matched": Case(
        {"body_not_matches": "W[a-z]+e"}, PAGE, "body", "W[a-z]+e", "Welcome"
    ),
    "not a pattern behind a NUL": Case(
        {"body_not_matches": "n(ee)dle"}, NUL, "body", "n(ee)dle", "before"
    ),

    # jq
    "jq true": Case({"jq": ".data.ok == true"}, DATA),
    "jq of a list": Case({"jq": ".data.list | length == 3"}, DATA),
    "jq false": Case(
        {"jq": ".data.ok == false"}, DATA, "body", ".data.ok == false", "false"
    ),
    "jq null": Case({"jq": ".data.no"}, DATA, "body", ".data.no", "null"),
    "jq a number is not true": Case(
        {"jq": ".data.list[0]"}, DATA, "body", ".data.list[0]", "1"
    ),
    "jq a text is not true": Case(
        {"jq": '"true"'}, DATA, "body", '"true"', "true"
    ),
    "jq nothing": Case({"jq": "empty"}, DATA, "body", "empty"),
    "jq an error": Case(
        {"jq": ".data.ok | keys"}, DATA, "body", ".data.ok | keys", "boolean"
    ),
    "jq that does not end": Case(
        {"jq": 'reduce range(1; infinite) as $i (""; "\\($i)")'}, DATA,
        "body", "reduce", "no end within 1000 ms"
    ),
    "jq not JSON": Case({"jq": "true"}, PAGE, "body", "true", "JSON"),
    "jq of an empty body": Case({"jq": "true"}, body(b""), "body", "true"),
    "jq of JSON cut off": Case(
        {"jq": "true"}, body(b'{"a": [1, 2'), "body", "true", "JSON"
    ),
    "jq of two values": Case({"jq": "true"}, body(b"{} {}"), "body"),
    "jq of no UTF-8": Case({"jq": "true"}, body(b'"\xff\xfe"')),
    "jq whatever the type": Case(
        {"jq": ".ok"}, body(b'{"ok": true}', ("Content-Type", "text/plain"))
    ),

    # min_bytes and max_bytes
    "no fewer bytes": Case({"min_bytes": 10}, body(b"x" * 10)),
    "fewer bytes": Case(
        {"min_bytes": 11}, body(b"x" * 10), "body", "11", "10"
    ),
    "no more bytes": Case({"max_bytes": 10}, body(b"x" * 10)),
    "more bytes": Case({"max_bytes": 9}, body(b"x" * 10), "body", "9", "10"),
    "an empty body": Case({"max_bytes": 0}, body(b"")),
    "bytes with a unit": Case({"max_bytes": "1KiB"}, body(b"x" * 1024)),
    "bytes of what was packed": Case(
        {"min_bytes": 5000, "max_bytes": 5000, "body_contains": "x" * 5000},
        body(gzip.compress(b"x" * 5000), ("Content-Encoding", "gzip")),
    ),

    # max_time
    "fast": Case({"max_time": "20s"}, Answer()),
    "slow": Case(
        {"max_time": "50ms"}, Answer(delay_ms=120), "too_slow", "50ms", "ms"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_expectation_is_met_or_told_with_what_was_wanted_and_came(
    rounds: Rounds, counting: CountingServer, name: str
) -> None:
    case = CASES[name]
    counting.script("/case", [case.answer])
    plan = make_plan([{
        "name": name, "url": counting.url("/case"), "expect": case.expect,
    }])

    code, report = rounds.check_json(plan)

    record = only(report)
    wanted = unhealthy(case.reason) if case.reason else HEALTHY
    assert verdict(record) == wanted, record["message"]
    assert code == (1 if case.reason else 0)
    assert len(record["failed"]) == (1 if case.reason else 0)
    for failed in record["failed"]:
        assert failed["expect"] == next(iter(case.expect), "status")
        assert case.wanted in failed["wanted"]
        assert case.got in failed["got"]


def test_a_text_across_many_reads_is_found(
    rounds: Rounds, faults: Faults
) -> None:
    url = faults.url("drip", ms=2, count=40)  # a byte at a time
    plan = make_plan([
        {"name": "found", "url": url, "expect": {"body_contains": "x" * 40}},
        {"name": "matched", "url": url, "expect": {"body_matches": "^x{40}$"}},
        {"name": "too long", "url": url,
         "expect": {"body_contains": "x" * 41}},
    ])

    _, report = rounds.check_json(plan)

    assert [each["outcome"] for each in report["results"]] == [
        "healthy", "healthy", "unhealthy"
    ]


def test_a_pattern_without_an_end_meets_a_limit_and_holds_nobody_up(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", [body(b"a" * 5000 + b"!")])
    plan = make_plan([
        {"name": "wanted", "url": counting.url("/"),
         "expect": {"body_matches": "^(a+)+$"}},
        {"name": "unwanted", "url": counting.url("/"),
         "expect": {"body_not_matches": "^(a|aa)+$"}},
    ])

    _, report = rounds.check_json(plan, timeout=20)

    for record in report["results"]:
        assert verdict(record) == unhealthy("body")
        assert "limit" in record["failed"][0]["got"]


def test_a_small_kept_piece_of_the_body_is_told_not_all_of_it(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url("/bytes/100000"),
        "expect": {"body_contains": "y"},
    }])

    _, report = rounds.check_json(plan)

    got = only(report)["failed"][0]["got"]
    assert got.startswith("xxxx")
    assert "100000" in got
    assert len(got) < 500


def test_the_final_url_is_where_redirects_led(
    rounds: Rounds, faults: Faults
) -> None:
    url = faults.url("redirect_to_other_origin")
    landing = faults.url("landing", "/landing")
    plan = make_plan([
        {"name": "there", "url": url, "expect": {"final_url": landing}},
        {"name": "elsewhere", "url": url, "expect": {"final_url": url}},
        {"name": "not followed", "url": url, "redirects": 0,
         "expect": {"final_url": url, "status": 302}},
        {"name": "no redirect", "url": landing,
         "expect": {"final_url": landing}},
    ])

    _, report = rounds.check_json(plan)

    there, elsewhere, not_followed, no_redirect = report["results"]
    assert verdict(there) == HEALTHY
    assert verdict(elsewhere) == unhealthy("header")
    assert elsewhere["failed"] == [
        {"expect": "final_url", "wanted": url, "got": landing}
    ]
    assert verdict(not_followed) == HEALTHY
    assert verdict(no_redirect) == HEALTHY


def test_the_answer_to_head_has_headers_and_no_body_to_expect(
    rounds: Rounds, counting: CountingServer, plan: Callable[..., Any]
) -> None:
    counting.script("/", [PAGE])
    head = {"name": "e", "url": counting.url("/"), "method": "HEAD"}

    _, well = rounds.check_json(make_plan([
        head | {"expect": {"headers": {"Content-Length": "^38$"}}},
    ]))
    wrong = rounds.check(plan(make_plan([
        head | {"expect": {"body_contains": "Welcome"}},
    ])))

    assert verdict(only(well)) == HEALTHY
    assert only(well)["bytes"] == 0
    assert wrong.returncode == 2
    assert "HEAD has no body" in wrong.stderr


def test_every_expectation_that_fails_is_listed_and_the_gravest_is_the_reason(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.script("/", [Answer(500, b"oops", [JSON], delay_ms=60)])
    plan = make_plan([{
        "name": "e",
        "url": counting.url("/"),
        "expect": {
            "status": 200,
            "headers": {"X-One": "1", "Content-Type": "html"},
            "body_contains": "welcome",
            "body_not_contains": "oops",
            "body_matches": "[0-9]",
            "body_not_matches": "o+",
            "jq": ".ok",
            "min_bytes": 100,
            "max_time": "10ms",
            "final_url": "http://127.0.0.1/elsewhere",
        },
        "warn": {"max_time": "5ms"},
    }])

    _, report = rounds.check_json(plan)

    record = only(report)
    told = [failed["expect"] for failed in record["failed"]]
    assert verdict(record) == unhealthy("status")
    assert sorted(told) == sorted([
        "status", "headers", "headers", "body_contains", "body_not_contains",
        "body_matches", "body_not_matches", "jq", "min_bytes", "max_time",
        "final_url",
    ])
    assert told[0] == "status"
    for name in told:
        assert name in record["message"]


@pytest.mark.parametrize("expect, reason", [
    ({"status": 201, "headers": {"X": "."}, "min_bytes": 99}, "status"),
    ({"headers": {"X": "."}, "min_bytes": 99, "max_time": "1ms"}, "header"),
    ({"min_bytes": 99, "max_time": "1ms"}, "body"),
    ({"max_time": "1ms"}, "too_slow"),
])
def test_the_first_of_status_header_body_and_time_is_the_reason(
    rounds: Rounds,
    counting: CountingServer,
    expect: dict[str, Any],
    reason: str,
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url("/delay/20"), "expect": expect,
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == unhealthy(reason)
    assert len(only(report)["failed"]) == len(expect)


def test_what_passes_a_warning_is_degraded_and_no_failure(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan([
        {"name": "slow", "url": counting.url("/delay/80"),
         "expect": {"max_time": "20s"}, "warn": {"max_time": "20ms"}},
        {"name": "fast", "url": counting.url("/"),
         "warn": {"max_time": "20s"}},
    ])

    code, report = rounds.check_json(plan)

    slow, fast = report["results"]
    assert code == 0
    assert verdict(slow) == degraded("slow")
    assert [each["wanted"] for each in slow["failed"]] == ["20ms"]
    assert slow["timings_ms"]["total"] >= 80
    assert verdict(fast) == HEALTHY
    assert report["summary"]["degraded"] == 1
    assert report["summary"]["reasons"] == {"slow": 1}


def test_a_broken_expectation_weighs_more_than_a_warning(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url("/delay/50"),
        "expect": {"body_contains": "never"}, "warn": {"max_time": "1ms"},
    }])

    code, report = rounds.check_json(plan)

    assert code == 1
    assert verdict(only(report)) == unhealthy("body")


def test_max_time_counts_all_hops_of_a_redirect(
    rounds: Rounds, counting: CountingServer
) -> None:
    for number in range(4):
        to = ("Location", f"/hop{number + 1}")
        counting.script(f"/hop{number}", [
            Answer(302, headers=[to], delay_ms=40)
        ])
    plan = make_plan([{
        "name": "e", "url": counting.url("/hop0"),
        "expect": {"max_time": "120ms"},
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == unhealthy("too_slow")
    assert only(report)["timings_ms"]["total"] >= 160


def test_expectations_of_defaults_are_those_of_every_endpoint(
    rounds: Rounds, nginx: Nginx
) -> None:
    plan = make_plan(
        [
            {"name": "small", "url": nginx.url(path="/")},
            {"name": "own", "url": nginx.url(path="/"),
             "expect": {"status": 200}},
        ],
        defaults={"expect": {"body_contains": "a large page"}},
    )

    _, report = rounds.check_json(plan)

    assert verdict(report["results"][0]) == unhealthy("body")


@pytest.mark.parametrize("expect, word", [
    ({"status": 42}, "status"),
    ({"status": "200-"}, "status"),
    ({"status": "299-200"}, "status"),
    ({"status": "OK"}, "status"),
    ({"body_matches": "("}, "body_matches"),
    ({"headers": {"X": "[a-"}}, "X"),
    ({"jq": ".a |"}, "jq"),
    ({"jq": "nonsense"}, "jq"),
    ({"max_time": 5}, "max_time"),
    ({"max_time": "5 parsecs"}, "max_time"),
    ({"min_bytes": -1}, "min_bytes"),
    ({"min_bytes": 2, "max_bytes": 1}, "min_bytes"),
    ({"body_contians": "x"}, "body_contains"),
    ({"certificate_days": "soon"}, "certificate_days"),
])
def test_an_expectation_that_cannot_be_is_a_mistake_of_the_plan(
    rounds: Rounds,
    counting: CountingServer,
    plan: Callable[..., Any],
    expect: dict[str, Any],
    word: str,
) -> None:
    path = plan(make_plan([
        {"name": "e", "url": counting.url("/"), "expect": expect},
    ]))

    done = rounds.check(path)

    assert done.returncode == 2
    assert re.search(r"plan\.cfg:[0-9]+: .*" + word, done.stderr)
    assert done.stdout == ""
    assert counting.request_count == 0


def test_a_header_on_several_lines_is_one_value(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan([{
        "name": "folded", "url": faults.url("folded_header"),
        "expect": {"headers": {"X-Folded": "^a b c$"}},
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == HEALTHY
