"""Every kind of request, as it arrives at a server."""

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from support.certificates import Certificates
from support.counting import Answer, CountingServer
from support.faults import Faults
from support.messages import Request
from support.nginx import HTTP2, PLAIN, TLS, Nginx
from support.plans import quoted
from support.program import PROJECT, Rounds
from support.proxies import PASSWORD, USER
from support.tries import patiently

Make = Callable[..., CountingServer]
Write = Callable[..., Path]

METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
EARLY_MS = 5  # by which timers may be off
BODIES = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def endpoint(url: str, settings: str = "", name: str = "it") -> str:
    """One endpoint of a plan."""
    return f'{{ name = "{name}"; url = {quoted(url)}; {settings} }}'


def one(url: str, settings: str = "") -> str:
    """A plan of one endpoint."""
    return f"endpoints = ( {endpoint(url, settings)} );\n"


def check_one(rounds: Rounds, url: str, settings: str = "", **options) -> dict:
    """Check one endpoint and give its result."""
    code, report = rounds.check_json(one(url, settings), **options)
    [result] = report["results"]
    passed = result["outcome"] in ("healthy", "degraded")
    assert code == (0 if passed else 1)
    return result


def ask(
    rounds: Rounds, server: CountingServer, settings: str = "", path: str = "/"
) -> Request:
    """Check one healthy endpoint and give the request that arrived."""
    result = check_one(rounds, server.url(path), settings)
    assert result["outcome"] == "healthy", result["message"]
    [request] = server.requests
    return request


# Methods.


@pytest.mark.parametrize("method", METHODS)
def test_every_method_arrives_as_it_is_called(
    rounds: Rounds, counting: CountingServer, method: str
) -> None:
    result = check_one(
        rounds, counting.url("/echo?a=1"), f'method = "{method}";'
    )

    [request] = counting.requests
    assert result["outcome"] == "healthy"
    assert (result["method"], result["status"]) == (method, 200)
    assert request.method == method
    assert request.target == "/echo?a=1"
    assert request.version == "HTTP/1.1"
    assert request.body == b""
    assert request.header("Content-Type") is None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_method_that_takes_a_body_says_that_there_is_none(
    rounds: Rounds, counting: CountingServer, method: str
) -> None:
    request = ask(rounds, counting, f'method = "{method}";')

    assert request.header("Content-Length") == "0"
    assert request.header("Transfer-Encoding") is None


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_method_without_a_body_announces_none(
    rounds: Rounds, counting: CountingServer, method: str
) -> None:
    request = ask(rounds, counting, f'method = "{method}";')

    assert request.header("Content-Length") is None
    assert request.header("Transfer-Encoding") is None


@pytest.mark.parametrize("method", BODIES)
def test_every_method_but_get_and_head_may_carry_a_body(
    rounds: Rounds, counting: CountingServer, method: str
) -> None:
    request = ask(rounds, counting, f'method = "{method}"; body = "some";')

    assert request.method == method
    assert request.body == b"some"
    assert request.header("Content-Length") == "4"
    assert request.header("Expect") is None


def test_the_answer_to_head_has_a_length_and_no_body(
    rounds: Rounds, counting: CountingServer
) -> None:
    result = check_one(
        rounds, counting.url("/bytes/5000000"), 'method = "HEAD";'
    )

    assert result["outcome"] == "healthy"  # though max_body is a MiB
    assert result["bytes"] == 0


# Headers.


