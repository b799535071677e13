"""What is never sent, never followed, never read without an end."""

import gzip
import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.certificates import Certificates
from support.counting import Answer, CountingServer
from support.faults import Faults
from support.messages import Request
from support.namespace import Namespace
from support.plan_values import Raw, make_plan
from support.processes import Process
from support.program import SLOWNESS, Rounds
from support.records import HEALTHY, Verdict, by_name, only, verdict, verdicts

REDIRECT = Verdict("unreachable", "redirect", "receive")
TOO_LARGE = Verdict("unreachable", "too_large", "receive")
PRIVATE = Verdict("unreachable", "connect_unreachable", "connect")

# What every request of ours has, configured or not.
ALWAYS = {"host", "user-agent", "accept", "accept-encoding"}


# Where redirects may lead.


@pytest.mark.parametrize("target", [
    "redirect_to_file", "redirect_to_ftp", "redirect_to_javascript",
    "redirect_to_hostile",
])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_anything_but_http_is_refused(
    rounds: Rounds, faults: Faults, target: str, status: int
) -> None:
    plan = make_plan([
        {"name": "e", "url": faults.url(target, status=status)},
    ])

    code, report = rounds.check_json(plan)

    assert code == 1
    assert verdict(only(report)) == REDIRECT
    assert faults.target(target).request_count == 1


@pytest.mark.parametrize("location", [
    "FILE:///etc/passwd", "file:/etc/passwd", "dict://127.0.0.1:1/",
    "gopher://127.0.0.1/", "data:text/plain,x", "scp://127.0.0.1/x",
    "ws://127.0.0.1/", "http://", "http://127.0.0.1:99999/",
    "http://127.0.0.1:0/", "http://[::1/", "//",
])
def test_a_location_that_leads_nowhere_is_refused(
    rounds: Rounds, counting: CountingServer, location: str
) -> None:
    counting.script("/", [Answer(302, headers=[("Location", location)])])

    _, report = rounds.check_json(make_plan([
        {"name": "e", "url": counting.url("/")},
    ]))

    assert only(report)["reason"] == "redirect", only(report)["message"]
    assert counting.request_count == 1


@pytest.mark.parametrize("location, target", [
    ("/there", "/there"), ("there", "/a/there"), ("../there", "/there"),
    ("?q=1", "/a/here?q=1"), ("//HOST/there", "/there"),
    ("/there#part", "/there"), ("/with space", "/with%20space"),
    ("/%C3%A9", "/%C3%A9"),
])
def test_a_relative_location_is_followed(
    rounds: Rounds, counting: CountingServer, location: str, target: str
) -> None:
    host = urlsplit(counting.origin).netloc
    to = ("Location", location.replace("HOST", host))
    counting.script("/a/here", [Answer(302, headers=[to]), Answer()])

    _, report = rounds.check_json(make_plan([
        {"name": "e", "url": counting.url("/a/here")},
    ]))

    assert verdict(only(report)) == HEALTHY
    assert counting.requests[-1].target == target


