"""The servers of the tests themselves: that they play what they say."""

# ctest: release only

import gzip
import http.client
import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.certificates import Certificates
from support.counting import Answer, CountingServer
from support.faults import Faults
from support.http_faults import (
    BODY, BOMB_BYTES, CHUNKED_HEAD, HEAD, HOSTILE_BODY, HOSTILE_LINE, OK_LINE,
    SENT_AT_MOST, TYPE_LINE, bomb,
)
from support.httpbin import Httpbin
from support.namespace import Namespace
from support.nginx import HTTP2, PLAIN, TLS, Listener, Nginx
from support.plans import plan_of
from support.processes import Process, wait_until
from support.program import Rounds
from support.proxies import PASSWORD, USER

GET = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n"
LONG = 30.0  # for what must come
SHORT = 0.3  # for what must not come

SYN_SENT = "02"

CURL_REFUSED = 7
CURL_TIMEOUT = 28
CURL_TLS = 35

# What X509_verify_cert() calls them.
CERT_UNKNOWN_ISSUER = 20
CERT_NOT_YET_VALID = 9
CERT_EXPIRED = 10
CERT_SELF_SIGNED = 18
CERT_WRONG_ADDRESS = 64
CERT_WEAK_KEY = 66
CERT_WEAK_SIGNATURE = 68


@dataclass
class Heard:
    """What came on a connection, and how it ended."""

    data: bytes
    ending: str  # "closed", "reset" or "open"


def listen_to(
    client: socket.socket, patience: float = LONG, until: bytes = b""
) -> Heard:
    """Read until the connection ends or nothing comes for a while.

    Until these bytes are among what came, that is a long while.
    """
    data = bytearray()
    try:
        client.settimeout(patience if until in data else LONG)
        while piece := client.recv(65536):
            data += piece
            client.settimeout(patience if until in data else LONG)
    except ConnectionResetError:
        return Heard(bytes(data), "reset")
    except TimeoutError:
        return Heard(bytes(data), "open")
    return Heard(bytes(data), "closed")


def connect(url: str) -> socket.socket:
    """A connection to the host and port of a URL."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), LONG)


def talk(
    url: str, *sent: bytes, patience: float = LONG, until: bytes = b""
) -> Heard:
    """Send bytes to the host and port of a URL, and listen."""
    with connect(url) as client:
        for data in sent:
            client.sendall(data)
        return listen_to(client, patience, until)


def request(target: str) -> bytes:
    """A GET request of this target."""
    return GET.replace(b"/ ", target.encode() + b" ", 1)


def tls_context(certificates: Certificates) -> ssl.SSLContext:
    """A client's context that trusts the root and tells ragged ends."""
    context = ssl.create_default_context(cafile=certificates.root_file)
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