def test_headers_of_a_group_arrive_in_their_order(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(rounds, counting, """headers = {
        X-First = "1"; Accept = "application/json"; X-Second = "zwei: ü";
        X-Empty = "";
    };""")

    own = [pair for pair in request.headers if pair[0].startswith("X-")]
    sent_as_utf8 = "zwei: ü".encode().decode("latin-1")
    assert own == [
        ("X-First", "1"), ("X-Second", sent_as_utf8), ("X-Empty", "")
    ]
    assert request.values("Accept") == ["application/json"]


def test_headers_of_a_list_may_stand_twice(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(rounds, counting, """headers = [
        "X-Twice: one", "X-Between: 2", "X-Twice: three"
    ];""")

    own = [pair for pair in request.headers if pair[0].startswith("X-")]
    assert own == [
        ("X-Twice", "one"), ("X-Between", "2"), ("X-Twice", "three")
    ]


def test_the_user_agent_is_ours_unless_the_plan_has_one(
    rounds: Rounds, make_counting: Make
) -> None:
    usual, own = make_counting(), make_counting()

    ours = ask(rounds, usual)
    theirs = ask(rounds, own, 'headers = { User-Agent = "patrol/2"; };')

    assert ours.values("User-Agent")[0].startswith("rounds/")
    assert theirs.values("User-Agent") == ["patrol/2"]


def test_the_host_header_may_be_another(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(rounds, counting, 'headers = { Host = "www.example.com"; };')

    assert request.values("Host") == ["www.example.com"]


# URL and query.


def test_the_query_is_encoded_and_added_to_the_url(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(
        rounds, counting, 'query = { q = "a b&c=ü/%"; page = "2"; };',
        "/search?kept=1",
    )

    parts = urlsplit(request.target)
    assert parts.path == "/search"
    assert parse_qs(parts.query, strict_parsing=True) == {
        "kept": ["1"], "q": ["a b&c=ü/%"], "page": ["2"]
    }


def test_a_url_with_other_characters_is_encoded(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(rounds, counting, path="/ä/百度 x?q=ü#fragment")

    assert request.target.isascii()
    assert unquote(request.target) == "/ä/百度 x?q=ü"


# Bodies.

JSON_GROUP = """json = {
    user = "张三"; count = 3; big = 12345678901L; ratio = 1.5; ok = true;
    off = false; items = ( { sku = "A-1"; }, 2, "drei" ); tags = [ "x", "y" ];
    none = (); deeper = { much = { so = "yes"; }; };
};"""


def test_a_json_group_becomes_an_object_of_the_same_shape(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(rounds, counting, f'method = "POST"; {JSON_GROUP}')

    assert json.loads(request.body) == {
        "user": "张三", "count": 3, "big": 12345678901, "ratio": 1.5,
        "ok": True, "off": False, "items": [{"sku": "A-1"}, 2, "drei"],
        "tags": ["x", "y"], "none": [], "deeper": {"much": {"so": "yes"}},
    }
    assert request.values("Content-Type") == ["application/json"]


def test_a_json_list_becomes_an_array(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(
        rounds, counting, 'method = "PUT"; json = ( 1, { a = "b"; }, [2] );'
    )

    assert json.loads(request.body) == [1, {"a": "b"}, [2]]
    assert request.values("Content-Type") == ["application/json"]


def test_a_json_text_is_sent_as_it_stands(
    rounds: Rounds, counting: CountingServer
) -> None:
    text = '{ "a":  null, "b": [1,2,  3] }'

    request = ask(rounds, counting, f'method = "POST"; json = {quoted(text)};')

    assert request.body.decode() == text
    assert request.values("Content-Type") == ["application/json"]


def test_a_configured_content_type_wins(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(rounds, counting, """method = "POST"; json = { a = 1; };
        headers = { content-type = "application/vnd.api+json"; };""")

    assert request.values("Content-Type") == ["application/vnd.api+json"]


def test_a_form_is_encoded(rounds: Rounds, counting: CountingServer) -> None:
    request = ask(
        rounds, counting,
        'method = "POST"; form = { user = "a b"; text = "x=1&y=ü+%"; };',
    )

    assert parse_qs(request.body.decode(), strict_parsing=True) == {
        "user": ["a b"], "text": ["x=1&y=ü+%"]
    }
    assert request.values("Content-Type") == [
        "application/x-www-form-urlencoded"
    ]


def test_a_body_is_sent_as_it_is_and_has_no_type_of_its_own(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(
        rounds, counting, r'method = "POST"; body = "line\n\tüber\\";'
    )

    assert request.body.decode() == "line\n\tüber\\"
    assert request.values("Content-Type") == []


def test_a_body_file_is_sent_byte_by_byte(
    rounds: Rounds, counting: CountingServer
) -> None:
    data = bytes(range(256)) * 1000
    (rounds.directory / "blob.bin").write_bytes(data)

    request = ask(
        rounds, counting, 'method = "PUT"; body_file = "blob.bin";'
        ' headers = { Content-Type = "application/octet-stream"; };'
    )

    assert request.body == data
    assert request.values("Content-Type") == ["application/octet-stream"]


def test_a_body_file_lies_beside_its_plan(
    rounds: Rounds, counting: CountingServer, plan: Write, tmp_path: Path
) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "order.xml").write_text("<order/>")
    written = plan(
        one(counting.url(), 'method = "POST"; body_file = "order.xml";'),
        "plans/plan.cfg",
    )

    done = rounds.check("plans/plan.cfg", cwd=tmp_path)

    assert (done.returncode, written.exists()) == (0, True)
    assert [each.body for each in counting.requests] == [b"<order/>"]


def test_a_large_body_gets_through_without_waiting_for_a_continue(
    rounds: Rounds, counting: CountingServer
) -> None:
    (rounds.directory / "large").write_bytes(b"x" * 3_000_000)

    request = ask(rounds, counting, 'method = "POST"; body_file = "large";')

    assert len(request.body) == 3_000_000
    assert request.header("Expect") is None


# Credentials.


def test_a_bearer_token_is_sent(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(rounds, counting, 'auth = { bearer = "abc.def"; };')

    assert request.values("Authorization") == ["Bearer abc.def"]


def basic(user: str, password: str) -> str:
    """The value of Authorization."""
    pair = f"{user}:{password}".encode()
    return "Basic " + base64.b64encode(pair).decode()


def test_a_user_and_a_password_are_sent_at_once(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(
        rounds, counting, 'auth = { user = "ann"; password = "pass:wörd"; };'
    )

    assert request.values("Authorization") == [basic("ann", "pass:wörd")]


def test_credentials_in_the_url_are_sent_and_not_shown(
    rounds: Rounds, counting: CountingServer
) -> None:
    url = counting.url("/x").replace("://", "://ann:s3cret-word@")

    result = check_one(rounds, url)

    [request] = counting.requests
    assert request.values("Authorization") == [basic("ann", "s3cret-word")]
    assert request.target == "/x"
    assert "s3cret-word" not in json.dumps(result)


# Compressed answers.


@pytest.mark.parametrize("encoding, pack", [
    ("gzip", gzip.compress), ("deflate", zlib.compress),
])
def test_a_compressed_answer_is_judged_unpacked(
    rounds: Rounds,
    counting: CountingServer,
    encoding: str,
    pack: Callable[[bytes], bytes],
) -> None:
    body = b"welcome " * 1000
    counting.script("/packed", [
        Answer(200, pack(body), [("Content-Encoding", encoding)])
    ])

    result = check_one(
        rounds, counting.url("/packed"),
        'expect = { body_contains = "welcome"; min_bytes = 8000; };',
    )

    assert result["outcome"] == "healthy", result["message"]
    assert result["bytes"] == len(body)
    [request] = counting.requests
    assert encoding in (request.header("Accept-Encoding") or "")


def test_no_compression_is_asked_for_when_it_is_off(
    rounds: Rounds, counting: CountingServer
) -> None:
    request = ask(rounds, counting, "compressed = false;")

    assert request.header("Accept-Encoding") is None


# Versions.


@pytest.mark.parametrize("wanted, listener, version", [
    ("any", PLAIN, "1.1"), ("any", TLS, "1.1"), ("any", HTTP2, "2"),
    ("1.1", HTTP2, "1.1"), ("2", HTTP2, "2"), ("2", TLS, "1.1"),
])
def test_the_http_version_is_as_wanted_where_the_server_has_it(
    rounds: Rounds,
    nginx: Nginx,
    certificates: Certificates,
    wanted: str,
    listener: int,
    version: str,
) -> None:
    mark = nginx.log_mark()

    result = check_one(
        rounds, nginx.url(listener), f'http_version = "{wanted}";',
        env={"SSL_CERT_FILE": str(certificates.root_file)},
    )

    [entry] = nginx.log_since(mark, at_least=1)
    assert result["outcome"] == "healthy", result["message"]
    assert result["http_version"] == version
    assert entry.protocol == f"HTTP/{version}" + ".0" * (version == "2")


def test_the_ip_version_decides_which_address_is_asked(
    rounds: Rounds, counting: CountingServer
) -> None:
    url = counting.url().replace("127.0.0.1", "localhost")

    four = check_one(rounds, url, 'ip_version = "4";')
    six = check_one(rounds, url, 'ip_version = "6";')

    assert (four["outcome"], four["remote_ip"]) == ("healthy", "127.0.0.1")
    assert six["outcome"] == "unreachable"
    assert counting.request_count == 1


def test_an_address_of_ipv6_is_asked(
    rounds: Rounds, make_counting: Make
) -> None:
    server = make_counting(host="::1")

    result = check_one(rounds, server.url("/six"), 'ip_version = "6";')

    assert (result["outcome"], result["remote_ip"]) == ("healthy", "::1")
    assert server.count("/six") == 1


def test_a_name_is_resolved_as_the_plan_says(
    rounds: Rounds, counting: CountingServer
) -> None:
    host = f"www.example.com:{counting.port}"

    result = check_one(
        rounds, f"http://{host}/x", f'resolve = [ "{host}:127.0.0.1" ];'
    )

    [request] = counting.requests
    assert (result["outcome"], result["remote_ip"]) == ("healthy", "127.0.0.1")
    assert request.values("Host") == [host]


def test_two_endpoints_may_resolve_one_name_differently(
    rounds: Rounds, counting: CountingServer
) -> None:
    host = f"www.example.com:{counting.port}"
    endpoints = [
        endpoint(f"http://{host}/", f'resolve = [ "{host}:{address}" ];', name)
        for name, address in (("here", "127.0.0.1"), ("there", "127.0.0.9"))
    ] * 1

    code, report = rounds.check_json(
        "networks = { public = { workers = 1; }; };"
        f"endpoints = ( {', '.join(endpoints)} );"
    )

    here, there = report["results"]
    assert code == 1
    assert here["outcome"] == "healthy"
    assert there["reason"] == "connect_refused"
    assert counting.request_count == 1


# TLS.


def test_a_server_is_trusted_by_the_ca_file_of_the_plan(
    rounds: Rounds, counting_tls: CountingServer, certificates: Certificates
) -> None:
    trusting = f'tls = {{ ca_file = "{certificates.root_file}"; }};'

    trusted = check_one(rounds, counting_tls.url("/x"), trusting)
    untrusted = check_one(rounds, counting_tls.url("/x"))

    assert trusted["outcome"] == "healthy"
    assert trusted["certificate_expires_at"] == (
        certificates.good.ends.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    )
    assert untrusted["reason"] == "tls_certificate"
    assert counting_tls.count("/x") == 1


def test_verification_may_be_switched_off_and_the_report_says_so(
    rounds: Rounds, counting_tls: CountingServer, plan: Write
) -> None:
    written = plan(one(counting_tls.url(), "tls = { verify = false; };"))

    done = rounds.check(written)

    assert done.returncode == 0
    assert counting_tls.request_count == 1
    assert "not verified" in done.stdout


def test_trust_never_goes_from_one_endpoint_to_another(
    rounds: Rounds, counting_tls: CountingServer, certificates: Certificates
) -> None:
    url = counting_tls.url()
    trusting = f'tls = {{ ca_file = "{certificates.root_file}"; }};'
    unverified = "tls = { verify = false; };"
    kinds = [(trusting, "t"), ("", "n"), (unverified, "u"), ("", "m")] * 5
    endpoints = ", ".join(
        endpoint(url, settings, f"{name}{i}")
        for i, (settings, name) in enumerate(kinds)
    )

    code, report = rounds.check_json(
        "networks = { intranet = { workers = 1; }; };"
        f"endpoints = ( {endpoints} );"
    )

    told = {(r["name"][0], r["reason"]) for r in report["results"]}
    assert code == 1
    assert told == {
        ("t", None), ("u", None), ("n", "tls_certificate"),
        ("m", "tls_certificate"),
    }


def test_another_server_name_is_asked_for_and_verified(
    rounds: Rounds, make_counting: Make, certificates: Certificates
) -> None:
    asked: list[str | None] = []
    context = certificates.wrong_name.server_context()  # elsewhere.example
    context.sni_callback = lambda sock, name, it: asked.append(name)
    server = make_counting(tls=context)
    trust = f'ca_file = "{certificates.root_file}";'
    named = f'tls = {{ {trust} server_name = "elsewhere.example"; }};'

    right = check_one(rounds, server.url("/x"), named)
    wrong = check_one(rounds, server.url("/x"), f"tls = {{ {trust} }};")

    [request] = server.requests
    assert right["outcome"] == "healthy", right["message"]
    assert right["remote_ip"] == "127.0.0.1"
    assert wrong["reason"] == "tls_certificate"
    assert asked[0] == "elsewhere.example"
    assert request.values("Host") == [f"127.0.0.1:{server.port}"]


def test_a_client_certificate_is_shown_where_one_is_wanted(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    url = faults.url("tls_client_certificate_1_3")
    trust = f'ca_file = "{certificates.root_file}";'
    cert = f'cert = "{certificates.client.chain_file}";'
    key = f'key = "{certificates.client.key_file}";'

    with_it = check_one(rounds, url, f"tls = {{ {trust} {cert} {key} }};")
    without = check_one(rounds, url, f"tls = {{ {trust} }};")

    assert with_it["outcome"] == "healthy", with_it["message"]
    assert without["reason"] == "tls_handshake"


@pytest.mark.parametrize("version, reason", [
    ("1.2", None), ("1.3", "tls_handshake"),
])
def test_a_version_of_tls_may_be_too_old(
    rounds: Rounds,
    faults: Faults,
    certificates: Certificates,
    version: str,
    reason: str | None,
) -> None:
    result = check_one(
        rounds, faults.url("tls_1_2_only"),
        f'tls = {{ ca_file = "{certificates.root_file}";'
        f' min_version = "{version}"; }};',
    )

    assert result["reason"] == reason


# Proxies.


def test_a_proxy_forwards_a_plain_request(
    rounds: Rounds, counting: CountingServer, faults: Faults
) -> None:
    proxy = faults.url("proxy_good", "")

    request = ask(
        rounds, counting, f'proxy = "{proxy}"; headers = {{ X-A = "1"; }};',
        "/through?x=1",
    )

    [at_proxy] = faults.target("proxy_good").requests
    assert at_proxy.target == counting.url("/through?x=1")
    assert request.target == "/through?x=1"
    assert request.header("X-A") == "1"


def test_a_proxy_makes_a_tunnel_for_tls(
    rounds: Rounds,
    counting_tls: CountingServer,
    faults: Faults,
    certificates: Certificates,
) -> None:
    proxy = faults.url("proxy_good", "")

    request = ask(
        rounds, counting_tls,
        f'method = "POST"; body = "through"; proxy = "{proxy}";'
        f' headers = {{ X-Api-Key = "k3y-0f-ours"; }};'
        f' tls = {{ ca_file = "{certificates.root_file}"; }};',
    )

    [at_proxy] = faults.target("proxy_good").requests
    assert at_proxy.method == "CONNECT"
    assert at_proxy.target == f"127.0.0.1:{counting_tls.port}"
    assert at_proxy.header("X-Api-Key") is None
    assert request.body == b"through"


@pytest.mark.parametrize("is_tls", [False, True])
def test_the_password_of_a_proxy_stands_in_its_url(
    rounds: Rounds,
    make_counting: Make,
    faults: Faults,
    certificates: Certificates,
    is_tls: bool,
) -> None:
    tls = certificates.good.server_context() if is_tls else None
    server = make_counting(tls=tls)
    proxy = faults.url("proxy_authenticating", "")
    with_it = proxy.replace("://", f"://{USER}:{PASSWORD}@")
    trust = f'tls = {{ ca_file = "{certificates.root_file}"; }};'

    right = check_one(rounds, server.url(), f'proxy = "{with_it}"; {trust}')
    wrong = check_one(rounds, server.url(), f'proxy = "{proxy}"; {trust}')

    [request] = server.requests
    assert right["outcome"] == "healthy", right["message"]
    assert request.header("Proxy-Authorization") is None
    assert wrong["reason"] == "proxy"


def test_the_proxy_of_the_environment_is_not_used(
    rounds: Rounds, counting: CountingServer, faults: Faults
) -> None:
    proxy = faults.url("proxy_502", "")
    names = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")

    result = check_one(
        rounds, counting.url(), env={name: proxy for name in names}
    )

    assert result["outcome"] == "healthy"
    assert faults.target("proxy_502").request_count == 0


# Redirects.


def redirecting(
    server: CountingServer, status: int, to: str, path: str = "/from"
) -> str:
    """The URL of a path that redirects."""
    server.script(path, [Answer(status, b"moved\n", [("Location", to)])])
    return server.url(path)


def test_the_last_answer_of_a_redirect_is_the_one_judged(
    rounds: Rounds, counting: CountingServer
) -> None:
    url = redirecting(counting, 302, "/status/404")

    result = check_one(rounds, url)

    assert (result["outcome"], result["reason"]) == ("unhealthy", "status")
    assert result["status"] == 404
    assert result["url"] == url
    assert [each.path for each in counting.requests] == [
        "/from", "/status/404"
    ]


# Status, method, and what arrives at the end: RFC 9110, section 15.4.
METHOD_CHANGES = [
    (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"),
    (307, "POST", "POST"), (308, "POST", "POST"),
    (301, "PUT", "PUT"), (302, "PUT", "PUT"), (303, "PUT", "GET"),
    (302, "HEAD", "HEAD"), (303, "HEAD", "HEAD"), (307, "GET", "GET"),
    (303, "DELETE", "GET"),
]


@pytest.mark.parametrize("status, method, then", METHOD_CHANGES)
def test_a_redirect_changes_the_method_as_the_rfc_says(
    rounds: Rounds,
    counting: CountingServer,
    status: int,
    method: str,
    then: str,
) -> None:
    url = redirecting(counting, status, "/to")
    body = "json = { a = 1; };" if method in ("POST", "PUT") else ""

    result = check_one(rounds, url, f'method = "{method}"; {body}')

    first, second = counting.requests
    assert result["outcome"] == "healthy"
    assert (first.method, second.method) == (method, then)
    assert first.body == (b'{"a":1}' if body else b"")
    if then == method:
        assert second.body == first.body
        assert second.values("Content-Type") == first.values("Content-Type")
    else:
        assert second.body == b""
        assert second.values("Content-Type") == []
        assert second.header("Content-Length") in (None, "0")


def test_headers_about_the_body_go_with_it_where_a_redirect_drops_it(
    rounds: Rounds, counting: CountingServer
) -> None:
    url = redirecting(counting, 303, "/to")

    check_one(rounds, url, """method = "POST"; body = "{}"; headers = {
        Content-Type = "application/json"; Content-Language = "de";
        X-Kept = "yes"; };""")

    first, second = counting.requests
    assert first.values("Content-Type") == ["application/json"]
    assert second.method == "GET"
    assert second.values("Content-Type") == []
    assert second.values("Content-Language") == []
    assert second.values("X-Kept") == ["yes"]


@pytest.mark.parametrize("most, hops, reason", [
    (10, 10, None), (10, 11, "redirect"), (1, 1, None), (1, 2, "redirect"),
    (30, 25, None),
])
def test_so_many_redirects_are_followed_and_no_more(
    rounds: Rounds, faults: Faults, most: int, hops: int, reason: str | None
) -> None:
    url = faults.url("redirect_chain", count=hops)

    result = check_one(rounds, url, f"redirects = {most};")

    requests = faults.target("redirect_chain").request_count
    assert result["reason"] == reason
    assert requests == min(hops, most) + 1


def test_without_redirects_the_redirect_is_the_answer(
    rounds: Rounds, counting: CountingServer
) -> None:
    url = redirecting(counting, 302, "/to")

    seen = check_one(
        rounds, url, "redirects = 0; expect = { status = 302; };"
    )
    judged = check_one(rounds, url, "redirects = 0;")

    assert (seen["outcome"], seen["status"]) == ("healthy", 302)
    assert (judged["reason"], judged["status"]) == ("status", 302)
    assert counting.count("/to") == 0


@pytest.mark.parametrize("location, lands", [
    ("/a/b?c=d#e", "/a/b?c=d"), ("sibling", "/dir/sibling"),
    ("../up", "/up"), ("?only=query", "/dir/from?only=query"),
    ("//127.0.0.1:{port}/scheme", "/scheme"),
    ("HTTP://127.0.0.1:{port}/case", "/case"),
    ("/sp ace/ü", "/sp ace/ü"),
])
def test_a_location_may_be_relative(
    rounds: Rounds, counting: CountingServer, location: str, lands: str
) -> None:
    to = location.format(port=counting.port)
    to = to.encode().decode("latin-1")
    url = redirecting(counting, 302, to, "/dir/from")
    counting.script("/dir/from", [
        Answer(302, b"", [("Location", to)]), Answer(200)
    ])

    result = check_one(rounds, url)

    assert result["outcome"] == "healthy", result["message"]
    targets = [unquote(each.target) for each in counting.requests]
    assert targets == ["/dir/from", lands]


def test_a_redirect_within_the_origin_reuses_the_connection(
    rounds: Rounds, counting: CountingServer
) -> None:
    url = redirecting(counting, 302, "/to")

    code, report = rounds.check_json(one(url))

    assert code == 0
    assert counting.connections == 1
    assert report["summary"]["connections_opened"] == 1


def test_a_redirect_to_an_origin_that_refuses_is_told_as_that(
    rounds: Rounds, faults: Faults
) -> None:
    result = check_one(rounds, faults.url("redirect_to_refused"))

    assert result["reason"] == "connect_refused"
    assert result["phase"] == "connect"


@pytest.mark.parametrize("name", [
    "redirect_to_other_origin", "redirect_to_other_host",
    "redirect_to_other_scheme",
])
def test_nothing_configured_goes_along_to_another_origin(
    rounds: Rounds, faults: Faults, certificates: Certificates, name: str
) -> None:
    result = check_one(rounds, faults.url(name), f"""
        headers = {{ X-Api-Key = "k3y-0f-ours"; Cookie = "session=s3ss10n"; }};
        auth = {{ user = "ann"; password = "s3cret-word"; }};
        tls = {{ ca_file = "{certificates.root_file}"; }};""")

    [landed] = faults.target("landing").requests
    assert result["outcome"] == "healthy", result["message"]
    for header in ("X-Api-Key", "Cookie", "Authorization"):
        assert landed.header(header) is None


def test_everything_configured_goes_along_within_the_origin(
    rounds: Rounds, faults: Faults
) -> None:
    check_one(rounds, faults.url("redirect_within_origin"), """
        headers = { X-Api-Key = "k3y-0f-ours"; };
        auth = { user = "ann"; password = "s3cret-word"; };""")

    [landed] = faults.target("landing").requests
    assert landed.header("X-Api-Key") == "k3y-0f-ours"
    assert landed.header("Authorization") == basic("ann", "s3cret-word")


# Caps.


@pytest.mark.parametrize("size, cap, reason", [
    (1048576, "", None), (1048577, "", "too_large"),
    (1000, "max_body = 1000;", None), (1001, "max_body = 1000;", "too_large"),
    (2000000, 'max_body = "2MB";', None), (0, "max_body = 1;", None),
])
def test_a_body_may_be_as_large_as_max_body(
    rounds: Rounds,
    counting: CountingServer,
    size: int,
    cap: str,
    reason: str | None,
) -> None:
    result = check_one(rounds, counting.url(f"/bytes/{size}"), cap)

    assert result["reason"] == reason
    if reason is None:
        assert result["bytes"] == size


@pytest.mark.parametrize("name", [
    "huge_body_with_length", "huge_body_without_length",
    "huge_body_in_chunks", "gzip_bomb", "endless_headers",
])
def test_what_has_no_end_is_not_read_to_it(
    rounds: Rounds, faults: Faults, name: str
) -> None:
    result = check_one(rounds, faults.url(name))

    assert (result["reason"], result["phase"]) == ("too_large", "receive")
    assert faults.target(name).bytes_sent < 16 * 1024 * 1024


# Time limits.


@patiently
def test_the_timeout_is_of_the_whole_attempt_redirects_too(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.forget()
    for hop in range(5):
        counting.script(f"/hop{hop}", [Answer(
            302, b"", [("Location", f"/hop{hop + 1}")], delay_ms=300
        )])

    result = check_one(rounds, counting.url("/hop0"), 'timeout = "700ms";')

    assert (result["reason"], result["limit"]) == (
        "first_byte_timeout", "total"
    )
    assert 700 - EARLY_MS <= result["timings_ms"]["total"] < 2500
    assert counting.request_count == 3


@pytest.mark.parametrize("limits, least_ms", [
    ('timeout = "300ms";', 300), ('connect_timeout = "200ms";', 200),
])
@patiently
def test_a_black_hole_is_waited_for_no_longer_than_the_nearest_limit(
    rounds: Rounds, faults: Faults, limits: str, least_ms: int
) -> None:
    result = check_one(rounds, faults.url("black_hole"), limits)

    assert result["reason"] == "connect_timeout"
    assert result["limit"] == (
        "connect" if "connect" in limits else "total"
    )
    total_ms = result["timings_ms"]["total"]
    assert least_ms - EARLY_MS <= total_ms < least_ms + 1500


# What is documented.


def test_the_plan_that_shows_every_key_can_be_read(rounds: Rounds) -> None:
    full = PROJECT / "cfg" / "full.cfg"
    if not full.exists():
        pytest.skip("no cfg/full.cfg")

    done = rounds.check("--dry-run", full)

    assert done.returncode == 0, done.stderr
