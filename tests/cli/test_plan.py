"""Plans: what they may say, and what is told of those that are wrong."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.counting import CountingServer
from support.plans import plan_of, quoted
from support.program import SLOWNESS, Rounds
from support.tries import TRIES, patiently

Write = Callable[..., Path]

MISTAKE = 2
SECOND = 1.0 * SLOWNESS
EARLY_MS = 5  # by which timers may be off


@pytest.fixture
def engine() -> None:
    """Plans are read before any engine starts: one is enough."""


def refused(rounds: Rounds, plan: Path | str, **options: object) -> str:
    """Check a plan that is wrong, quickly, and give what is told of it.

    On a machine that is busy with other things one run of several will do.
    """
    for _ in range(TRIES):
        began = time.monotonic()
        done = rounds.check(plan, **options)
        took = time.monotonic() - began
        if took < SECOND:
            break

    assert done.returncode == MISTAKE, done.stderr
    assert done.stdout == ""
    assert took < SECOND
    return done.stderr


# Mistakes. WELL is one endpoint that would be asked if anything were.

WELL = '{ name = "well"; url = "URL"; }'

# What stands on line 2 (an endpoint's settings on line 4), and what is told
# of it: the key, and words among the rest.
TOP_LEVEL = [
    ('defalts = { timeout = "5s"; };', "defalts", 'did you mean "defaults"'),
    ('defaults = { tiemout = "5s"; };', "tiemout", 'did you mean "timeout"'),
    ("defaults = { timeout = 5; };", "timeout", '"5s"'),
    ('defaults = { timeout = "5"; };', "timeout", "duration"),
    ('defaults = { timeout = "5 parsecs"; };', "timeout", "duration"),
    ('defaults = { timeout = "0s"; };', "timeout", ""),
    ('defaults = { timeout = "-1s"; };', "timeout", "duration"),
    ('defaults = { name = "x"; };', "name", ""),
    ("defaults = 5;", "defaults", "group"),
    ("networks = ( );", "networks", "group"),
    ("networks = { net = { workers = 0; }; };", "workers", "1"),
    ("networks = { net = { workers = 10001; }; };", "workers", "10000"),
    ('networks = { net = { workers = "many"; }; };', "workers", ""),
    ("networks = { net = { rate = -1; }; };", "rate", ""),
    ('networks = { net = { hosts = "a"; }; };', "hosts", "list"),
    ('networks = { net = { hosts = ["10.0.0.0/33"]; }; };', "hosts", ""),
    ("networks = { net = { worker = 3; }; };", "worker",
     'did you mean "workers"'),
    ("nonsense", "", "nonsense"),
]

OF_ENDPOINTS = [
    ('name = "x"; url = "http://a/"; metod = "GET";', "metod",
     'did you mean "method"'),
    ('name = "x"; url = "http://a/"; method = "get";', "method", "capitals"),
    ('name = "x"; url = "http://a/"; method = "GE T";', "method", "GET"),
    ('name = "x"; url = "http://a/"; method = "CONNECT";', "method", "GET"),
    ('name = "x"; url = "ftp://a/";', "url", "http"),
    ('name = "x"; url = "/no/host";', "url", "http"),
    ('name = "x"; url = "http://a b/";', "url", ""),
    ('name = "x"; url = "http://a:99999/";', "url", ""),
    ('name = "x"; url = 5;', "url", "string"),
    ('name = "x";', "url", ""),
    ('url = "http://a/";', "name", ""),
    ('name = "well"; url = "http://a/";', "name", ""),
    ('name = "x"; url = "http://a/"; network = "shpo";', "network", ""),
    ('name = "x"; url = "http://a/"; timeout = 250;', "timeout", "250ms"),
    ('name = "x"; url = "http://a/"; retries = -1;', "retries", ""),
    ('name = "x"; url = "http://a/"; retries = 1.5;', "retries", ""),
    ('name = "x"; url = "http://a/"; retries = 4294967297;', "", "32 bits"),
    ('name = "x"; url = "http://a/"; retries = 9223372036854775807;', "", ""),
    ('name = "x"; url = "http://a/"; enabled = "yes";', "enabled", "true"),
    ('name = "x"; url = "http://a/"; tags = "smoke";', "tags", "list"),
    ('name = "x"; url = "http://a/"; json = { a = 1; }; body = "b";', "",
     "body"),
    ('name = "x"; url = "http://a/"; body_file = "missing";', "body_file",
     "missing"),
    ('name = "x"; url = "http://a/"; max_body = "1 furlong";', "max_body",
     "64KiB"),
    ('name = "x"; url = "http://a/"; http_version = "3";', "http_version",
     "1.1"),
    ('name = "x"; url = "http://a/"; ip_version = "5";', "ip_version", "6"),
    ('name = "x"; url = "http://a/"; proxy = "nowhere";', "proxy", ""),
    ('name = "x"; url = "http://a/"; resolve = ["a:80"];', "resolve", ""),
    ('name = "x"; url = "http://a/"; retry_on = ["weather"];', "retry_on",
     "weather"),
    ('name = "x"; url = "http://a/"; retry_on = ["conect_refused"];',
     "retry_on", "connect_refused"),
    ('name = "x"; url = "http://a/"; tls = { ca_file = "missing.pem"; };',
     "ca_file", "missing.pem"),
    ('name = "x"; url = "http://a/"; tls = { min_version = "1.9"; };',
     "min_version", "1.2"),
    ('name = "x"; url = "http://a/"; expect = { status = 99; };', "status",
     ""),
    ('name = "x"; url = "http://a/"; expect = { status = "299-200"; };',
     "status", ""),
    ('name = "x"; url = "http://a/"; expect = { stauts = 200; };', "stauts",
     'did you mean "status"'),
    ('name = "x"; url = "http://a/"; expect = { body_matches = "(a"; };',
     "body_matches", ""),
    ('name = "x"; url = "http://a/"; expect = { jq = ".a =="; };', "jq", ""),
    ('name = "x"; url = "http://a/"; expect = { headers = { A = "*"; }; };',
     "headers", ""),
    ('name = "x"; url = "http://a/"; headers = { "A" = "b"; };', "", ""),
    (r'name = "x"; url = "http://a/"; headers = { A = "b\r\nC: d"; };',
     "headers", ""),
    (r'name = "x"; url = "http://a/"; headers = [ "A: b\nC: d" ];',
     "headers", ""),
    ('name = "x"; url = "http://a/"; headers = [ "no colon" ];', "headers",
     ""),
    (r'name = "x"; url = "http://a/"; body = "a\x00b";', "", "x00"),
    ('name = "x"; url = "http://a/"; body = "${NOT_SET_AT_ALL}";', "body",
     "NOT_SET_AT_ALL"),
    ('name = "x"; url = "http://a/"; body = "${";', "body", "${NAME}"),
    ('name = "x"; url = "http://a/"; auth = { user = "u"; bearer = "b"; };',
     "auth", ""),
    ('name = "x"; url = "http://a/"; timeout = 5s;', "", "quotes"),
    ('name = "x"; url = "http://a/"; url = "http://b/";', "url", "twice"),
]


def told_on(stderr: str, plan: Path, line: int) -> list[str]:
    """What is told of a line of the plan."""
    mark = f"{plan}:{line}: "
    return [
        each.removeprefix(mark) for each in stderr.splitlines()
        if each.startswith(mark)
    ]


def check_told(told: list[str], key: str, words: str) -> None:
    """That the key and the words are among what is told."""
    assert told, "nothing is told of that line"
    pattern = re.compile(rf"(^|[.\s\"]){re.escape(key)}\b" if key else "")
    assert any(pattern.search(each) and words in each for each in told), told


@pytest.mark.parametrize("text, key, words", TOP_LEVEL)
def test_a_mistake_at_the_top_is_told_with_its_line(
    rounds: Rounds,
    counting: CountingServer,
    plan: Write,
    text: str,
    key: str,
    words: str,
) -> None:
    well = WELL.replace("URL", counting.url())
    written = plan(f"# a plan\n{text}\nendpoints = ( {well} );\n")

    stderr = refused(rounds, written)

    check_told(told_on(stderr, written, 2), key, words)
    assert counting.connections == 0


@pytest.mark.parametrize("text, key, words", OF_ENDPOINTS)
def test_a_mistake_of_an_endpoint_is_told_with_its_line(
    rounds: Rounds,
    counting: CountingServer,
    plan: Write,
    text: str,
    key: str,
    words: str,
) -> None:
    well = WELL.replace("URL", counting.url())
    written = plan(f"endpoints = (\n  {well},\n\n  {{ {text} }}\n);\n")

    stderr = refused(rounds, written)

    check_told(told_on(stderr, written, 4), key, words)
    assert counting.connections == 0


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    lines = ["defaults = {", "  timeout = 5;", '  retries = "two";', "};",
             "networks = {", "  net = { workers = 0; };", "};",
             "endpoints = ("]
    for i in range(20):
        lines.append(f'  {{ name = "e{i}"; url = "{counting.url()}"; '
                     f'tiemout = "{i}s"; }},')
    lines += ['  { name = "e0"; url = "ftp://x/"; }', ");", "alrets = ();"]
    written = plan("\n".join(lines) + "\n")

    stderr = refused(rounds, written)

    told = [int(line) for line in re.findall(
        rf"^{re.escape(str(written))}:(\d+): ", stderr, re.MULTILINE
    )]
    assert told == sorted(told)
    assert set(told) == {2, 3, 6, *range(9, 29), 29, 31}
    assert told.count(29) == 2  # its name and its URL
    assert counting.connections == 0


def test_a_mistake_in_a_large_plan_is_told_within_a_second(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of([counting.url()] * 10000).replace(
        '"e9999"; url', '"e9999"; methd = "GET"; url'
    )
    written = plan(text)

    stderr = refused(rounds, written)

    assert 'did you mean "method"' in stderr
    assert counting.connections == 0


def test_a_hundred_thousand_mistakes_come_to_an_end(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    lines = [f'{{ name = "e{i}"; url = "x"; a{i} = 1; }}'
             for i in range(100000 // SLOWNESS)]

    done = rounds.check(plan(f"endpoints = (\n{', '.join(lines)}\n);"))

    assert done.returncode == MISTAKE


# Files that are no plan.


def test_a_plan_that_is_not_there_is_a_mistake(rounds: Rounds) -> None:
    stderr = refused(rounds, "missing.cfg")

    assert stderr.splitlines() == [
        "missing.cfg: No such file or directory",
        "rounds: expected the file of a plan, or URLs that begin with http:// "
        "or https://",
    ]


@pytest.mark.parametrize("make", ["fifo", "folder", "device", "socket"])
def test_what_is_no_regular_file_is_a_mistake_and_holds_nothing_up(
    rounds: Rounds, tmp_path: Path, make: str
) -> None:
    path = tmp_path / "it"
    if make == "fifo":
        os.mkfifo(path)
    elif make == "folder":
        path.mkdir()
    elif make == "device":
        path = Path("/dev/zero")
    else:
        path = Path("/dev/stdin")

    stderr = refused(rounds, path)

    assert str(path) in stderr


@pytest.mark.parametrize("content", [
    b"", b"\n\n", b"# only a comment\n", b"\xff\xfe\x00p", b"\x7fELF\x00\x01",
    b"endpoints = ( ", b"endpoints = ();", b"endpoints = 5;",
    b'endpoints = ( { name = "a"; url = "http://127.0.0.1/\xff"; } );',
    b"x" * 100000, b"(" * 100000, b"a={" * 100000, b"/* never closed",
    b'endpoints = ( "' + b"a" * 2_000_000 + b'" );', b"a = 1;" * 100000,
])
def test_what_is_no_plan_is_a_mistake(
    rounds: Rounds, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "it.cfg"
    path.write_bytes(content)

    stderr = refused(rounds, path)

    assert str(path) in stderr


def test_a_string_of_megabytes_is_told_and_not_read(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    body = "x" * 10_000_000
    written = plan(plan_of([counting.url()], "", f'body = "{body}";'))

    stderr = refused(rounds, written)

    assert "body_file" in stderr
    assert len(stderr) < 1000


def test_a_huge_file_is_refused_unread(
    rounds: Rounds, tmp_path: Path
) -> None:
    path = tmp_path / "huge.cfg"
    with open(path, "wb") as file:
        file.truncate(1 << 40)  # no byte of it is on the disk

    stderr = refused(rounds, path)

    assert "huge.cfg" in stderr


@pytest.mark.parametrize("text", [
    "endpoints = (\r\n  {r}\r\n);\r\n",  # as an editor on Windows saves it
    "\ufeffendpoints = ( {r} );",
    "endpoints = ( {r} );",
    "endpoints:({r});",
    "// c\n/* c\nc */ endpoints = # c\n( {r} )\n",
])
def test_a_plan_may_be_written_in_many_ways(
    rounds: Rounds, counting: CountingServer, tmp_path: Path, text: str
) -> None:
    well = WELL.replace("URL", counting.url())
    path = tmp_path / "p.cfg"
    path.write_bytes(text.replace("{r}", well).encode())

    code, report = rounds.check_json(path)

    assert (code, report["summary"]["healthy"]) == (0, 1)


# Includes.


def test_an_include_is_looked_for_beside_the_file_that_names_it(
    rounds: Rounds, counting: CountingServer, plan: Write, tmp_path: Path
) -> None:
    (tmp_path / "plans" / "parts").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    plan('@include "parts/top.cfg"\n', "plans/main.cfg")
    plan('defaults = { method = "HEAD"; };\n@include "endpoints.cfg"\n',
         "plans/parts/top.cfg")
    plan(plan_of([counting.url("/a"), counting.url("/b")]),
         "plans/parts/endpoints.cfg")

    code, report = rounds.check_json(
        Path("../plans/main.cfg"), cwd=tmp_path / "elsewhere"
    )

    source = [each["source"] for each in report["results"]]
    assert code == 0
    assert [each.method for each in counting.requests] == ["HEAD", "HEAD"]
    assert {each["file"] for each in source} == {
        "../plans/parts/endpoints.cfg"
    }
    assert [each["line"] for each in source] == [3, 4]


def test_a_mistake_in_an_include_is_told_with_its_own_file_and_line(
    rounds: Rounds, counting: CountingServer, plan: Write, tmp_path: Path
) -> None:
    part = plan('defaults = {\n  timeuot = "1s";\n};\n', "part.cfg")
    main = plan(
        '@include "part.cfg"\n\n' + plan_of([counting.url()]) + "nwtworks={};"
    )

    stderr = refused(rounds, main)

    check_told(told_on(stderr, part, 2), "timeuot", 'did you mean "timeout"')
    check_told(told_on(stderr, main, 7), "nwtworks",
               'did you mean "networks"')


@pytest.mark.parametrize("target", ["plan.cfg", "missing.cfg", "fifo", "/"])
def test_an_include_that_cannot_be_is_told_and_holds_nothing_up(
    rounds: Rounds,
    counting: CountingServer,
    plan: Write,
    tmp_path: Path,
    target: str,
) -> None:
    os.mkfifo(tmp_path / "fifo")
    written = plan(f'\n@include "{target}"\n' + plan_of([counting.url()]))

    stderr = refused(rounds, written)

    assert told_on(stderr, written, 2)
    assert counting.connections == 0


def test_includes_that_go_round_in_a_circle_are_a_mistake(
    rounds: Rounds, plan: Write
) -> None:
    plan('@include "b.cfg"\n', "a.cfg")
    plan('@include "a.cfg"\n', "b.cfg")

    refused(rounds, "a.cfg")


# The environment.


def test_variables_are_put_in_wherever_a_string_stands(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = """
    endpoints = ( {
      name = "${WHAT} of ${WHERE:-nowhere}"; url = "${BASE}/${WHERE:-path}";
      headers = { X-Price = "5$$ and $${WHAT}"; X-Empty = "${EMPTY:-filled}";
                  X-Default = "${UNSET:-a b}"; };
    } );
    """

    code, report = rounds.check_json(plan(text), env={
        "BASE": counting.origin, "WHAT": "health", "EMPTY": ""
    })

    [request] = counting.requests
    assert code == 0
    assert report["results"][0]["name"] == "health of nowhere"
    assert request.path == "/path"
    assert request.header("X-Price") == "5$ and ${WHAT}"
    assert request.header("X-Empty") == "filled"
    assert request.header("X-Default") == "a b"


def test_what_a_variable_holds_is_never_read_as_a_plan(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    hostile = '"; method = "DELETE"; } , { name = "b"; url = "http://b/\\'

    code, report = rounds.check_json(
        plan(plan_of([counting.url()], "", """
            method = "POST"; body = "${HOSTILE} ${HOSTILE}";""")),
        env={"HOSTILE": hostile},
    )

    [request] = counting.requests
    assert (code, len(report["results"])) == (0, 1)
    assert request.method == "POST"
    assert request.body.decode() == f"{hostile} {hostile}"


def test_a_variable_in_a_variable_is_not_looked_into(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    rounds.check_json(
        plan(plan_of([counting.url()], "", """
            method = "POST"; body = "${OUTER}";""")),
        env={"OUTER": "${INNER} $$", "INNER": "unseen"},
    )

    assert [each.body for each in counting.requests] == [b"${INNER} $$"]


def test_all_missing_variables_are_named(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan(
        "endpoints = (\n"
        f'  {{ name = "a"; url = "{counting.url()}${{FIRST_ONE}}"; }},\n'
        f'  {{ name = "b"; url = "{counting.url()}";'
        ' body = "${SECOND_ONE} ${THIRD_ONE}"; }\n);\n'
    )

    stderr = refused(rounds, written)

    check_told(told_on(stderr, written, 2), "url", "FIRST_ONE")
    check_told(told_on(stderr, written, 3), "body", "SECOND_ONE")
    check_told(told_on(stderr, written, 3), "body", "THIRD_ONE")


def test_a_variable_may_break_a_header_and_is_stopped(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    written = plan(plan_of([counting.url()], "", """
        headers = { X-Value = "${VALUE}"; };"""))

    stderr = refused(rounds, written, env={"VALUE": "a\r\nX-Other: b"})

    assert "X-Value" in stderr or "headers" in stderr
    assert counting.connections == 0


# What holds for whom.


def test_an_endpoint_wins_over_the_defaults(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = (
        'defaults = { method = "HEAD"; headers = { X-A = "1"; X-B = "2"; };\n'
        '  expect = { status = 418; }; tags = ["all"]; };\n'
        "endpoints = (\n"
        f'{{ name = "d"; url = "{counting.url("/status/418")}"; }},\n'
        f'{{ name = "o"; url = "{counting.url("/status/202")}";'
        ' method = "GET"; expect = { status = "201-203"; }; tags = ["own"];'
        ' headers = { X-A = "own"; }; }\n);\n'
    )

    code, report = rounds.check_json(plan(text))

    requests = {each.method: each for each in counting.requests}
    assert code == 0, [each["message"] for each in report["results"]]
    assert set(requests) == {"HEAD", "GET"}
    assert requests["HEAD"].header("X-A") == "1"
    assert requests["HEAD"].header("X-B") == "2"
    assert requests["GET"].values("X-A") == ["own"]
    assert [each["tags"] for each in report["results"]] == [["all"], ["own"]]


def test_a_disabled_endpoint_is_not_asked(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = (
        "endpoints = (\n"
        f'{{ name = "on"; url = "{counting.url("/on")}"; }},\n'
        f'{{ name = "off"; url = "{counting.url("/off")}";'
        " enabled = false; }\n);\n"
    )

    code, report = rounds.check_json(plan(text))

    assert (code, len(report["results"])) == (0, 1)
    assert counting.counts() == {"/on": 1}


def test_a_disabled_endpoint_is_held_against_the_rules_all_the_same(
    rounds: Rounds, plan: Write
) -> None:
    written = plan(
        "endpoints = (\n"
        '{ name = "off"; url = "ftp://x/"; enabled = false; }\n);\n'
    )

    check_told(told_on(refused(rounds, written), written, 2), "url", "http")


# Networks.

HOSTS = {
    "http://127.0.0.1:9/": "intranet",
    "http://10.1.2.3/": "intranet",
    "http://192.168.0.1/": "intranet",
    "http://172.16.0.1/": "intranet",
    "http://169.254.1.1/": "intranet",
    "http://[::1]/": "intranet",
    "http://[fd00::1]/": "intranet",
    "http://wiki/": "intranet",
    "http://printer.local/": "intranet",
    "http://nas.lan/": "intranet",
    "http://db.internal/": "intranet",
    "http://www.example.com/": "public",
    "http://8.8.8.8/": "public",
    "http://172.32.0.1/": "public",
    "http://[2001:db8::1]/": "public",
    "http://a.corp.example/": "corp",
    "http://A.B.CORP.example/": "corp",
    "http://10.9.1.1/": "corp",
    "http://[2001:db8:9::7]/": "corp",
    "http://corp.example/": "public",
}


def test_an_endpoint_belongs_to_the_network_of_its_host(
    rounds: Rounds, plan: Write
) -> None:
    endpoints = ", ".join(
        f'{{ name = "{url}"; url = "{url}"; }}' for url in HOSTS
    )
    written = plan(
        'networks = { corp = { workers = 2; hosts = ["*.corp.example",'
        ' "10.9.0.0/16", "2001:db8:9::/48"]; }; };\n'
        f"endpoints = ( {endpoints} );\n"
    )

    listed = rounds.run("list", written)

    assert listed.returncode == 0, listed.stderr
    for url, network in HOSTS.items():
        pattern = rf"^{re.escape(url)}\s+{network}\s"
        assert re.search(pattern, listed.stdout, re.MULTILINE), url


def test_a_named_network_wins_over_the_host(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of(
        [counting.url()], "networks = { mine = { workers = 7; }; };",
        'network = "mine";',
    )

    _, report = rounds.check_json(plan(text))

    assert report["results"][0]["network"] == "mine"
    assert report["summary"]["networks"]["mine"]["workers"] == 7


def test_the_built_in_networks_have_16_and_4_workers(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of([counting.url()] * 40)
    public = plan_of([counting.url()] * 40, "", 'network = "public";')

    _, inside = rounds.check_json(plan(text))
    _, outside = rounds.check_json(plan(public))

    networks = inside["summary"]["networks"], outside["summary"]["networks"]
    assert [each["workers"] for one in networks for each in one.values()] == [
        16, 4
    ]


def test_a_built_in_network_may_be_overridden(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    text = plan_of(
        [counting.url()] * 40, "networks = { intranet = { workers = 3; }; };"
    )

    _, report = rounds.check_json(plan(text))

    told = report["summary"]["networks"]
    assert {name: each["workers"] for name, each in told.items()} == {
        "intranet": 3
    }


# Numbers, durations, sizes.


@pytest.mark.parametrize("duration, milliseconds", [
    ("250ms", 250), ("0.3s", 300), ("1s", 1000),
])
@patiently
def test_a_duration_is_in_its_unit(
    rounds: Rounds,
    counting: CountingServer,
    plan: Write,
    duration: str,
    milliseconds: int,
) -> None:
    counting.close_gate(1000)

    _, report = rounds.check_json(plan(plan_of(
        [counting.url("/gate")], "", f'timeout = "{duration}";'
    )))

    total_ms = report["results"][0]["timings_ms"]["total"]
    assert milliseconds - EARLY_MS <= total_ms < milliseconds + 1000


@pytest.mark.parametrize("size, number", [
    ("1000", 1000), ('"1000"', 1000), ('"1KB"', 1000), ('"1KiB"', 1024),
    ("0x400", 1024), ('"2KiB"', 2048),
])
def test_a_size_is_in_its_unit(
    rounds: Rounds,
    counting: CountingServer,
    plan: Write,
    size: str,
    number: int,
) -> None:
    urls = [counting.url(f"/bytes/{number + i}") for i in (0, 1)]

    _, report = rounds.check_json(
        plan(plan_of(urls, "", f"max_body = {size};"))
    )

    reasons = [each["reason"] for each in report["results"]]
    assert reasons == [None, "too_large"]


STATUS_EXPECTATIONS = {
    "200": (200, 201), "[200, 404]": (404, 403), '"200-204"': (204, 205),
    '"200-204,404"': (404, 405), "(201)": (201, 200),
}


@pytest.mark.parametrize("expectation", STATUS_EXPECTATIONS)
def test_a_status_may_be_a_number_a_list_or_a_text(
    rounds: Rounds,
    counting: CountingServer,
    plan: Write,
    expectation: str,
) -> None:
    urls = [counting.url(f"/status/{status}")
            for status in STATUS_EXPECTATIONS[expectation]]

    _, report = rounds.check_json(plan(plan_of(
        urls, "", f"expect = {{ status = {expectation}; }};"
    )))

    outcomes = [each["outcome"] for each in report["results"]]
    assert outcomes == ["healthy", "unhealthy"]


# Many at once.


@patiently
def test_a_plan_of_many_endpoints_is_read_quickly(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    size = 100000 // SLOWNESS
    written = plan(plan_of([counting.url()] * size))

    began = time.monotonic()
    done = rounds.check("--dry-run", written)

    assert done.returncode == 0, done.stderr
    assert str(size) in done.stdout
    assert time.monotonic() - began < 5 * SECOND
    assert counting.connections == 0


def test_names_are_compared_as_they_stand(
    rounds: Rounds, counting: CountingServer, plan: Write
) -> None:
    names = ["a", "A", " a", "a ", "ä", "a\u0308", "百度", "百度 #2"]
    endpoints = ", ".join(
        f"{{ name = {quoted(name)}; url = {quoted(counting.url())}; }}"
        for name in names
    )

    code, report = rounds.check_json(plan(f"endpoints = ( {endpoints} );"))

    assert code == 0
    assert [each["name"] for each in report["results"]] == names


def test_a_mistake_beside_a_secret_does_not_show_it(
    rounds: Rounds, plan: Write
) -> None:
    secret = "c4n4ry-0f-0urs"
    mistakes = [
        f'url = "http://user:{secret}@host:99999/";',
        'url = "http://a/"; timeout = "${API_TOKEN}";',
        'url = "http://a/"; method = "${API_TOKEN}";',
        f'url = "http://a/"; proxy = "socks9://u:{secret}@proxy/";',
        f'url = "http://a/"; auth = {{ password = "{secret}"; user = 5; }};',
        r'url = "http://a/"; headers = { Authorization = "' + secret
        + r'\n"; };',
        f'url = "http://a/"; headers = {{ X-Api-Key = [ "{secret}" ]; }};',
    ]
    endpoints = ",\n".join(
        f'{{ name = "e{i}"; {mistake} }}' for i, mistake in enumerate(mistakes)
    )
    written = plan(f"endpoints = (\n{endpoints}\n);\n")

    stderr = refused(rounds, written, env={"API_TOKEN": secret})

    for i in range(len(mistakes)):
        assert told_on(stderr, written, 2 + i), mistakes[i]
    assert secret not in stderr
