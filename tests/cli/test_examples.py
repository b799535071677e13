"""The plans in cfg/, run as they are against a real httpbin."""

import json
import re

import pytest

from support.certificates import Certificates
from support.counting import Answer, CountingServer
from support.httpbin import Httpbin
from support.nginx import Nginx
from support.program import PROJECT, SLOWNESS, Rounds
from support.tries import patiently

CFG = PROJECT / "cfg"
TOKEN = "t0ken-0f-the-tests"
USER_AGENT = "rounds (health check)"

# The results of each plan, and the requests that httpbin gets.
PLANS = {
    "minimal.cfg": {
        "page": ("GET", "/html", 200),
        "HTTPBIN GET": ("GET", "/get", 200),
        "HTTPBIN POST": ("POST", "/post", 200),
        "missing page": ("GET", "/no/such/page", 404),
    },
    "limited.cfg": {
        "page": ("GET", "/html", 200),
        "HTTPBIN GET": ("GET", "/get", 200),
        "HTTPBIN POST": ("POST", "/post", 200),
        "missing page": ("GET", "/no/such/page", 404),
        "slow answer, 1 s": ("GET", "/delay/1", 200),
        "slow answer, 2 s": ("GET", "/delay/2", 200),
    },
    "history.cfg": {
        "page": ("GET", "/html", 200),
        "slow answer, 1 s": ("GET", "/delay/1", 200),
    },
    "authenticated.cfg": {
        "who am I": ("GET", "/headers", 200),
        "create an order": ("POST", "/post", 200),
    },
}


@pytest.fixture
def engine() -> None:
    """The plans are the subject here: one engine is enough."""


def told_of(report: dict, base: str) -> dict[str, tuple]:
    """What a report tells, in the shape of PLANS."""
    return {
        each["name"]: (
            each["method"], each["url"].removeprefix(base), each["status"]
        )
        for each in report["results"]
    }


def check(rounds: Rounds, name: str, base: str, **env: str) -> dict:
    """Run a plan against this httpbin; all of it must be healthy."""
    code, report = rounds.check_json(
        CFG / name, env={"HTTPBIN": base, "API_TOKEN": TOKEN, **env}
    )
    messages = {
        each["name"]: each["message"] for each in report["results"]
        if each["outcome"] != "healthy"
    }
    assert (code, messages) == (0, {})
    return report


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_healthy_against_httpbin(
    rounds: Rounds, httpbin: Httpbin, name: str
) -> None:
    report = check(rounds, name, httpbin.origin)

    assert told_of(report, httpbin.origin) == PLANS[name]


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_healthy_against_httpbin_behind_tls(
    rounds: Rounds, httpbin_tls: Nginx, certificates: Certificates, name: str
) -> None:
    base = httpbin_tls.url(path="")
    mark = httpbin_tls.log_mark()

    report = check(
        rounds, name, base, SSL_CERT_FILE=str(certificates.root_file)
    )

    entries = httpbin_tls.log_since(mark, at_least=len(PLANS[name]))
    assert told_of(report, base) == PLANS[name]
    assert sorted((e.method, e.target, e.status) for e in entries) == sorted(
        PLANS[name].values()
    )
    for each in report["results"]:
        assert each["url"].startswith("https://")
        assert each["certificate_expires_at"] is not None


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_does_not_trust_a_server_nobody_vouches_for(
    rounds: Rounds, httpbin_tls: Nginx, name: str
) -> None:
    code, report = rounds.check_json(
        CFG / name, env={"HTTPBIN": httpbin_tls.url(path="")}
    )

    assert code == 1
    reasons = {each["reason"] for each in report["results"]}
    assert reasons == {"tls_certificate"}


@patiently
def test_the_limited_plan_takes_as_long_as_its_longest_check(
    rounds: Rounds, httpbin: Httpbin
) -> None:
    report = check(rounds, "limited.cfg", httpbin.origin)

    bound_ms = report["summary"]["lower_bound_ms"]
    assert 2000 <= bound_ms <= report["elapsed_ms"] < 5000 * SLOWNESS
    assert report["summary"]["networks"]["httpbin"]["workers"] == 3


def test_the_limited_plan_has_three_in_flight_and_no_more(
    rounds: Rounds, counting: CountingServer
) -> None:
    paths = {path for _, path, _ in PLANS["limited.cfg"].values()}
    for path in paths:
        status = 404 if "such" in path else 200
        counting.script(path, [Answer(status, delay_ms=200)])

    check(rounds, "limited.cfg", counting.origin)

    assert counting.max_in_flight == 3
    assert counting.counts() == {path: 1 for path in paths}


def test_the_authenticated_plan_sends_what_it_says(
    rounds: Rounds, counting: CountingServer
) -> None:
    headers = [("Content-Type", "application/json")]
    echo = {"headers": {"User-Agent": USER_AGENT}}
    counting.script("/headers", [Answer(200, json.dumps(echo).encode(),
                                        headers)])
    order = {"json": {"items": [1, 2]}}
    counting.script("/post", [Answer(201, json.dumps(order).encode(),
                                     headers)])

    check(rounds, "authenticated.cfg", counting.origin)

    requests = {each.path: each for each in counting.requests}
    for request in requests.values():
        assert request.values("Authorization") == [f"Bearer {TOKEN}"]
    assert requests["/headers"].values("User-Agent") == [USER_AGENT]
    assert requests["/post"].values("Content-Type") == ["application/json"]
    assert json.loads(requests["/post"].body) == {
        "customer": "张三",
        "items": [{"sku": "A-1", "count": 2}, {"sku": "B-7", "count": 1}],
        "express": False,
    }


def test_the_token_of_the_authenticated_plan_is_shown_nowhere(
    rounds: Rounds, counting: CountingServer
) -> None:
    env = {"HTTPBIN": counting.origin, "API_TOKEN": TOKEN}
    plan = CFG / "authenticated.cfg"

    done = rounds.check("-v", "--report", "text", "--report", "json=r.json",
                        plan, env=env)
    listed = rounds.run("list", "--curl", plan, env=env)

    report = (rounds.directory / "r.json").read_text()
    assert done.returncode == 1  # /headers does not answer as httpbin does
    for output in (done.stdout, done.stderr, report, listed.stdout):
        assert TOKEN not in output


@pytest.mark.parametrize("name", PLANS)
def test_without_a_variable_the_public_httpbin_is_meant(
    rounds: Rounds, name: str
) -> None:
    listed = rounds.run("list", CFG / name)

    assert listed.returncode == 0, listed.stderr
    urls = re.findall(r"https?://\S+", listed.stdout)
    assert urls == [
        f"https://httpbin.org{path}" for _, path, _ in PLANS[name].values()
    ]


def test_every_plan_in_the_folder_can_be_read(rounds: Rounds) -> None:
    plans = sorted(CFG.glob("*.cfg"))

    assert set(PLANS) <= {plan.name for plan in plans}
    for plan in plans:
        done = rounds.check("--dry-run", plan)

        assert done.returncode == 0, done.stderr


def test_every_plan_in_the_folder_is_healthy_against_httpbin(
    rounds: Rounds,
    httpbin: Httpbin,
    httpbin_tls: Nginx,
    certificates: Certificates,
) -> None:
    trust = {"SSL_CERT_FILE": str(certificates.root_file)}

    for plan in sorted(CFG.glob("*.cfg")):
        if plan.name not in PLANS:
            check(rounds, plan.name, httpbin.origin)
            check(rounds, plan.name, httpbin_tls.url(path=""), **trust)