@pytest.mark.parametrize("most, hops, told", [
    (10, 10, HEALTHY), (10, 11, REDIRECT), (3, 3, HEALTHY), (3, 4, REDIRECT),
])
def test_so_many_redirects_are_followed_and_no_more(
    rounds: Rounds, faults: Faults, most: int, hops: int, told: Verdict
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url("redirect_chain", count=hops),
        "redirects": most,
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == told
    assert faults.target("redirect_chain").request_count == most + 1


def test_with_no_redirects_the_redirect_is_the_answer(
    rounds: Rounds, faults: Faults
) -> None:
    url = faults.url("redirect_to_other_origin")
    plan = make_plan([
        {"name": "wanted", "url": url, "redirects": 0,
         "expect": {"status": 302}},
        {"name": "not wanted", "url": url, "redirects": 0},
    ])

    _, report = rounds.check_json(plan)

    assert verdicts(report) == {
        "wanted": HEALTHY,
        "not wanted": Verdict("unhealthy", "status", "verify"),
    }
    assert faults.target("landing").request_count == 0


# What goes along.

CREDENTIALS: dict[str, dict[str, Any]] = {
    "headers": {"headers": {
        "Authorization": "Own canary", "Cookie": "a=canary",
        "X-Api-Key": "canary", "X-Other": "canary", "User-Agent": "canary",
        "Accept": "canary/1", "Referer": "http://canary/",
    }},
    "bearer": {"auth": {"bearer": "canary"}},
    "password": {"auth": {"user": "canary", "password": "canary"}},
    "url": {"url password": True},
}
ELSEWHERE = ("redirect_to_other_origin", "redirect_to_other_host",
             "redirect_to_other_scheme")


def credentialed(url: str, kind: str, certificates: Certificates) -> Any:
    """An endpoint with configured headers or credentials."""
    settings = dict(CREDENTIALS[kind])
    if settings.pop("url password", False):
        url = url.replace("//", "//canary:canary@")
    root = str(certificates.root_file)
    return {"name": kind, "url": url, "tls": {"ca_file": root}} | settings


def names(request: Request) -> set[str]:
    """The names of a request's headers in small letters."""
    return {name.lower() for name, _ in request.headers}


@pytest.mark.parametrize("kind", CREDENTIALS)
@pytest.mark.parametrize("target", ELSEWHERE)
def test_nothing_configured_goes_to_another_origin(
    rounds: Rounds,
    faults: Faults,
    certificates: Certificates,
    target: str,
    kind: str,
) -> None:
    plan = make_plan([credentialed(faults.url(target), kind, certificates)])

    _, report = rounds.check_json(plan)

    [sent] = faults.target(target).requests
    [landed] = faults.target("landing").requests
    assert verdict(only(report)) == HEALTHY
    assert names(sent) - ALWAYS or kind == "headers"
    assert names(landed) <= ALWAYS
    assert "canary" not in str(landed.headers)


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_everything_configured_stays_within_the_origin(
    rounds: Rounds, faults: Faults, certificates: Certificates, kind: str
) -> None:
    url = faults.url("redirect_within_origin")
    plan = make_plan([credentialed(url, kind, certificates)])

    _, report = rounds.check_json(plan)

    [sent] = faults.target("redirect_within_origin").requests
    [landed] = faults.target("landing").requests
    assert verdict(only(report)) == HEALTHY
    assert landed.headers == sent.headers
    assert names(sent) - ALWAYS or "canary" in str(sent.headers)


def test_what_was_dropped_stays_dropped_on_the_way_back(
    rounds: Rounds, counting: CountingServer, make_counting: Any
) -> None:
    other = make_counting()
    counting.script("/", [
        Answer(302, headers=[("Location", other.url("/"))])
    ])
    other.script("/", [
        Answer(302, headers=[("Location", counting.url("/back"))])
    ])
    plan = make_plan([{
        "name": "e", "url": counting.url("/"),
        "headers": {"X-Api-Key": "canary"}, "auth": {"bearer": "canary"},
    }])

    _, report = rounds.check_json(plan)

    first, back = counting.requests
    assert verdict(only(report)) == HEALTHY
    assert {"x-api-key", "authorization"} <= names(first)
    assert names(other.requests[0]) <= ALWAYS
    assert names(back) <= ALWAYS


def test_credentials_in_a_location_are_not_used(
    rounds: Rounds, faults: Faults
) -> None:
    to = faults.url("landing").replace("//", "//user:canary@")
    plan = make_plan([{"name": "e", "url": faults.url("redirect", to=to)}])

    rounds.check_json(plan)

    for landed in faults.target("landing").requests:
        assert landed.header("Authorization") is None


def test_a_client_certificate_is_not_shown_to_another_origin(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    client = certificates.client
    wanting = faults.url("tls_client_certificate_1_2")
    plan = make_plan([{
        "name": "e", "url": faults.url("redirect", to=wanting),
        "tls": {"ca_file": str(certificates.root_file),
                "cert": str(client.chain_file),
                "key": str(client.key_file)},
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == Verdict(
        "unreachable", "tls_handshake", "tls"
    )
    assert faults.target("tls_client_certificate_1_2").request_count == 0


def test_cookies_of_one_answer_are_not_sent_with_the_next_request(
    rounds: Rounds, counting: CountingServer
) -> None:
    cookie = ("Set-Cookie", "sid=canary; Path=/")
    counting.script("/set", [
        Answer(302, headers=[cookie, ("Location", "/next")])
    ])
    plan = make_plan([
        {"name": "set", "url": counting.url("/set")},
        {"name": "other", "url": counting.url("/other")},
    ])

    rounds.check_json(plan, "-n", "1")

    assert counting.request_count == 3
    for request in counting.requests:
        assert request.header("Cookie") is None


# The body of a request.


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_body_does_not_go_to_another_origin(
    rounds: Rounds,
    faults: Faults,
    certificates: Certificates,
    target: str,
    status: int,
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url(target, status=status),
        "method": "POST", "json": {"password": "canary"},
        "tls": {"ca_file": str(certificates.root_file)},
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == REDIRECT
    assert faults.target(target).request_count == 1
    assert faults.target("landing").request_count == 0


@pytest.mark.parametrize("status", [307, 308])
def test_a_body_stays_within_the_origin(
    rounds: Rounds, faults: Faults, status: int
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url("redirect_within_origin",
                                       status=status),
        "method": "POST", "json": {"a": "canary"},
    }])

    _, report = rounds.check_json(plan)

    [landed] = faults.target("landing").requests
    assert verdict(only(report)) == HEALTHY
    assert landed.method == "POST"
    assert json.loads(landed.body) == {"a": "canary"}


@pytest.mark.parametrize("method, status, landed_method", [
    ("POST", 301, "GET"), ("POST", 302, "GET"), ("POST", 303, "GET"),
    ("PUT", 303, "GET"), ("PUT", 302, "PUT"), ("DELETE", 302, "DELETE"),
    ("GET", 303, "GET"), ("HEAD", 303, "HEAD"), ("HEAD", 302, "HEAD"),
])
def test_a_redirect_changes_the_method_as_it_has_long_been_done(
    rounds: Rounds,
    faults: Faults,
    method: str,
    status: int,
    landed_method: str,
) -> None:
    has_body = method in ("POST", "PUT")
    plan = make_plan([{
        "name": "e",
        "url": faults.url("redirect_within_origin", status=status),
        "method": method, **({"body": "canary"} if has_body else {}),
    }])

    _, report = rounds.check_json(plan)

    [landed] = faults.target("landing").requests
    assert verdict(only(report)) == HEALTHY
    assert landed.method == landed_method
    assert landed.body == (b"canary" if landed_method == "PUT" else b"")


def test_a_redirect_without_the_body_may_lead_to_another_origin(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url("redirect_to_other_origin"),
        "method": "POST", "json": {"password": "canary"},
    }])

    _, report = rounds.check_json(plan)

    [landed] = faults.target("landing").requests
    assert verdict(only(report)) == HEALTHY
    assert (landed.method, landed.body) == ("GET", b"")
    assert names(landed) <= ALWAYS


# Private addresses.

FORBIDDEN = {"networks": {"outside": {"forbid_private": True, "workers": 4}},
             "defaults": {"network": "outside"}}


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "0.0.0.0", "127.1", "2130706433", "0x7f000001",
    "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[::]",
])
def test_forbid_private_refuses_every_way_to_write_this_machine(
    rounds: Rounds, counting: CountingServer, host: str
) -> None:
    url = f"http://{host}:{counting.port}/"

    code, report = rounds.check_json(make_plan(
        [{"name": "e", "url": url}], **FORBIDDEN
    ))

    assert code == 1
    assert verdict(only(report)) == PRIVATE
    assert "private" in only(report)["message"]
    assert counting.connections == 0


