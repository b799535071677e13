"""`rounds list`: a plan as it was read, and as curl commands."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.certificates import Certificates
from support.counting import Answer, CountingServer
from support.faults import Faults
from support.messages import Request
from support.plans import plan_of, quoted
from support.program import Rounds, clean_environment

Write = Callable[..., Path]

SECRET = "c4n4ry-0f-0urs"


@pytest.fixture
def engine() -> None:
    """Nothing is sent by `rounds list`: one engine is enough."""


def endpoint(name: str, url: str, settings: str = "") -> str:
    """One endpoint of a plan."""
    return f"{{ name = {quoted(name)}; url = {quoted(url)}; {settings} }}"


def test_endpoints_networks_and_workers_are_listed_and_nothing_is_sent(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan(
        "networks = { shop = { workers = 7; rate = 2.5; per_origin = 3; }; };"
        "endpoints = ("
        + endpoint("百度首页", counting.url("/a"), 'tags = ["smoke", "prod"];')
        + ","
        + endpoint("login", counting.url("/b"),
                   'method = "POST"; network = "shop";')
        + ");"
    )

    done = rounds.run("list", written)

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert "network intranet: 1 endpoint, 16 workers" in lines
    assert any(line.startswith("network shop: 1 endpoint, 7 workers")
               for line in lines)
    assert re.search(r"^百度首页  intranet +GET +\S+/a  #smoke prod$",
                     done.stdout, re.MULTILINE)
    assert re.search(r"^login     shop +POST +\S+/b$", done.stdout,
                     re.MULTILINE)
    assert counting.connections == 0


def test_what_is_listed_may_be_selected(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan(plan_of([counting.url()] * 12))

    done = rounds.run("list", "--only", "e1*", "--exclude", "e11", written)

    assert re.findall(r"^e\d+", done.stdout, re.MULTILINE) == ["e1", "e10"]


def test_a_wrong_plan_is_told_as_it_is_by_check(
    rounds: Rounds, plan: Write
) -> None:
    written = plan("endpoints = ( { nane = 5; } );")

    listed, checked = rounds.run("list", written), rounds.check(written)

    assert listed.returncode == checked.returncode == 2
    assert listed.stderr == checked.stderr != ""
    assert listed.stdout == ""


# As curl commands: each really run, and held against what rounds sends.

REQUESTS = {
    "get": 'query = { a = "b c&d"; };',
    "head": 'method = "HEAD";',
    "post without a body": 'method = "POST";',
    "put json": 'method = "PUT"; json = { a = "it\'s"; b = [1, 2]; };',
    "post json text": r'method = "POST"; json = "{\"a\": null}";',
    "patch body": r'method = "PATCH"; body = "@not a file $HOME `id` \n\\";',
    "post form": 'method = "POST"; form = { user = "a b"; at = "@x"; };',
    "delete": 'method = "DELETE";',
    "delete with a body": 'method = "DELETE"; body = "why";',
    "options": 'method = "OPTIONS";',
    "headers": """headers = [ "X-Twice: 1", "X-Twice: it's \\"2\\"",
                  "X-Empty:", "User-Agent: patrol/1" ];""",
    "own type": """method = "POST"; json = { a = 1; };
                   headers = { content-type = "application/x"; };""",
    "bearer": f'auth = {{ bearer = "{SECRET}"; }};',
    "basic": f'auth = {{ user = "ann"; password = "{SECRET}"; }};',
    "user without a password": "",
    "own credentials": f"""headers = {{ authorization = "Own {SECRET}"; }};""",
    "head with a body": 'method = "HEAD"; json = { a = 1; };',
    "get with a body": 'json = { a = 1; };',
    "uncompressed": "compressed = false;",
    "redirected": "",
    "name": "",
}


# A header of the endpoint's own takes their place.
DEFAULTS = {
    "own credentials": 'defaults = { auth = { user = "ann";'
                       f' password = "{SECRET}"; }}; }};',
}


def essence(request: Request) -> dict:
    """What two programs send alike when they mean the same."""
    headers = [
        (name.lower(), value) for name, value in request.headers
        # What each of them says of itself.
        if name.lower() not in ("user-agent", "accept-encoding")
        or (name, value) == ("User-Agent", "patrol/1")
    ]
    return {
        "method": request.method, "target": request.target,
        "headers": sorted(headers), "body": request.body,
        "accepts": bool(request.header("Accept-Encoding")),
    }


@pytest.mark.parametrize("name", REQUESTS)
def test_a_curl_command_sends_what_rounds_sends(
    rounds: Rounds, counting: CountingServer, plan: Write, name: str
) -> None:
    path = "/redirect" if name == "redirected" else "/a%20b?x=1"
    counting.script("/redirect", [Answer(302, b"", [("Location", "/to")])])
    url = counting.url(path)
    if name == "user without a password":
        url = url.replace("://", "://ann@")
    text = DEFAULTS.get(name, "") + "endpoints = ( " + endpoint(
        "it's $(touch harm); touch harm" if name == "name" else name,
        url, REQUESTS[name],
    ) + " );"
    written = plan(text)

    checked = rounds.check(written)
    listed = rounds.run("list", "--curl", "--reveal", written)
    ran = subprocess.run(
        ["sh", "-e"], input=listed.stdout, capture_output=True, text=True,
        cwd=rounds.directory, env=clean_environment(), timeout=60,
    )

    half = len(counting.requests) // 2
    ours, theirs = counting.requests[:half], counting.requests[half:]
    assert (checked.returncode, listed.returncode) == (0, 0)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert half == (2 if name == "redirected" else 1)
    assert [essence(each) for each in theirs] == [
        essence(each) for each in ours
    ]
    assert not (rounds.directory / "harm").exists()


def test_a_curl_command_speaks_tls_as_the_plan_does(
    rounds: Rounds, faults: Faults, certificates: Certificates, plan: Write
) -> None:
    host = f"shop.example:{faults.target('tls_good').origin.split(':')[-1]}"
    trust = f'ca_file = "{certificates.root_file}";'
    client = certificates.client
    written = plan("endpoints = ( " + ", ".join([
        endpoint("trusting", faults.url("tls_good"), f"tls = {{ {trust} }};"),
        endpoint("unverified", faults.url("tls_self_signed"),
                 "tls = { verify = false; };"),
        endpoint("resolved", f"https://{host}/",
                 f'resolve = ["{host}:127.0.0.1"];'
                 " tls = { verify = false; };"),
        endpoint("client", faults.url("tls_client_certificate_1_2"),
                 f'tls = {{ {trust} cert = "{client.chain_file}";'
                 f' key = "{client.key_file}"; min_version = "1.2"; }};'),
        endpoint("proxy", faults.url("tls_1_3_only"),
                 f'proxy = "{faults.url("proxy_good", "")}";'
                 f' tls = {{ {trust} min_version = "1.3"; }};'),
    ]) + " );")

    checked = rounds.check(written)
    listed = rounds.run("list", "--curl", written)
    ran = subprocess.run(
        ["sh", "-e"], input=listed.stdout, capture_output=True, text=True,
        env=clean_environment(), timeout=60,
    )

    assert (checked.returncode, ran.returncode) == (0, 0), ran.stderr
    for name, requests in [
        ("tls_good", 4), ("tls_self_signed", 2),
        ("tls_client_certificate_1_2", 2), ("tls_1_3_only", 2),
        ("proxy_good", 2),
    ]:
        assert faults.target(name).request_count == requests, name


def test_a_curl_command_asks_for_another_server_name(
    rounds: Rounds, faults: Faults, certificates: Certificates, plan: Write
) -> None:
    written = plan("endpoints = ( " + endpoint(
        "named", faults.url("tls_wrong_name"),
        f'tls = {{ ca_file = "{certificates.root_file}";'
        ' server_name = "elsewhere.example"; };',
    ) + " );")

    checked = rounds.check(written)
    listed = rounds.run("list", "--curl", written)
    ran = subprocess.run(
        ["sh", "-e"], input=listed.stdout, capture_output=True, text=True,
        env=clean_environment(), timeout=60,
    )

    ours, theirs = faults.target("tls_wrong_name").requests
    assert (checked.returncode, ran.returncode) == (0, 0), ran.stderr
    assert ours.header("Host") == theirs.header("Host")


def test_secrets_of_curl_commands_are_hidden_unless_asked_for(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan("endpoints = ( " + endpoint(
        "it", counting.url(f"/?token={SECRET}"),
        f'headers = {{ X-Api-Key = "{SECRET}"; Cookie = "a={SECRET}"; }};'
        f' auth = {{ user = "ann"; password = "{SECRET}"; }};'
        f' method = "POST"; form = {{ password = "{SECRET}"; }};',
    ) + " );")

    hidden = rounds.run("list", "--curl", written).stdout
    revealed = rounds.run("list", "--curl", "--reveal", written).stdout

    assert SECRET not in hidden
    assert SECRET not in rounds.run("list", written).stdout
    assert revealed.count(SECRET) == 5


@pytest.mark.parametrize("operands", [[], ["a.cfg", "b.cfg"]])
def test_list_wants_one_plan(rounds: Rounds, operands: list[str]) -> None:
    done = rounds.run("list", *operands)

    assert (done.returncode, done.stdout) == (2, "")
    assert "plan" in done.stderr
