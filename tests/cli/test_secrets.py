"""A secret is found in no output, wherever it stood and whoever quotes it."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from support.certificates import Certificates
from support.counting import Answer
from support.echo import EchoServer
from support.faults import Faults
from support.nginx import HTTP2, Nginx
from support.plan_values import Raw, make_plan
from support.program import Rounds

# A piece of a secret this long is a secret given away, too.
PIECE = 8


def word(place: str) -> str:
    """A secret of letters and digits for one place."""
    return "W" + hashlib.sha256(place.encode()).hexdigest()[:20]


def canary(place: str) -> str:
    """One with characters that each format writes in its own way."""
    digits = hashlib.sha256(place.encode()).hexdigest()
    return f"C{digits[20:30]}+/ &\u00e9\"'%41<{digits[30:40]}>"


def pieces(secret: str) -> Iterator[str]:
    """Its pieces."""
    for start in range(len(secret) - PIECE + 1):
        yield secret[start:start + PIECE]


def looks(secret: str) -> set[str]:
    """The secret in every coat a report may hold it in."""
    data = secret.encode()
    coats = {
        secret, quote(secret), quote(secret, safe=""), quote_plus(secret),
        json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1],
        data.decode("latin-1"),
    }
    for before in range(3):
        digits = base64.b64encode(b"\0" * before + data).decode()
        coats.add(digits[4:].rstrip("=")[:-2])
    return coats


def leaks(output: str, secrets: dict[str, str]) -> list[str]:
    """Where each secret of which a piece is in the output stood."""
    return [
        f"{place}: ...{output[max(0, output.find(piece) - 60):][:120]}..."
        for place, secret in secrets.items()
        for piece in next(
            ([each] for coat in looks(secret) for each in pieces(coat)
             if each in output),
            [],
        )
    ]


@dataclass(frozen=True)
class Trap:
    """A plan full of secrets."""

    plan: str
    secrets: dict[str, str]
    env: dict[str, str] = field(default_factory=dict)


def make_trap(server: EchoServer, faults: Faults, root: Path) -> Trap:
    """A plan with a secret in every place, all quoted when it fails."""
    places = [
        "header", "cookie", "apikey", "password", "query", "json", "form",
        "proxypass", "listed",
    ]
    secrets = {place: canary(place) for place in places}
    secrets |= {place: word(place) for place in ("urlpass", "bearer")}
    env = {
        "API_TOKEN": canary("envtoken"),
        "PATH_SECRET": word("envpath"),
        "BODY_PASSWORD": canary("envbody"),
        "NAME_KEY": word("envname"),
        "SIGNATURE": canary("envsignature"),
    }
    secrets |= env
    url, at = server.url, server.origin.replace("//", "//someuser:{}@")
    proxy = faults.url("proxy_407").replace(
        "//", f"//proxyuser:{quote(secrets['proxypass'], safe='')}@"
    )
    quoting = {
        "status": 200,
        "headers": {"X-Echo": "^never$", "Set-Cookie": "^never$"},
        "body_contains": "never",
        "body_not_contains": "=",
        "body_matches": "^never$",
        "jq": ".never",
        "max_bytes": 1,
        "final_url": "http://127.0.0.1/never",
    }
    endpoints: list[dict[str, Any]] = [
        {"name": "header", "url": url(),
         "headers": {"Authorization": f"Custom {secrets['header']}"}},
        {"name": "cookie", "url": url(),
         "headers": {"Cookie": f"a=b; sid={secrets['cookie']}"}},
        {"name": "api key", "url": url(),
         "headers": {"X-Api-Key": secrets["apikey"]}},
        {"name": "headers as a list", "url": url(),
         "headers": [f"X-My-Token: {secrets['listed']}", "X-Other: open"]},
        {"name": "bearer", "url": url(),
         "auth": {"bearer": secrets["bearer"]}},
        {"name": "password", "url": url(),
         "auth": {"user": "somebody", "password": secrets["password"]}},
        {"name": "url password",
         "url": at.format(secrets["urlpass"]) + "/private"},
        {"name": "query", "url": url("/search"),
         "query": {"q": "open", "access_token": secrets["query"]}},
        {"name": "json", "url": url(), "method": "POST",
         "json": {"user": "me", "deep": {"password": secrets["json"]}}},
        {"name": "form", "url": url(), "method": "POST",
         "form": {"user": "me", "client_secret": secrets["form"]}},
        {"name": Raw('"variable ${NAME_KEY}"'), "url": url(),
         "tags": [Raw('"tag-${NAME_KEY}"')]},
        {"name": "variable in path",
         "url": Raw(f'"{url()}a/${{PATH_SECRET}}/b"')},
        {"name": "variable in body", "url": url(), "method": "POST",
         "body": Raw('"before ${BODY_PASSWORD} after"')},
        {"name": "variable in a header", "url": url(),
         "headers": {"X-Open": Raw('"see ${API_TOKEN}"')}},
        {"name": "variable in an expectation", "url": url(),
         "expect": {"body_contains": Raw('"never ${SIGNATURE}"')}},
        {"name": "proxy", "url": faults.url("healthy"), "proxy": proxy},
        {"name": "proxy tunnel", "url": faults.url("tls_good"),
         "proxy": proxy},
    ]
    for path in ("/away", "/around", "/json/90"):
        endpoints.append({
            "name": f"all to {path}",
            "url": url(path),
            "method": "POST",
            "headers": {
                "Authorization": f"Custom {secrets['header']}",
                "X-Api-Key": secrets["apikey"],
                "Cookie": f"sid={secrets['cookie']}",
            },
            "json": {"password": secrets["json"]},
            "redirects": 3,
        })
    for endpoint in endpoints:
        endpoint.setdefault("expect", quoting)
    plan = make_plan(
        endpoints,
        defaults={
            "timeout": "20s", "connect_timeout": "20s",
            "tls": {"ca_file": str(root)},
        },
    )
    return Trap(plan, secrets, env)


@pytest.fixture
def echo() -> Iterator[EchoServer]:
    """A server that gives everything away again."""
    server = EchoServer()
    yield server
    server.stop()


@pytest.fixture
def trap(
    echo: EchoServer, faults: Faults, certificates: Certificates
) -> Trap:
    """A plan full of secrets."""
    return make_trap(echo, faults, certificates.root_file)


@pytest.fixture
def path(trap: Trap, tmp_path: Path) -> Path:
    """The trap's plan file, which nobody else may read."""
    path = tmp_path / "plan.cfg"
    path.write_text(trap.plan, encoding="utf-8")
    path.chmod(0o600)
    return path