def test_forbid_private_refuses_what_resolve_leads_to(
    rounds: Rounds, counting: CountingServer
) -> None:
    port = counting.port
    plan = make_plan([{
        "name": "e", "url": f"http://www.example.com:{port}/",
        "resolve": [f"www.example.com:{port}:127.0.0.1"],
    }], **FORBIDDEN)

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == PRIVATE
    assert counting.connections == 0


def test_a_network_without_forbid_private_is_asked_as_ever(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan(
        [
            {"name": "inside", "url": counting.url("/a"),
             "network": "intranet"},
            {"name": "outside", "url": counting.url("/b")},
        ],
        **FORBIDDEN,
    )

    _, report = rounds.check_json(plan)

    assert verdicts(report) == {"inside": HEALTHY, "outside": PRIVATE}
    assert counting.counts() == {"/a": 1}


def test_forbid_private_does_not_use_the_connections_of_other_networks(
    rounds: Rounds, counting: CountingServer
) -> None:
    outside = [f"outside{i}" for i in range(10)]
    plan = make_plan(
        [
            {"name": "inside", "url": counting.url("/a"),
             "network": "intranet"},
            *({"name": name, "url": counting.url("/b")} for name in outside),
        ],
        networks={"outside": {
            "forbid_private": True, "workers": 1, "rate": 50.0,
        }},
        defaults={"network": "outside"},
    )

    _, report = rounds.check_json(plan)

    assert verdicts(report) == {
        "inside": HEALTHY, **dict.fromkeys(outside, PRIVATE)
    }
    assert counting.counts() == {"/a": 1}


PUBLIC = "93.184.216.34"  # inside the namespace it is ours

REDIRECTING = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.headers["Host"], self.path, flush=True)
        leads_on = self.path.startswith("/to/")
        self.send_response(302 if leads_on else 200)
        if leads_on:
            host = self.path[4:]
            self.send_header("Location", "http://" + host + ":8000/private")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Handler)