def connect_tls(url: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A TLS connection to the host and port of a URL."""
    return context.wrap_socket(
        connect(url),
        server_hostname=urlsplit(url).hostname,
        suppress_ragged_eofs=False,
    )


def curl(
    *arguments: str | Path, prefix: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run curl; what the server sent is in its output."""
    command = ["curl", "-sS", "--max-time", "60", *arguments]
    return subprocess.run(
        [*prefix, *command],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
    )


def in_parallel(urls: Sequence[str]) -> list[int]:
    """GET each URL at the same time, a connection each: the statuses."""

    def get(url: str) -> int:
        parts = urlsplit(url)
        client = http.client.HTTPConnection(parts.netloc, timeout=LONG)
        try:
            client.request("GET", parts.path)
            return client.getresponse().status
        finally:
            client.close()

    with ThreadPoolExecutor(len(urls)) as pool:
        return list(pool.map(get, urls))


# The counting server.


def test_requests_are_counted_by_path(counting: CountingServer) -> None:
    curl(counting.url("/a"), counting.url("/b?x=1"), counting.url("/a"))

    assert counting.request_count == 3
    assert counting.counts() == {"/a": 2, "/b": 1}
    assert counting.count("/never") == 0


def test_a_kept_connection_is_counted_once(counting: CountingServer) -> None:
    curl(counting.url("/a"), counting.url("/b"), counting.url("/c"))

    assert counting.connections == 1
    assert {each.connection for each in counting.requests} == {1}


def test_a_request_is_kept_as_it_arrived(counting: CountingServer) -> None:
    curl(
        "-X", "PATCH", "-d", "a=1&b=\u00e9", "-H", "X-Twice: 1",
        "-H", "x-twice: 2", counting.url("/path?q=1&q=2"),
    )

    [arrived] = counting.requests
    assert arrived.method == "PATCH"
    assert arrived.target == "/path?q=1&q=2"
    assert arrived.values("X-Twice") == ["1", "2"]
    assert arrived.body == "a=1&b=\u00e9".encode()


def test_a_chunked_body_and_an_expectation_are_read(
    counting: CountingServer,
) -> None:
    curl(
        "-d", "x" * 100000, "-H", "Transfer-Encoding: chunked",
        "-H", "Expect: 100-continue", counting.url("/"),
    )

    [arrived] = counting.requests
    assert arrived.body == b"x" * 100000


def test_the_echo_tells_what_arrived(counting: CountingServer) -> None:
    done = curl("-d", "body", "-H", "X-One: 1", counting.url("/echo?a=b"))

    echo = json.loads(done.stdout)
    assert echo["method"] == "POST"
    assert echo["target"] == "/echo?a=b"
    assert ["X-One", "1"] in echo["headers"]
    assert echo["body"] == "body"


def test_the_answer_to_head_has_no_body(counting: CountingServer) -> None:
    with connect(counting.origin) as client:
        client.sendall(GET.replace(b"GET", b"HEAD"))
        heard = listen_to(client, SHORT, b"\r\n\r\n")

    assert heard.data.endswith(b"Content-Length: 3\r\n\r\n")


def test_a_status_a_size_and_a_delay_are_as_asked(
    counting: CountingServer,
) -> None:
    began = time.monotonic()
    status = curl("-o", "/dev/null", "-w", "%{http_code}",
                  counting.url("/status/418")).stdout
    size = len(curl(counting.url("/bytes/12345")).stdout)
    curl(counting.url("/delay/250"))

    assert status == "418"
    assert size == 12345
    assert time.monotonic() - began >= 0.25


def test_a_script_is_played_in_order_and_its_end_repeated(
    counting: CountingServer,
) -> None:
    counting.script("/flaky", [
        Answer(503, headers=[("Retry-After", "1")]),
        Answer(429),
        Answer(200, b"at last"),
    ])

    url = counting.url("/flaky")
    answers = [curl("-i", url).stdout for _ in range(4)]

    assert "503" in answers[0] and "Retry-After: 1" in answers[0]
    assert "429" in answers[1] and "Retry-After" not in answers[1]
    assert "200" in answers[2] and "at last" in answers[2]
    assert "200" in answers[3] and "at last" in answers[3]


def test_the_gate_holds_requests_until_enough_are_there(
    counting: CountingServer,
) -> None:
    counting.close_gate(64)

    statuses = in_parallel([counting.url("/gate")] * 64)

    assert statuses == [200] * 64
    assert counting.max_in_flight == 64
    assert counting.in_flight == 0


def test_the_gate_stays_shut_when_one_is_missing(
    counting: CountingServer,
) -> None:
    counting.close_gate(3)

    with connect(counting.origin) as one, connect(counting.origin) as two:
        one.sendall(request("/gate"))
        two.sendall(request("/gate"))
        counting.wait_for_in_flight(2)
        assert listen_to(one, SHORT).data == b""
        counting.open_gate()
        assert one.recv(12) == two.recv(12) == b"HTTP/1.1 200"


def test_a_client_that_left_is_not_in_flight(counting: CountingServer) -> None:
    with connect(counting.origin) as client:
        client.sendall(request("/delay/60000"))
        counting.wait_for_in_flight(1)

    counting.wait_for_in_flight(0)
    assert counting.max_in_flight == 1
    wait_until(lambda: counting.open_connections == 0, "the end of it")


def test_thousands_of_requests_are_all_counted(
    counting: CountingServer, tmp_path: Path
) -> None:
    done = curl(
        "-Z", "--parallel-immediate", "--parallel-max", "128",
        "-o", tmp_path / "answers", counting.url("/[1-4000]"),
    )

    assert done.returncode == 0
    assert counting.request_count == 4000
    assert set(counting.counts().values()) == {1}
    assert counting.connections <= 128
    assert counting.arrivals == sorted(counting.arrivals)


def test_the_rate_is_that_of_the_arrivals(counting: CountingServer) -> None:
    with connect(counting.origin) as client:
        for _ in range(5):
            client.sendall(request("/delay/100"))
            client.recv(4096)

    assert 0 < counting.rate() <= 10
    assert counting.most_within(60) == 5
    assert counting.most_within(0.05) == 1


def test_tls_handshakes_are_counted(
    counting_tls: CountingServer, certificates: Certificates
) -> None:
    url = counting_tls.url("/a")
    trusting = ("--cacert", certificates.root_file)
    curl(*trusting, url, url)
    curl(*trusting, url)
    refused = curl(url)

    assert refused.returncode != 0
    assert counting_tls.request_count == 3
    assert counting_tls.connections == 3
    assert counting_tls.handshakes == 2


def test_a_counting_server_may_listen_on_ipv6(
    make_counting: Callable[..., CountingServer],
) -> None:
    server = make_counting(host="::1")

    assert curl("-g", server.url("/")).stdout == "ok\n"


# Faults below HTTP.


def test_a_refused_port_refuses(faults: Faults) -> None:
    with pytest.raises(ConnectionRefusedError):
        connect(faults.url("refused"))


def test_a_black_hole_leaves_the_syn_unanswered(faults: Faults) -> None:
    port = urlsplit(faults.url("black_hole")).port

    clients = [socket.socket() for _ in range(64)]
    for client in clients:
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
    time.sleep(SHORT)  # a SYN that is answered is so at once
    states = {state_of(client, port) for client in clients}
    for client in clients:
        client.close()

    assert states == {SYN_SENT}


def state_of(client: socket.socket, port: int) -> str:
    """The state of a connection to a port as /proc/net/tcp tells it."""
    ends = (client.getsockname()[1], port)
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, *_ = line.split()
        if ends == (int(local[-4:], 16), int(remote[-4:], 16)):
            return state
    return "none"


def test_the_silent_one_accepts_and_reads_nothing(faults: Faults) -> None:
    heard = talk(faults.url("silent_after_accept"), GET, patience=SHORT)

    target = faults.target("silent_after_accept")
    assert heard == Heard(b"", "open")
    assert target.connections == 1
    assert target.request_count == 0


def test_a_large_upload_to_the_silent_one_does_not_get_through(
    faults: Faults,
) -> None:
    with connect(faults.url("silent_after_accept")) as client:
        client.settimeout(SHORT)
        with pytest.raises(TimeoutError):
            client.sendall(bytes(64 * 1024 * 1024))


def test_a_connection_may_be_reset_at_once(faults: Faults) -> None:
    with pytest.raises(ConnectionResetError):
        with connect(faults.url("reset_after_accept")) as client:
            client.recv(1)


# Faults of HTTP, byte by byte. A body of 100 bytes is announced by HEAD.

SENT_AND_ENDED = {
    "silent_after_request": (b"", "open"),
    "reset_before_answer": (b"", "reset"),
    "empty_reply": (b"", "closed"),
    "reset_within": (HEAD + BODY[:50], "reset"),
    "reset_within_headers": (OK_LINE + TYPE_LINE, "reset"),
    "truncated_by_length": (HEAD + BODY[:50], "closed"),
    "truncated_before_body": (HEAD, "closed"),
    "truncated_chunk": (CHUNKED_HEAD + b"64\r\n" + BODY[:50], "closed"),
    "truncated_between_chunks":
        (CHUNKED_HEAD + b"64\r\n" + BODY + b"\r\n", "closed"),
    "truncated_within_headers": (OK_LINE + TYPE_LINE, "closed"),
    "truncated_within_header_line": (OK_LINE + b"Content-Ty", "closed"),
    "truncated_within_status_line": (b"HTTP/1.1 20", "closed"),
    "stall_within_body": (HEAD + BODY[:50], "open"),
    "stall_within_headers": (OK_LINE + b"Content-Ty", "open"),
    "garbage": (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "closed"),
    "closes_after_answer": (HEAD + BODY, "closed"),
    "healthy_without_length": (OK_LINE + TYPE_LINE + b"\r\n" + BODY, "closed"),
}


@pytest.mark.parametrize("name", SENT_AND_ENDED)
def test_a_fault_sends_exactly_this_and_ends_like_this(
    faults: Faults, name: str
) -> None:
    data, ending = SENT_AND_ENDED[name]
    patience = SHORT if ending == "open" else LONG

    heard = talk(faults.url(name), GET, patience=patience, until=data)

    assert heard == Heard(data, ending)
    assert faults.target(name).request_count == 1


@pytest.mark.parametrize("name", SENT_AND_ENDED)
def test_the_shared_port_plays_the_same_by_path(
    faults: Faults, name: str
) -> None:
    data, ending = SENT_AND_ENDED[name]
    patience = SHORT if ending == "open" else LONG
    url = faults.shared_url(name)

    heard = talk(url, request(f"/{name}"), patience=patience, until=data)

    assert heard == Heard(data, ending)
    assert faults.target(name).request_count == 1


SENT_WITHIN = {
    "truncated_within_trailers": b"\r\n0\r\nX-Trailer: it came\r\n",
    "informational_only": b"HTTP/1.1 103 Early Hints\r\n",
    "stall_after_hints": b"HTTP/1.1 103 Early Hints\r\n",
    "healthy_with_trailer": b"\r\n0\r\nX-Trailer: it came\r\n\r\n",
    "healthy_after_hints": b"\r\n\r\nHTTP/1.1 200 OK\r\n",
    "binary_garbage": bytes(range(256)),
    "bad_status_line": b"HTTP/1.1 abc Weird\r\n",
    "bad_version": b"HTTP/7.3 200 OK\r\n",
    "nul_in_header": b"X-Nul: a\x00b\r\n",
    "indented_headers": b"HTTP/1.1 200 OK\r\n\tX-Indented: a\r\n\tX-More",
    "indented_after_hints": b"\r\n\r\nHTTP/1.1 200 OK\r\n X-Indented: a\r\n",
    "indented_after_odd_status": b"http/1.1 200 OK\r\n X-Indented: a\r\n",
    "folded_header": b"X-Folded: a \r\n  b\r\n\t c\r\n",
    "redirect_on_two_lines": b"Location:\r\n\t/landing\r\n\r\n",
    "header_without_name": b"OK\r\nnot a header\r\n",
    "bad_chunk_header": b"\r\n\r\nxyz\r\n",
    "bad_content_encoding": b"Content-Encoding: x-unheard-of\r\n",
    "bad_gzip": b"Content-Encoding: gzip\r\n",
    "truncated_gzip": b"Content-Encoding: gzip\r\n",
    "conflicting_content_length":
        b"Content-Length: 100\r\nContent-Length: 50\r\n",
    "negative_content_length": b"Content-Length: -5\r\n",
    "redirect_without_location": b"HTTP/1.1 302 Found\r\nContent-Length",
}


@pytest.mark.parametrize("name", SENT_WITHIN)
def test_the_answer_of_a_fault_holds_these_bytes(
    faults: Faults, name: str
) -> None:
    heard = talk(faults.url(name), GET, patience=SHORT,
                 until=SENT_WITHIN[name])

    assert SENT_WITHIN[name] in heard.data
    assert faults.target(name).request_count == 1


def test_a_truncated_gzip_has_no_end(faults: Faults) -> None:
    heard = talk(faults.url("truncated_gzip"), GET, patience=SHORT,
                 until=b"\r\n\r\n\x1f\x8b")

    _, _, body = heard.data.partition(b"\r\n\r\n")
    with pytest.raises(EOFError):
        gzip.decompress(body)


def test_what_says_gzip_may_be_none(faults: Faults) -> None:
    heard = talk(faults.url("bad_gzip"), GET)

    _, _, body = heard.data.partition(b"\r\n\r\n")
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(body)


def test_the_gzip_bomb_is_small_and_unpacks_to_much(faults: Faults) -> None:
    heard = talk(faults.url("gzip_bomb"), GET, patience=SHORT, until=bomb())

    _, _, body = heard.data.partition(b"\r\n\r\n")
    assert len(body) < 64 * 1024
    assert len(gzip.decompress(body)) == BOMB_BYTES


@pytest.mark.parametrize("name", ["endless_headers", "endless_header_line"])
def test_an_endless_header_section_has_no_blank_line(
    faults: Faults, name: str
) -> None:
    heard = talk(faults.url(name), GET)

    line_length = max(map(len, heard.data.splitlines()))
    assert len(heard.data) > SENT_AT_MOST * 0.99
    assert b"\r\n\r\n" not in heard.data
    assert (line_length > 100 * 1024) == (name == "endless_header_line")


@pytest.mark.parametrize("name", [
    "huge_body_with_length", "huge_body_without_length", "huge_body_in_chunks"
])
def test_a_huge_body_is_larger_than_anybody_wants(
    faults: Faults, name: str
) -> None:
    heard = talk(faults.url(name), GET)

    assert len(heard.data) > SENT_AT_MOST * 0.99
    announced = b"Content-Length: 1099511627776\r\n" in heard.data
    assert announced == (name == "huge_body_with_length")


def test_a_client_that_stops_reading_stops_what_has_no_end(
    faults: Faults,
) -> None:
    with connect(faults.url("huge_body_with_length")) as client:
        client.sendall(GET)
        client.recv(65536)

    assert faults.target("huge_body_with_length").bytes_sent < SENT_AT_MOST


@pytest.mark.parametrize("name", ["drip", "drip_headers"])
def test_a_drip_is_whole_in_the_end_and_slow(
    faults: Faults, name: str
) -> None:
    url = faults.url(name, ms=5, count=50)

    began = time.monotonic()
    done = curl(url)

    assert done.returncode == 0
    assert len(done.stdout) == (50 if name == "drip" else 100)
    assert time.monotonic() - began >= 0.25


def test_hostile_text_arrives_as_it_is(faults: Faults) -> None:
    heard = talk(faults.url("hostile_text"), GET, patience=SHORT,
                 until=HOSTILE_BODY)

    head, _, body = heard.data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 500 " + HOSTILE_LINE + b"\r\n")
    assert b"\r\nX-Hostile: " + HOSTILE_LINE + b"\r\n" in head
    assert body == HOSTILE_BODY
    for harm in (b"\x1b[", b"]]>", b"<script>", b"\xff", b"::error::"):
        assert harm in HOSTILE_LINE


def test_faults_are_played_over_tls_too(
    faults: Faults, certificates: Certificates
) -> None:
    url = faults.shared_url("truncated_by_length", tls=True)

    with connect_tls(url, tls_context(certificates)) as client:
        client.sendall(request("/truncated_by_length"))
        heard = listen_to(client)

    assert heard == Heard(HEAD + BODY[:50], "closed")


# Kept connections.


def test_a_second_request_may_be_reset_unread(faults: Faults) -> None:
    with connect(faults.url("resets_second_request")) as client:
        client.sendall(GET)
        assert client.recv(4096) == HEAD + BODY
        client.sendall(GET)
        assert listen_to(client) == Heard(b"", "reset")

    assert faults.target("resets_second_request").request_count == 1


def test_a_second_request_may_be_read_and_dropped(faults: Faults) -> None:
    with connect(faults.url("drops_second_request")) as client:
        client.sendall(GET)
        assert client.recv(4096) == HEAD + BODY
        client.sendall(GET)
        assert listen_to(client) == Heard(b"", "closed")

    assert faults.target("drops_second_request").request_count == 2


# Redirects.


def test_a_chain_of_redirects_has_the_length_asked_for(
    faults: Faults,
) -> None:
    done = curl("-L", faults.url("redirect_chain", count=7))

    assert done.stdout == BODY.decode()
    assert faults.target("redirect_chain").request_count == 8


def test_a_redirect_loop_has_no_end(faults: Faults) -> None:
    done = curl("-L", "--max-redirs", "9", faults.url("redirect_loop", "/x"))

    assert "9" in done.stderr
    assert faults.target("redirect_loop").request_count == 10


LOCATIONS = {
    "redirect_to_file": "file:///etc/passwd",
    "redirect_to_ftp": "ftp://127.0.0.1:1/x",
    "redirect_to_javascript": "javascript:alert(document.cookie)",
    "redirect_within_origin": "/landing",
}


@pytest.mark.parametrize("name", LOCATIONS)
def test_a_redirect_leads_where_it_says(faults: Faults, name: str) -> None:
    location = f"\r\nLocation: {LOCATIONS[name]}\r\n"

    heard = talk(faults.url(name, status=307), request("/?status=307"),
                 patience=SHORT, until=location.encode())

    assert heard.data.startswith(b"HTTP/1.1 307 ")
    assert location.encode() in heard.data


def test_a_redirect_leads_to_any_url(faults: Faults) -> None:
    done = curl("-L", faults.url("redirect", to=faults.url("landing")))

    assert done.stdout == "landed\n"


def test_a_hostile_location_arrives_as_it_is(faults: Faults) -> None:
    location = b"Location: http://" + HOSTILE_LINE

    heard = talk(faults.url("redirect_to_hostile"), GET, patience=SHORT,
                 until=location)

    assert location in heard.data


@pytest.mark.parametrize("name", [
    "redirect_within_origin", "redirect_to_other_origin",
    "redirect_to_other_host", "redirect_to_other_scheme",
])
def test_the_landing_shows_which_headers_came_along(
    faults: Faults, certificates: Certificates, name: str
) -> None:
    curl("-L", "--cacert", certificates.root_file,
         "-H", "X-Api-Key: canary", faults.url(name))

    [landed] = faults.target("landing").requests
    assert landed.header("X-Api-Key") == "canary"  # curl sends it along
    came_to_same_port = landed.header("Host") == urlsplit(
        faults.url(name)
    ).netloc
    assert came_to_same_port == (name == "redirect_within_origin")


def test_a_redirect_may_lead_to_a_refused_port(faults: Faults) -> None:
    done = curl("-L", faults.url("redirect_to_refused"))

    assert done.returncode == CURL_REFUSED


# TLS.

VERIFY_CODES = {
    "tls_expired": CERT_EXPIRED,
    "tls_not_yet_valid": CERT_NOT_YET_VALID,
    "tls_wrong_name": CERT_WRONG_ADDRESS,
    "tls_hostile_name": CERT_WRONG_ADDRESS,
    "tls_self_signed": CERT_SELF_SIGNED,
    "tls_unknown_ca": CERT_UNKNOWN_ISSUER,
    "tls_missing_intermediate": CERT_UNKNOWN_ISSUER,
    "tls_weak_key": CERT_WEAK_KEY,
    "tls_weak_signature": CERT_WEAK_SIGNATURE,
}


@pytest.mark.parametrize("name", VERIFY_CODES)
def test_a_bad_certificate_is_bad_in_just_that_way(
    faults: Faults, certificates: Certificates, name: str
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as refusal:
        connect_tls(faults.url(name), tls_context(certificates))

    assert refusal.value.verify_code == VERIFY_CODES[name]
    assert faults.target(name).connections == 1
    assert faults.target(name).request_count == 0


@pytest.mark.parametrize(
    "name", ["tls_good", "tls_1_2_only", "tls_1_3_only", "tls_expiring"]
)
def test_a_good_certificate_is_trusted(
    faults: Faults, certificates: Certificates, name: str
) -> None:
    done = curl("--cacert", certificates.root_file, faults.url(name))

    assert done.stdout == BODY.decode()
    assert faults.target(name).handshakes == 1


def test_the_expiring_certificate_ends_in_ten_days(
    faults: Faults, certificates: Certificates
) -> None:
    url = faults.url("tls_expiring")
    with connect_tls(url, tls_context(certificates)) as client:
        ends = client.getpeercert()["notAfter"]

    days = (ssl.cert_time_to_seconds(ends) - time.time()) / 86400
    assert 9.9 < days < 10.1


@pytest.mark.parametrize("name, version", [
    ("tls_1_2_only", "TLSv1.2"), ("tls_1_3_only", "TLSv1.3"),
])
def test_one_version_is_all_there_is(
    faults: Faults, certificates: Certificates, name: str, version: str
) -> None:
    url = faults.url(name)
    with connect_tls(url, tls_context(certificates)) as client:
        assert client.version() == version


@pytest.mark.parametrize("name, alert", [
    ("tls_old_version", "TLSV1_ALERT_PROTOCOL_VERSION"),
    ("tls_no_common_cipher", "SSLV3_ALERT_HANDSHAKE_FAILURE"),
])
def test_without_common_ground_an_alert_is_sent(
    faults: Faults, certificates: Certificates, name: str, alert: str
) -> None:
    context = tls_context(certificates)
    context.minimum_version = ssl.TLSVersion.TLSv1_2

    with pytest.raises(ssl.SSLError) as refusal:
        connect_tls(faults.url(name), context)

    assert refusal.value.reason == alert


def test_an_old_version_is_spoken_with_those_who_want_it(
    faults: Faults,
) -> None:
    done = curl("-k", "--tlsv1.0", "--tls-max", "1.1", "--ciphers",
                "DEFAULT@SECLEVEL=0", faults.url("tls_old_version"))

    assert done.stdout == BODY.decode()


@pytest.mark.parametrize("version", ["1_2", "1_3"])
def test_a_client_certificate_is_wanted(
    faults: Faults, certificates: Certificates, version: str
) -> None:
    url = faults.url(f"tls_client_certificate_{version}")

    def status(*own: str | Path) -> str:
        return curl("--cacert", certificates.root_file, *own, "-o",
                    "/dev/null", "-w", "%{http_code}", url).stdout

    client, unknown = certificates.client, certificates.unknown_client
    assert status() == "000"
    assert status("--cert", unknown.chain_file,
                  "--key", unknown.key_file) == "000"
    assert status("--cert", client.chain_file,
                  "--key", client.key_file) == "200"


def test_the_refusal_of_a_client_comes_after_the_handshake_in_tls_1_3(
    faults: Faults, certificates: Certificates
) -> None:
    url = faults.url("tls_client_certificate_1_3")
    with connect_tls(url, tls_context(certificates)) as client:
        client.sendall(GET)
        with pytest.raises(ssl.SSLError) as refusal:
            client.recv(1)

    assert refusal.value.reason == "TLSV13_ALERT_CERTIFICATE_REQUIRED"


def client_hello() -> bytes:
    """The first message of a TLS client."""
    outgoing = ssl.MemoryBIO()
    context = ssl.create_default_context()
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="test")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("name, heard", [
    ("tls_stalled_handshake", Heard(b"", "open")),
    ("tls_closed_after_hello", Heard(b"", "closed")),
    ("tls_reset_after_hello", Heard(b"", "reset")),
])
def test_a_handshake_may_end_at_the_client_hello(
    faults: Faults, name: str, heard: Heard
) -> None:
    patience = SHORT if heard.ending == "open" else LONG

    assert talk(faults.url(name), client_hello(), patience=patience) == heard


def test_a_handshake_may_stop_half_way(faults: Faults) -> None:
    url = faults.url("tls_stalled_within_handshake")

    heard = talk(url, client_hello(), patience=SHORT, until=b"\x16\x03")
    done = curl("-k", "--max-time", "0.5", url)

    assert heard.ending == "open"
    assert heard.data.startswith(b"\x16\x03")
    assert done.returncode == CURL_TIMEOUT


def test_a_tls_port_may_speak_plain_http(faults: Faults) -> None:
    heard = talk(faults.url("tls_plain_http"), client_hello())
    done = curl("-k", faults.url("tls_plain_http"))

    assert heard.data.startswith(b"HTTP/1.1 400 ")
    assert done.returncode == CURL_TLS


def test_a_plain_url_may_lead_to_a_tls_port(
    faults: Faults, certificates: Certificates
) -> None:
    url = faults.url("tls_on_plain_port")

    heard = talk(url, GET)
    secured = url.replace("http://", "https://")
    done = curl("--cacert", certificates.root_file, secured)

    assert heard == Heard(b"", "closed")
    assert done.stdout == BODY.decode()


def test_a_plain_request_may_be_answered_by_a_tls_alert(
    faults: Faults,
) -> None:
    heard = talk(faults.url("tls_alert_on_plain_port"), GET)

    assert heard == Heard(b"\x15\x03\x01\x00\x02\x02\x0a", "closed")


@pytest.mark.parametrize("name, length", [
    ("tls_no_close_notify", len(HEAD) + 50),
    ("tls_no_close_notify_without_length",
     len(OK_LINE + TYPE_LINE) + 2 + 100),
])
def test_a_tls_connection_may_end_without_close_notify(
    faults: Faults, certificates: Certificates, name: str, length: int
) -> None:
    with connect_tls(faults.url(name), tls_context(certificates)) as client:
        client.sendall(GET)
        data = b""
        with pytest.raises(ssl.SSLError) as end:
            while piece := client.recv(4096):
                data += piece

    assert "UNEXPECTED_EOF" in str(end.value)
    assert len(data) == length


# Proxies.


def through(proxy: str, url: str, *options: str | Path) -> str:
    """What curl prints of a URL through a proxy."""
    return curl("-x", proxy, *options, url).stdout


def test_the_good_proxy_forwards_and_makes_tunnels(
    faults: Faults, certificates: Certificates
) -> None:
    proxy = faults.url("proxy_good")
    trusting = ("--cacert", certificates.root_file)

    plain = through(proxy, faults.url("healthy", "/path"))
    secured = through(proxy, faults.url("tls_good"), *trusting)

    methods = [each.method for each in faults.target("proxy_good").requests]
    [forwarded] = faults.target("healthy").requests
    assert plain == secured == BODY.decode()
    assert methods == ["GET", "CONNECT"]
    assert forwarded.target == "/path"


def test_the_proxy_with_a_password_wants_it(faults: Faults) -> None:
    proxy = faults.url("proxy_authenticating")
    url = faults.url("healthy")

    without = through(proxy, url, "-i")
    with_it = through(proxy, url, "-i", "-U", f"{USER}:{PASSWORD}")

    assert without.startswith("HTTP/1.1 407 ")
    assert with_it.startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize("name, answer", [
    ("proxy_407", "HTTP/1.1 407 "),
    ("proxy_502", "HTTP/1.1 502 "),
    ("proxy_silent", ""),
    ("proxy_empty", ""),
    ("proxy_reset", ""),
    ("proxy_garbage", "SSH-2.0"),
    ("proxy_stalled_tunnel", "HTTP/1.1 200 "),
])
def test_a_bad_proxy_makes_no_tunnel(
    faults: Faults, certificates: Certificates, name: str, answer: str
) -> None:
    connecting = b"CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n"

    heard = talk(faults.url(name), connecting, patience=SHORT,
                 until=answer.encode())
    done = curl("-x", faults.url(name), "--max-time", "2",
                "--cacert", certificates.root_file, faults.url("tls_good"))

    assert heard.data.decode().startswith(answer)
    assert done.returncode != 0
    assert faults.target("tls_good").connections == 0
    assert faults.target(name).request_count == 2


def test_a_proxy_never_leaves_this_machine(faults: Faults) -> None:
    answer = through(faults.url("proxy_good"), "http://192.0.2.1/", "-i")

    assert answer.startswith("HTTP/1.1 403 ")


def test_every_fault_has_an_origin_of_its_own(faults: Faults) -> None:
    names = [name for name in faults.names() if name != "proxy_refused"]

    origins = {faults.target(name).origin for name in names}

    assert len(origins) == len(names)


def test_counts_start_again_when_forgotten(faults: Faults) -> None:
    talk(faults.url("empty_reply"), GET)
    faults.forget()

    target = faults.target("empty_reply")
    assert (target.connections, target.request_count) == (0, 0)


def test_a_fault_is_played_for_many_at_the_same_time(faults: Faults) -> None:
    def play(_: int) -> Heard:
        return talk(faults.url("reset_within"), GET)

    with ThreadPoolExecutor(64) as pool:
        heard = list(pool.map(play, range(640)))

    assert heard == [Heard(HEAD + BODY[:50], "reset")] * 640
    assert faults.target("reset_within").request_count == 640


# nginx and httpbin.


@pytest.mark.parametrize("listener, version", [
    (PLAIN, "1.1"), (TLS, "1.1"), (HTTP2, "2"),
])
def test_nginx_answers_in_every_way(
    nginx: Nginx, certificates: Certificates, listener: int, version: str
) -> None:
    done = curl("--cacert", certificates.root_file, "-w", "%{http_version}",
                nginx.url(listener))

    assert done.stdout == "a small page\n" + version


def test_nginx_has_statuses_a_redirect_and_a_large_page(nginx: Nginx) -> None:
    def status(path: str) -> str:
        return curl("-o", "/dev/null", "-w", "%{http_code} %{size_download}",
                    nginx.url(path=path)).stdout

    assert status("/status/503").startswith("503 ")
    assert status("/nowhere").startswith("404 ")
    assert status("/redirect").startswith("302 ")
    assert status("/large") == "200 1048576"


def test_the_log_of_nginx_tells_requests_from_connections(
    nginx: Nginx,
) -> None:
    mark = nginx.log_mark()

    url = nginx.url(path="/status/200")
    curl(url, url, url)
    curl(url)

    entries = nginx.log_since(mark, at_least=4)
    assert len(entries) == 4
    assert len({entry.connection for entry in entries}) == 2
    assert {entry.status for entry in entries} == {200}
    assert {entry.target for entry in entries} == {"/status/200"}


def test_nginx_serves_two_hundred_origins(
    make_nginx: Callable[..., Nginx], certificates: Certificates
) -> None:
    server = make_nginx([Listener(tls=True)] * 200)

    done = curl("--cacert", certificates.root_file, *server.urls())

    assert done.stdout == "a small page\n" * 200
    assert len(set(server.ports)) == 200


def test_httpbin_says_what_it_was_asked(httpbin: Httpbin) -> None:
    done = curl("-H", "X-Given: here", httpbin.url("/get?a=1"))

    told = json.loads(done.stdout)
    assert told["args"] == {"a": "1"}
    assert told["headers"]["X-Given"] == "here"


def test_httpbin_is_behind_tls_too(
    httpbin_tls: Nginx, certificates: Certificates
) -> None:
    url = httpbin_tls.url(path="/post")
    done = curl("--cacert", certificates.root_file, "-d", "a=1", url)

    told = json.loads(done.stdout)
    assert told["form"] == {"a": "1"}
    assert told["url"] == url


def test_httpbin_delays_many_at_the_same_time(httpbin: Httpbin) -> None:
    began = time.monotonic()
    statuses = in_parallel([httpbin.url("/delay/1")] * 12)

    assert statuses == [200] * 12
    assert 1 <= time.monotonic() - began < 9


# Processes.


def test_a_process_that_dies_early_shows_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('alas'); raise SystemExit(5)"]
    process = Process("short", command, tmp_path / "log")

    with pytest.raises(AssertionError, match="(?s)ended with 5.*alas"):
        process.wait_until_ready(lambda: False)


def test_a_process_is_ready_when_it_says_so(tmp_path: Path) -> None:
    program = "import time; print('up', flush=True); time.sleep(600)"
    process = Process(
        "long", [sys.executable, "-c", program], tmp_path / "log"
    )

    process.wait_for_line("up")

    assert process.is_alive()
    assert process.stop() != 0
    assert not process.is_alive()


def test_waiting_has_an_end() -> None:
    with pytest.raises(AssertionError, match="in vain: nothing"):
        wait_until(lambda: False, "nothing", seconds=0.05)


# Network namespaces.

CONNECT = """
import errno, socket, sys
client = socket.socket()
client.settimeout(0.5)
try:
    client.connect((sys.argv[1], 80))
except TimeoutError:
    print("timeout")
except OSError as reason:
    print(errno.errorcode[reason.errno])
"""

RESOLVE = """
import socket, sys
found = socket.getaddrinfo(sys.argv[1], 80, type=socket.SOCK_STREAM)
print(*sorted(address[4][0] for address in found))
"""


def connecting_gives(namespace: Namespace, address: str) -> str:
    """How connect() to an address ends in the namespace."""
    command = [sys.executable, "-c", CONNECT, address]
    return namespace.run(command).stdout.strip()


def test_a_namespace_has_no_way_out(namespace: Namespace) -> None:
    assert connecting_gives(namespace, "192.0.2.1") == "ENETUNREACH"


@pytest.mark.parametrize("kind, name", [
    ("prohibit", "EACCES"),
    ("unreachable", "EHOSTUNREACH"),
    ("blackhole", "EINVAL"),
])
def test_a_forbidden_route_fails_in_its_way(
    namespace: Namespace, kind: str, name: str
) -> None:
    namespace.forbid(kind, "192.0.2.0/24")

    assert connecting_gives(namespace, "192.0.2.1") == name


def test_a_route_may_swallow_everything(namespace: Namespace) -> None:
    namespace.swallow("192.0.2.0/24")

    assert connecting_gives(namespace, "192.0.2.1") == "timeout"


def test_a_silent_name_server_never_answers(namespace: Namespace) -> None:
    server = namespace.serve_names("silent")

    done = curl("--connect-timeout", "1", "http://name.example/",
                prefix=namespace.prefix)

    assert done.returncode == CURL_TIMEOUT
    assert "name.example" in server.log().splitlines()


@pytest.mark.parametrize("answer", ["nxdomain", "servfail"])
def test_a_name_server_may_know_nothing(
    namespace: Namespace, answer: str
) -> None:
    namespace.serve_names(answer)

    done = namespace.run(["getent", "ahosts", "name.example"])

    assert done.returncode != 0
    assert done.stdout == ""


def test_a_name_server_may_give_any_address(namespace: Namespace) -> None:
    namespace.serve_names("192.0.2.7", "127.0.0.1")

    done = namespace.run([sys.executable, "-c", RESOLVE, "name.example"])

    assert done.stdout.split() == ["127.0.0.1", "192.0.2.7"]


def test_nothing_is_left_of_a_namespace(tmp_path: Path) -> None:
    with Namespace(tmp_path) as namespace:
        server = namespace.serve_names("silent")

    names = subprocess.run(
        ["ip", "netns", "list"], capture_output=True, text=True, check=True
    ).stdout
    assert namespace.name not in names
    assert not (Path("/etc/netns") / namespace.name).exists()
    assert not server.is_alive()


# The program's own fixture, with a script in place of the program.


def script(directory: Path, text: str) -> Rounds:
    """A program made of a shell script."""
    path = directory / "program"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return Rounds(path, directory)


def test_the_program_gets_a_clean_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    program = script(tmp_path, "env; echo; cat")

    done = program.run(env={"GIVEN": "yes"}, stdin="from stdin")

    assert "proxy" not in done.stdout
    assert "LANG=" not in done.stdout
    assert "GIVEN=yes\n" in done.stdout
    assert done.stdout.endswith("from stdin")


@pytest.mark.parametrize("end", ["kill -SEGV $$", "exit 99"])
def test_a_crash_is_never_taken_for_an_exit_code(
    tmp_path: Path, end: str
) -> None:
    program = script(tmp_path, f"echo the reason >&2; {end}")

    with pytest.raises(AssertionError, match="the reason"):
        program.run()


def test_a_program_that_hangs_is_told_with_what_it_said(
    tmp_path: Path,
) -> None:
    program = script(tmp_path, "echo busy >&2; exec sleep 600")

    with pytest.raises(AssertionError, match="busy"):
        program.run(timeout=0.5)


def test_a_plan_is_written_and_its_report_read(tmp_path: Path) -> None:
    program = script(tmp_path, """echo '{"arguments": "'"$*"'"}'; exit 1""")
    program.engine = "async"

    code, report = program.check_json(plan_of(['http://a"/$']), "-n", "3")

    plan = tmp_path / "plan.cfg"
    wanted = f"check --engine async --report json -n 3 {plan}"
    assert (code, report["arguments"]) == (1, wanted)
    assert r'url = "http://a\"/$$";' in plan.read_text()


def test_what_a_test_started_is_ended(tmp_path: Path) -> None:
    program = script(tmp_path, "echo started; exec sleep 600")

    started = program.start()
    assert started.stdout.readline() == "started\n"
    program.kill_started()

    assert started.returncode is not None