FORMATS = (
    "text", "json", "jsonl", "junit", "tap", "github", "html", "prometheus",
)

WAYS = {
    "text": ("check",),
    "text, quiet": ("check", "-q"),
    "text, verbose": ("check", "-v"),
    "text, verbose, coloured": ("check", "-v", "--color", "always"),
    "json": ("check", "--report", "json"),
    "json, verbose": ("check", "-v", "--report", "json"),
    "dry-run": ("check", "--dry-run"),
    "list": ("list",),
    "list as curl": ("list", "--curl"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_canary_is_found_in_no_output(
    rounds: Rounds, trap: Trap, path: Path, way: str
) -> None:
    done = rounds.run(*WAYS[way], path, env=trap.env)

    assert done.returncode in (0, 1), done.stderr
    assert leaks(done.stdout, trap.secrets) == []
    assert leaks(done.stderr, trap.secrets) == []


def test_the_canaries_are_sent_and_come_back(
    rounds: Rounds, trap: Trap, path: Path, echo: EchoServer
) -> None:
    rounds.run("check", path, env=trap.env)

    received = echo.received()
    sent = set(trap.secrets) - {"proxypass", "SIGNATURE", "NAME_KEY"}
    for place in sent:
        assert any(coat in received for coat in looks(trap.secrets[place])), (
            place
        )


def test_no_format_is_left_out_here(rounds: Rounds) -> None:
    done = rounds.check("--report", "nonsense", "http://127.0.0.1/")

    listed = done.stderr.partition("expected one of ")[2]
    assert done.returncode == 2
    assert tuple(listed.replace(",", " ").split()) == FORMATS


@pytest.mark.parametrize("more", [[], ["-v"]], ids=["", "verbose"])
def test_a_canary_is_found_in_no_report_of_any_format(
    rounds: Rounds, trap: Trap, path: Path, tmp_path: Path, more: list[str]
) -> None:
    files = {name: tmp_path / f"report.{name}" for name in FORMATS}
    files["summary"] = tmp_path / "summary.md"
    files["summary"].touch()
    asked = [f"--report={name}={files[name]}" for name in FORMATS]

    done = rounds.run(
        "check", *more, *asked, path,
        env=trap.env | {"GITHUB_STEP_SUMMARY": str(files["summary"])},
    )

    assert done.returncode == 1
    for name, file in files.items():
        told = file.read_text()
        assert told, name
        assert leaks(told, trap.secrets) == [], name


def test_a_secret_that_is_cut_off_is_not_shown_in_part(
    rounds: Rounds, echo: EchoServer, plan: Any
) -> None:
    secret = canary("cut")
    path = plan(make_plan(
        {"name": f"{kind} {count}", "url": echo.url(f"/{kind}/{count}"),
         "headers": {"X-Api-Key": secret},
         "expect": {"body_contains": "never", "body_matches": "never",
                    "jq": "."}}
        for kind in ("before", "json") for count in range(20, 200, 3)
    ))
    path.chmod(0o600)

    for way in (["--report", "json"], ["-v"]):
        done = rounds.check(*way, path)
        assert done.returncode == 1
        assert leaks(done.stdout, {"cut": secret}) == []


def test_a_secret_far_in_is_not_shown_in_part_by_verbose(
    rounds: Rounds, echo: EchoServer, plan: Any
) -> None:
    secret = canary("far")
    endpoints = [
        endpoint for count in [*range(3600, 4100, 25), *range(16000, 16400, 25)]
        for endpoint in (
            {"name": f"body {count}", "url": echo.url(f"/before/{count}"),
             "headers": {"X-Api-Key": secret}},
            {"name": f"upload {count}", "url": echo.url(), "method": "POST",
             "json": {"x": "." * count, "password": secret}},
        )
    ]
    path = plan(make_plan(endpoints))
    path.chmod(0o600)

    done = rounds.check("-v", path)

    assert done.returncode == 1
    assert leaks(done.stdout, {"far": secret}) == []


def test_verbose_over_http_2_hides_short_secrets_and_all_others(
    rounds: Rounds, nginx: Nginx, certificates: Certificates, plan: Any
) -> None:
    secret = canary("h2")
    path = plan(make_plan([{
        "name": "e", "url": nginx.url(HTTP2, "/status/404"),
        "headers": {"X-Api-Key": "zq9", "Authorization": f"Own {secret}"},
        "tls": {"ca_file": str(certificates.root_file)},
    }]))
    path.chmod(0o600)

    done = rounds.check("-v", path)

    assert "404" in done.stdout
    assert leaks(done.stdout, {"h2": secret}) == []
    assert "zq9" not in done.stdout.replace(str(path), "")


def test_what_a_server_calls_a_secret_is_hidden_too(
    rounds: Rounds, faults: Faults, make_counting: Any, plan: Any
) -> None:
    server = make_counting()
    secrets = {"session": word("session"), "token": word("token")}
    server.script("/", [Answer(200, b"", [
        ("Set-Cookie", f"sid={secrets['session']}; HttpOnly"),
        ("X-Auth-Token", secrets["token"]),
    ])])
    path = plan(make_plan([{
        "name": "e", "url": server.url("/"),
        "expect": {"headers": {"Set-Cookie": "never", "X-Auth-Token": "no"}},
    }]))

    for way in ([], ["-v"], ["--report", "json"]):
        done = rounds.check(*way, path)
        assert done.returncode == 1
        assert leaks(done.stdout, secrets) == []


def test_a_retry_keeps_the_secrets_of_earlier_attempts_hidden(
    rounds: Rounds, echo: EchoServer, plan: Any
) -> None:
    secret = canary("retried")
    path = plan(make_plan([{
        "name": "e", "url": echo.url(), "headers": {"X-Api-Key": secret},
        "expect": {"body_contains": "never"}, "retries": 2,
        "retry_delay": "1ms", "retry_on": ["body", "status"],
    }]))
    path.chmod(0o600)

    for way in (["-v"], ["--report", "json"]):
        done = rounds.check(*way, path)
        assert leaks(done.stdout, {"retried": secret}) == []
    assert len(echo.requests) == 6


# What is no secret.


def test_a_variable_whose_name_is_none_of_a_secret_is_shown(
    rounds: Rounds, echo: EchoServer, plan: Any
) -> None:
    path = plan(make_plan([
        {"name": "e", "url": Raw('"${HTTPBIN}/${STAGE:-production}"')},
    ]))

    done = rounds.check(path, env={"HTTPBIN": echo.origin})
    listed = rounds.run("list", path, env={"HTTPBIN": echo.origin})

    for output in (done.stdout, listed.stdout):
        assert echo.url("/production") in output
        assert "***" not in output


def test_other_headers_and_fields_are_shown_by_verbose(
    rounds: Rounds, echo: EchoServer, plan: Any
) -> None:
    path = plan(make_plan([{
        "name": "e", "url": echo.url(), "method": "POST",
        "headers": {"X-Stage": "production-eu", "X-Api-Key": canary("x")},
        "json": {"user": "somebody"},
    }]))
    path.chmod(0o600)

    done = rounds.check("-v", path)

    assert "> X-Stage: production-eu" in done.stdout
    assert "> X-Api-Key: ***" in done.stdout
    assert "somebody" in done.stdout


def test_reveal_shows_what_list_curl_hides(
    rounds: Rounds, trap: Trap, path: Path
) -> None:
    hidden = rounds.run("list", "--curl", path, env=trap.env)
    shown = rounds.run("list", "--curl", "--reveal", path, env=trap.env)

    assert "***" in hidden.stdout
    for place, secret in trap.secrets.items():
        if place in ("SIGNATURE", "NAME_KEY"):
            continue  # of an expectation and of a name: curl has neither
        told = shown.stdout.replace("'\\''", "'")
        assert any(coat in told for coat in looks(secret)), place


# Plans that are wrong.

WRONG = {
    "an unknown key": '{ name = "e"; url = "URL"; pasword = "SECRET"; }',
    "a secret of the wrong type": (
        '{ name = "e"; url = "URL"; headers = { X-Api-Key = [ "SECRET" ]; }; }'
    ),
    "a bearer beside a user": (
        '{ name = "e"; url = "URL"; '
        'auth = { bearer = "SECRET"; user = "me"; password = "SECRET"; }; }'
    ),
    "a line break in a header": (
        '{ name = "e"; url = "URL"; '
        'headers = { Authorization = "Bearer SECRET\\r\\nX: y"; }; }'
    ),
    "a header that is none": (
        '{ name = "e"; url = "URL"; headers = ( "X-Api-Key SECRET" ); }'
    ),
    "a URL that is none": '{ name = "e"; url = "ftp://me:SECRET@127.0.0.1/"; }',
    "a URL with a bad port": (
        '{ name = "e"; url = "http://me:SECRET@127.0.0.1:99999/"; }'
    ),
    "a URL with a token": (
        '{ name = "e"; url = "htp://127.0.0.1/?access_token=SECRET"; }'
    ),
    "a proxy that is none": (
        '{ name = "e"; url = "URL"; proxy = "gopher://me:SECRET@h:1"; }'
    ),
    "a syntax error behind it": (
        '{ name = "e"; url = "URL"; headers = { X-Api-Key = "SECRET" = 5; }; }'
    ),
    "a string without an end": (
        '{ name = "e"; url = "URL"; auth = { bearer = "SECRET; }; }'
    ),
    "a variable as a method": (
        '{ name = "e"; url = "URL"; method = "${API_TOKEN}"; }'
    ),
    "a variable as a duration": (
        '{ name = "e"; url = "URL"; timeout = "${API_TOKEN}"; }'
    ),
    "a variable as a status": (
        '{ name = "e"; url = "URL"; expect = { status = "${API_TOKEN}"; }; }'
    ),
    "a variable as a pattern": (
        '{ name = "e"; url = "URL"; '
        'expect = { body_matches = "(${API_TOKEN}"; }; }'
    ),
    "a variable as a jq program": (
        '{ name = "e"; url = "URL"; expect = { jq = "${API_TOKEN} |"; }; }'
    ),
    "a variable as a URL": '{ name = "e"; url = "${API_TOKEN}"; }',
    "a variable as a network": (
        '{ name = "e"; url = "URL"; network = "${API_TOKEN}"; }'
    ),
    "a variable as a file": (
        '{ name = "e"; url = "URL"; method = "POST"; '
        'body_file = "${API_TOKEN}"; }'
    ),
    "a variable as a ca_file": (
        '{ name = "e"; url = "URL"; tls = { ca_file = "${API_TOKEN}"; }; }'
    ),
    "a variable as a reason": (
        '{ name = "e"; url = "URL"; retry_on = ["${API_TOKEN}"]; }'
    ),
    "a variable as a size": (
        '{ name = "e"; url = "URL"; max_body = "${API_TOKEN}"; }'
    ),
    "a variable as a resolve": (
        '{ name = "e"; url = "URL"; resolve = ["${API_TOKEN}"]; }'
    ),
    "a name twice": (
        '{ name = "${API_TOKEN}"; url = "URL"; }, '
        '{ name = "${API_TOKEN}"; url = "URL"; }'
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_the_mistakes_of_a_plan_are_told_without_its_secrets(
    rounds: Rounds, echo: EchoServer, plan: Any, mistake: str
) -> None:
    secrets = {"literal": word("literal"), "variable": word("variable")}
    text = WRONG[mistake].replace("SECRET", secrets["literal"])
    path = plan(f'endpoints = (\n{text.replace("URL", echo.url())}\n);\n')
    path.chmod(0o600)
    env = {"API_TOKEN": secrets["variable"]}

    outputs = []
    for arguments in (["check"], ["check", "--dry-run"], ["list", "--curl"]):
        done = rounds.run(*arguments, path, env=env)
        outputs.append(done.stdout + done.stderr)

    assert not echo.requests or mistake == "a variable as a ca_file"
    for output in outputs:
        assert leaks(output, secrets) == []


def test_urls_of_the_command_line_are_shown_without_their_password(
    rounds: Rounds, echo: EchoServer
) -> None:
    secret = word("operand")
    url = echo.url("/?a=1").replace("//", f"//me:{secret}@")

    for way in ([], ["-v"], ["--report", "json"]):
        done = rounds.check(*way, url)
        assert done.returncode == 1
        assert leaks(done.stdout + done.stderr, {"url": secret}) == []
    piped = rounds.check("--urls", "-", stdin=f"{url}\n")
    wrong = rounds.check("--urls", "-", stdin=url.replace("http", "htp"))

    assert len(echo.requests) == 4
    assert wrong.returncode == 2
    assert leaks(piped.stdout + piped.stderr, {"url": secret}) == []
    assert leaks(wrong.stdout + wrong.stderr, {"url": secret}) == []