print("ready", flush=True)
server.serve_forever()
"""


@pytest.fixture
def public_server(
    namespace: Namespace, tmp_path: Path
) -> Iterator[Process]:
    """A server in a namespace, at PUBLIC and at loopback, port 8000.

    /to/HOST leads to that host; its log has the requests.
    """
    namespace.ip("address", "add", f"{PUBLIC}/32", "dev", "lo")
    command = [*namespace.prefix, sys.executable, "-c", REDIRECTING]
    server = Process("public server", command, tmp_path / "public.log")
    server.wait_for_line("ready")
    yield server
    server.stop()


def test_forbid_private_judges_names_once_they_are_resolved(
    rounds: Rounds, namespace: Namespace, public_server: Process
) -> None:
    namespace.serve_names("127.0.0.1")
    plan = make_plan(
        [{"name": "e", "url": "http://name.example:8000/"}], **FORBIDDEN
    )

    _, report = rounds.check_json(plan, prefix=namespace.prefix)

    assert verdict(only(report)) == PRIVATE
    assert public_server.log().splitlines() == ["ready"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "name.example"])
def test_forbid_private_judges_where_a_redirect_leads(
    rounds: Rounds, namespace: Namespace, public_server: Process, host: str
) -> None:
    namespace.serve_names("127.0.0.1")
    plan = make_plan([
        {"name": "public", "url": f"http://{PUBLIC}:8000/"},
        {"name": "redirected", "url": f"http://{PUBLIC}:8000/to/{host}"},
    ], **FORBIDDEN)

    _, report = rounds.check_json(plan, "-n", "1", prefix=namespace.prefix)

    told = verdicts(report)
    assert told["public"] == HEALTHY
    assert told["redirected"].outcome == "unreachable"
    assert told["redirected"].reason == "redirect"
    assert sorted(public_server.log().splitlines()) == sorted([
        "ready", f"{PUBLIC}:8000 /", f"{PUBLIC}:8000 /to/{host}",
    ])


# Requests on connections that the server drops.


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("target", [
    "drops_second_request", "resets_second_request", "closes_after_answer",
])
def test_a_request_that_may_act_goes_over_a_fresh_connection_once(
    rounds: Rounds, faults: Faults, target: str, method: str
) -> None:
    url = faults.url(target)
    plan = make_plan([
        {"name": "before", "url": url},
        {"name": "acts", "url": url, "method": method},
        {"name": "after", "url": url},
        {"name": "acts again", "url": url, "method": method},
    ])

    _, report = rounds.check_json(plan, "-n", "1")

    sent = [each.method for each in faults.target(target).requests]
    assert set(verdicts(report).values()) == {HEALTHY}
    assert sent.count(method) == 2
    assert not by_name(report)["acts"]["connection_reused"]
    assert not by_name(report)["acts again"]["connection_reused"]


@pytest.mark.parametrize("target", [
    "empty_reply", "reset_before_answer", "reset_within",
    "truncated_by_length", "silent_after_request",
])
@pytest.mark.parametrize("retries", [0, 3])
def test_the_server_reads_one_post_for_each_attempt(
    rounds: Rounds, faults: Faults, target: str, retries: int
) -> None:
    plan = make_plan(
        ({"name": f"e{number}", "url": faults.url(target), "method": "POST",
          "json": {"order": number}} for number in range(8)),
        defaults={
            "retries": retries, "retry_delay": "1ms",
            "timeout": "500ms" if SLOWNESS == 1 else "1s",
            "retry_on": ["empty_reply", "reset", "truncated",
                         "first_byte_timeout"],
        },
    )

    _, report = rounds.check_json(plan, "-n", "8")

    attempts = {each["name"]: each["attempts"] for each in report["results"]}
    bodies = [each.body for each in faults.target(target).requests]
    assert set(attempts.values()) == {1 + retries}
    assert len(bodies) == 8 * (1 + retries)
    assert len(set(bodies)) == 8
    assert all(bodies.count(each) == 1 + retries for each in bodies)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target, read_twice", [
    ("drops_second_request", True), ("resets_second_request", False),
    ("closes_after_answer", False),
])
def test_a_kept_connection_that_the_peer_has_closed_is_not_told_as_down(
    rounds: Rounds, faults: Faults, target: str, read_twice: bool, method: str
) -> None:
    plan = make_plan(
        {"name": f"e{number}", "url": faults.url(target), "method": method,
         **({"expect": {"headers": {"Content-Length": "100"}}}
            if method == "GET" else {})}
        for number in range(6)
    )

    code, report = rounds.check_json(plan, "-n", "1")

    count = faults.target(target).request_count
    assert code == 0
    assert set(verdicts(report).values()) == {HEALTHY}
    assert report["summary"]["attempts"] == 6
    assert count <= (12 if read_twice else 6)


def test_a_kept_connection_over_tls_that_the_peer_has_closed_is_not_either(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    targets = ["drops_second_request", "resets_second_request",
               "closes_after_answer"] * 3
    plan = make_plan(
        ({"name": f"{number} {target}",
          "url": faults.shared_url(target, tls=True)}
         for number, target in enumerate(targets)),
        defaults={"tls": {"ca_file": str(certificates.root_file)}},
    )

    _, report = rounds.check_json(plan, "-n", "1")

    assert set(verdicts(report).values()) == {HEALTHY}


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_fault_behind_a_dead_connection_is_told_as_on_a_fresh_one(
    rounds: Rounds, faults: Faults, certificates: Certificates, tls: bool
) -> None:
    names = ["bad_chunk_header", "bad_gzip", "bad_content_encoding",
             "indented_headers", "truncated_chunk", "endless_header_line"]
    endpoints = []
    for name in names:
        for each in ("resets_second_request", name):
            endpoints.append({
                "name": f"{name}: {each}",
                "url": faults.shared_url(each, tls=tls),
                "fresh_connection": False,
            })
    defaults = {"tls": {"ca_file": str(certificates.root_file)}}
    fresh = [each | {"fresh_connection": True} for each in endpoints]

    _, kept = rounds.check_json(make_plan(endpoints, defaults=defaults),
                                "-n", "1")
    _, apart = rounds.check_json(make_plan(fresh, defaults=defaults),
                                 "-n", "1")

    for name in names:
        one, other = (by_name(report)[f"{name}: {name}"]
                      for report in (kept, apart))
        fields = ("outcome", "reason", "phase", "limit", "message")
        assert {key: one[key] for key in fields} == {
            key: other[key] for key in fields
        }


def test_what_an_earlier_check_saw_is_not_told_of_a_later_one(
    rounds: Rounds, faults: Faults
) -> None:
    names_of_faults = [
        "reset_within", "healthy", "truncated_by_length", "healthy",
        "endless_headers", "healthy", "empty_reply", "healthy",
    ]
    plan = make_plan(
        {"name": f"{number}", "url": faults.shared_url(name)}
        for number, name in enumerate(names_of_faults)
    )

    _, report = rounds.check_json(plan, "-n", "1")

    told = list(verdicts(report).values())
    assert told[1::2] == [HEALTHY] * 4
    for record in report["results"][1::2]:
        assert (record["status"], record["bytes"]) == (200, 100)
        assert record["message"] is None


def test_fresh_connection_is_a_connection_of_its_own_for_each_check(
    rounds: Rounds, counting: CountingServer
) -> None:
    plan = make_plan(
        ({"name": f"e{number}", "url": counting.url("/")}
         for number in range(5)),
        defaults={"fresh_connection": True},
    )

    _, report = rounds.check_json(plan, "-n", "1")

    assert counting.connections == 5
    assert report["summary"]["connections_opened"] == 5
    assert report["summary"]["connections_reused"] == 0


# Caps.


@pytest.mark.parametrize("size, told", [(1000, HEALTHY), (1001, TOO_LARGE)])
@pytest.mark.parametrize("packed", [False, True])
def test_max_body_is_the_size_of_the_decoded_body(
    rounds: Rounds,
    counting: CountingServer,
    size: int,
    told: Verdict,
    packed: bool,
) -> None:
    body = b"x" * size
    headers = [("Content-Encoding", "gzip")] if packed else []
    counting.script("/", [
        Answer(200, gzip.compress(body) if packed else body, headers)
    ])
    plan = make_plan([
        {"name": "e", "url": counting.url("/"), "max_body": 1000},
    ])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == told


def test_the_answer_to_head_may_announce_any_length(
    rounds: Rounds, faults: Faults, counting: CountingServer
) -> None:
    plan = make_plan([{
        "name": "e", "url": counting.url("/bytes/5000"), "method": "HEAD",
        "max_body": 10,
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == HEALTHY


def test_large_headers_are_taken_and_larger_ones_are_not(
    rounds: Rounds, counting: CountingServer
) -> None:
    def headers(count: int) -> list[tuple[str, str]]:
        return [(f"X-{number}", "a" * 1000) for number in range(count)]

    counting.script("/large", [Answer(200, b"", headers(100))])
    counting.script("/larger", [Answer(200, b"", headers(600))])
    plan = make_plan([
        {"name": "large", "url": counting.url("/large")},
        {"name": "larger", "url": counting.url("/larger")},
    ])

    _, report = rounds.check_json(plan)

    assert verdicts(report) == {"large": HEALTHY, "larger": TOO_LARGE}


@pytest.mark.parametrize("target", [
    "endless_headers", "endless_header_line", "huge_body_with_length",
    "huge_body_without_length", "huge_body_in_chunks",
])
def test_what_has_no_end_is_not_read_for_long(
    rounds: Rounds, faults: Faults, target: str
) -> None:
    plan = make_plan([
        {"name": "e", "url": faults.url(target), "timeout": "50s"},
    ])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == TOO_LARGE
    assert faults.target(target).bytes_sent < 16 * 1024 * 1024
    assert only(report)["timings_ms"]["total"] < 4000 * SLOWNESS


def test_a_bomb_behind_another_is_too_large_as_well(
    rounds: Rounds, counting: CountingServer
) -> None:
    twice = gzip.compress(gzip.compress(bytes(64 * 1024 * 1024)))
    counting.script("/", [
        Answer(200, twice, [("Content-Encoding", "gzip, gzip")])
    ])

    _, report = rounds.check_json(make_plan([
        {"name": "e", "url": counting.url("/")},
    ]))

    assert verdict(only(report)) == TOO_LARGE


# The plan.


@pytest.mark.parametrize("headers", [
    '{ X-A = "one\\r\\nX-B: two"; }', '{ X-A = "one\\ntwo"; }',
    '{ X-A = "one\\rtwo"; }', '( "X-A: one\\nX-B: two" )',
    '( "X\\nA: one" )', '{ X-A = "${BREAKING}"; }', '( "no colon" )',
    '( ": empty" )', '( "X A: space" )',
])
def test_headers_that_would_be_two_are_mistakes_of_the_plan(
    rounds: Rounds, counting: CountingServer, plan: Any, headers: str
) -> None:
    path = plan(make_plan([
        {"name": "e", "url": counting.url("/"), "headers": Raw(headers)},
    ]))

    done = rounds.check(path, env={"BREAKING": "one\r\nX-B: two"})

    assert done.returncode == 2
    assert "plan.cfg:" in done.stderr
    assert counting.request_count == 0


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "ftp://127.0.0.1/", "javascript:alert(1)",
    "127.0.0.1", "http://", "gopher://127.0.0.1/",
])
def test_only_http_urls_are_endpoints(
    rounds: Rounds, plan: Any, url: str
) -> None:
    path = plan(make_plan([{"name": "e", "url": url}]))

    done = rounds.check(path)

    assert done.returncode == 2
    assert "plan.cfg:" in done.stderr


@pytest.mark.parametrize("mode, is_warned_of", [
    (0o600, False), (0o644, False), (0o664, True), (0o646, True),
])
def test_a_plan_with_secrets_that_others_can_write_is_warned_of(
    rounds: Rounds,
    counting: CountingServer,
    plan: Any,
    mode: int,
    is_warned_of: bool,
) -> None:
    path = plan(make_plan([{
        "name": "e", "url": counting.url("/"),
        "auth": {"bearer": "a-secret-of-ours"},
    }]))
    path.chmod(mode)
    assert stat.S_IMODE(path.stat().st_mode) == mode

    done = rounds.check(path)

    assert done.returncode == 0
    assert ("plan.cfg" in done.stderr) == is_warned_of
