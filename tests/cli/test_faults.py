"""Every way an endpoint can fail is told apart from all others."""

# ctest: first
# ctest: timeout 420

import json
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from support import http_faults
from support.certificates import Certificates
from support.faults import Faults
from support.namespace import Namespace
from support.plan_values import make_plan
from support.plans import write_plan
from support.program import SLOWNESS, Rounds
from support.proxies import PASSWORD, USER
from support.records import HEALTHY, Verdict, by_name, verdict

WORKERS = (1, 4, 16, 64)
ROUNDS = 10 if SLOWNESS == 1 else 2

# How long what has to run into a limit gets, by the number of workers: BRIEF
# where nothing comes from the server first, PATIENCE where something does. The
# more is going on at a time, the longer everything takes; where it took longer
# than that on a machine with other things to do, each gets more.
BRIEF_MS = {1: 60, 4: 120, 16: 300, 64: 800}
PATIENCE_MS = {1: 400, 4: 600, 16: 1000, 64: 1500}
ROUNDS_AT_A_TIME = {1: 5, 4: 5, 16: 3, 64: 2}
LENIENCE = (1, 3, 9)


@dataclass(frozen=True)
class Row:
    """A fault and what must be told of it.

    The target has the row's name unless it says otherwise. Where a fault's
    moment is a matter of luck, `phases` are those it may be told in.
    """

    verdict: Verdict
    settings: dict[str, Any] = field(default_factory=dict)
    target: str = ""
    query: dict[str, object] = field(default_factory=dict)
    phases: tuple[str, ...] = ()


def unreachable(
    reason: str, phase: str, limit: str | None = None
) -> Verdict:
    return Verdict("unreachable", reason, phase, limit)


STATUS = Verdict("unhealthy", "status", "verify")
RESET_WAITING = unreachable("reset", "wait")
RESET_RECEIVING = unreachable("reset", "receive")
TRUNCATED = unreachable("truncated", "receive")
PROTOCOL = unreachable("protocol", "receive")
TOO_LARGE = unreachable("too_large", "receive")
REDIRECT = unreachable("redirect", "receive")
HANDSHAKE = unreachable("tls_handshake", "tls")
CERTIFICATE = unreachable("tls_certificate", "tls")
PROXY = unreachable("proxy", "connect")
NO_FIRST_BYTE = unreachable("first_byte_timeout", "wait", "total")
NO_END = unreachable("read_timeout", "receive", "total")
SILENCE = unreachable("read_timeout", "receive", "read")

ROWS: dict[str, Row] = {
    # No connection.
    "refused": Row(unreachable("connect_refused", "connect")),
    "black_hole": Row(
        unreachable("connect_timeout", "connect", "connect"),
        {"connect_timeout": "BRIEF"},
    ),
    "black hole, timeout": Row(
        unreachable("connect_timeout", "connect", "total"),
        {"timeout": "BRIEF"},
        target="black_hole",
    ),
    "reset_after_accept": Row(
        RESET_WAITING, phases=("connect", "send", "wait")
    ),

    # No answer.
    "silent_after_accept": Row(NO_FIRST_BYTE, {"timeout": "BRIEF"}),
    "silent to an upload": Row(
        unreachable("first_byte_timeout", "send", "total"),
        {"timeout": "BRIEF", "method": "POST", "body_file": "large"},
        target="silent_after_accept",
    ),
    "silent_after_request": Row(NO_FIRST_BYTE, {"timeout": "BRIEF"}),
    "reset_before_answer": Row(RESET_WAITING),
    "empty_reply": Row(unreachable("empty_reply", "wait")),

    # No end of the answer.
    "reset_within": Row(RESET_RECEIVING),
    "reset_within_headers": Row(RESET_RECEIVING),
    "truncated_by_length": Row(TRUNCATED),
    "truncated_before_body": Row(TRUNCATED),
    "truncated_chunk": Row(TRUNCATED),
    "truncated_between_chunks": Row(TRUNCATED),
    "truncated_within_trailers": Row(TRUNCATED),
    "truncated_within_headers": Row(TRUNCATED),
    "truncated_within_header_line": Row(TRUNCATED),
    "truncated_within_status_line": Row(TRUNCATED),
    "informational_only": Row(TRUNCATED),
    # libcurl 7.88 does not miss the end of a gzip stream.
    "truncated_gzip": Row(HEALTHY),
    "drip": Row(NO_END, {"timeout": "PATIENCE"}, query={"ms": "PAUSE"}),
    "drip_headers": Row(
        NO_END, {"timeout": "PATIENCE"}, query={"ms": "PAUSE"}
    ),
    "stall_within_body": Row(SILENCE, {"read_timeout": "100ms"}),
    "stall_within_headers": Row(SILENCE, {"read_timeout": "100ms"}),
    "stall_after_hints": Row(SILENCE, {"read_timeout": "100ms"}),
    "stall within body, timeout": Row(
        NO_END, {"timeout": "PATIENCE"}, target="stall_within_body"
    ),
    "drip with pauses": Row(
        SILENCE, {"read_timeout": "50ms"}, target="drip", query={"ms": 5000}
    ),

    # Not HTTP as we accept it.
    "garbage": Row(PROTOCOL),
    "binary_garbage": Row(PROTOCOL),
    "bad_status_line": Row(PROTOCOL),
    "bad_version": Row(PROTOCOL),
    "nul_in_header": Row(PROTOCOL),
    "indented_headers": Row(PROTOCOL),
    "indented_after_hints": Row(PROTOCOL),
    "indented_after_odd_status": Row(PROTOCOL),
    "folded_header": Row(HEALTHY),
    "header_without_name": Row(PROTOCOL),
    "bad_chunk_header": Row(PROTOCOL),
    "bad_content_encoding": Row(PROTOCOL),
    "bad_gzip": Row(PROTOCOL),
    "conflicting_content_length": Row(PROTOCOL),
    "negative_content_length": Row(PROTOCOL),

    # More than we accept.
    "endless_headers": Row(TOO_LARGE),
    "endless_header_line": Row(TOO_LARGE),
    "huge_body_with_length": Row(TOO_LARGE, {"max_body": "64KiB"}),
    "huge_body_without_length": Row(TOO_LARGE, {"max_body": "64KiB"}),
    "huge_body_in_chunks": Row(TOO_LARGE, {"max_body": "64KiB"}),
    "gzip_bomb": Row(TOO_LARGE),

    # Redirects.
    "redirect": Row(HEALTHY, query={"to": "LANDING"}),
    "redirect_chain": Row(HEALTHY),
    "redirect chain, too long": Row(
        REDIRECT, target="redirect_chain", query={"count": 11}
    ),
    "redirect_loop": Row(REDIRECT),
    "redirect_on_two_lines": Row(HEALTHY),
    "redirect_within_origin": Row(HEALTHY),
    "redirect_to_other_origin": Row(HEALTHY),
    "redirect_to_other_host": Row(HEALTHY),
    "redirect_to_other_scheme": Row(HEALTHY),
    "redirect_to_refused": Row(unreachable("connect_refused", "connect")),
    "redirect_to_file": Row(REDIRECT),
    "redirect_to_ftp": Row(REDIRECT),
    "redirect_to_javascript": Row(REDIRECT),
    "redirect_to_hostile": Row(REDIRECT),
    "redirect_without_location": Row(STATUS),

    # TLS.
    "tls_good": Row(HEALTHY),
    "tls_1_2_only": Row(HEALTHY),
    "tls_1_3_only": Row(HEALTHY),
    "tls_expiring": Row(HEALTHY),
    "tls expiring soon": Row(
        Verdict("unhealthy", "certificate_expiring", "verify"),
        {"expect": {"certificate_days": 14}},
        target="tls_expiring",
    ),
    "tls expiring, warning": Row(
        Verdict("degraded", "certificate_expiring", "verify"),
        {"warn": {"certificate_days": 14}},
        target="tls_expiring",
    ),
    "tls_expired": Row(CERTIFICATE),
    "tls_not_yet_valid": Row(CERTIFICATE),
    "tls_wrong_name": Row(CERTIFICATE),
    "tls_hostile_name": Row(CERTIFICATE),
    "tls_self_signed": Row(CERTIFICATE),
    "tls_unknown_ca": Row(CERTIFICATE),
    "tls_missing_intermediate": Row(CERTIFICATE),
    "tls_weak_key": Row(CERTIFICATE),
    "tls_weak_signature": Row(CERTIFICATE),
    "tls_old_version": Row(HANDSHAKE),
    "tls_no_common_cipher": Row(HANDSHAKE),
    "tls_client_certificate_1_2": Row(HANDSHAKE),
    "tls_client_certificate_1_3": Row(HANDSHAKE),
    "tls_closed_after_hello": Row(HANDSHAKE),
    "tls_reset_after_hello": Row(HANDSHAKE),
    "tls_plain_http": Row(HANDSHAKE),
    "tls_stalled_handshake": Row(
        unreachable("tls_timeout", "tls", "connect"),
        {"connect_timeout": "BRIEF"},
    ),
    "tls_stalled_within_handshake": Row(
        unreachable("tls_timeout", "tls", "connect"),
        {"connect_timeout": "BRIEF"},
    ),
    "tls stalled handshake, timeout": Row(
        unreachable("tls_timeout", "tls", "total"),
        {"timeout": "BRIEF"},
        target="tls_stalled_handshake",
    ),
    "tls_no_close_notify": Row(TRUNCATED),
    # No end was announced, so none is missed; libcurl forgives it, too.
    "tls_no_close_notify_without_length": Row(HEALTHY),
    "tls_on_plain_port": Row(unreachable("empty_reply", "wait")),
    "tls_alert_on_plain_port": Row(PROTOCOL),

    # Proxies. The row's target is the proxy.
    "proxy_good": Row(HEALTHY, {"proxy": "TARGET"}),
    "proxy_authenticating": Row(HEALTHY, {"proxy": "TARGET AS USER"}),
    "proxy_refused": Row(PROXY, {"proxy": "TARGET"}),
    "proxy_407": Row(PROXY, {"proxy": "TARGET"}),
    "proxy_502": Row(PROXY, {"proxy": "TARGET"}),
    "proxy_empty": Row(PROXY, {"proxy": "TARGET"}),
    "proxy_reset": Row(PROXY, {"proxy": "TARGET"}),
    "proxy_garbage": Row(PROXY, {"proxy": "TARGET"}),
    "proxy_silent": Row(
        PROXY._replace(limit="connect"),
        {"proxy": "TARGET", "connect_timeout": "BRIEF"},
    ),
    "proxy_stalled_tunnel": Row(
        unreachable("tls_timeout", "tls", "connect"),
        {"proxy": "TARGET", "connect_timeout": "PATIENCE"},
    ),
    "proxy, black hole": Row(
        PROXY._replace(limit="connect"),
        {"proxy": "TARGET", "connect_timeout": "BRIEF"},
        target="black_hole",
    ),
    "proxy refused, plain": Row(
        PROXY, {"proxy": "TARGET", "url": "PLAIN"}, target="proxy_refused"
    ),
    "proxy 407, plain": Row(
        unreachable("proxy", "receive"),
        {"proxy": "TARGET", "url": "PLAIN"},
        target="proxy_407",
    ),
    "proxy good, plain": Row(
        HEALTHY, {"proxy": "TARGET", "url": "PLAIN"}, target="proxy_good"
    ),

    # Well, or a whole answer that is not as expected.
    "healthy": Row(HEALTHY),
    "healthy_without_length": Row(HEALTHY),
    "healthy_with_trailer": Row(HEALTHY),
    "healthy_after_hints": Row(HEALTHY),
    "landing": Row(HEALTHY),
    "closes_after_answer": Row(HEALTHY),
    "resets_second_request": Row(HEALTHY),
    "drops_second_request": Row(HEALTHY),
    "hostile_text": Row(STATUS),
    "healthy, status 503": Row(
        STATUS, target="healthy", query={"status": 503}
    ),
    "shared": Row(STATUS),
    "shared_tls": Row(STATUS),
}


@dataclass(frozen=True)
class Bench:
    """The faults as a plan."""

    faults: Faults
    certificates: Certificates
    directory: Path

    def endpoint(
        self, name: str, workers: int, *, tls: bool = False, lenience: int = 1
    ) -> dict[str, Any]:
        """The endpoint of a row; over TLS the server needs more time."""
        row = ROWS[name]
        patience_ms = PATIENCE_MS[workers] * SLOWNESS * lenience
        brief_ms = BRIEF_MS[workers] * SLOWNESS * lenience
        if tls:
            brief_ms = patience_ms
        target = row.target or name
        values = {
            "LANDING": self.faults.url("landing"),
            # Short for a status line, too long for all of an answer.
            "PAUSE": patience_ms // 80,
        }
        query = {key: values.get(value, value)
                 for key, value in row.query.items()}
        url = self.faults.url(target, **query)
        with_user = url.replace("//", f"//{USER}:{quote(PASSWORD)}@")
        words = {
            "BRIEF": f"{brief_ms}ms",
            "PATIENCE": f"{patience_ms}ms",
            "TARGET": url,
            "TARGET AS USER": with_user,
            "PLAIN": self.faults.url("healthy"),
        }
        settings = {
            key: words.get(value, value) if isinstance(value, str) else value
            for key, value in row.settings.items()
        }
        if "proxy" in settings:
            url = self.faults.url("tls_good")
        return {"name": name, "url": url} | settings

    def plan(self, workers: int, lenience: int = 1) -> Path:
        """A plan of all rows, fit for that many workers."""
        (self.directory / "large").write_bytes(bytes(8 * 1024 * 1024))
        return write_plan(self.directory, make_plan(
            (self.endpoint(name, workers, lenience=lenience)
             for name in ROWS),
            defaults=self.defaults(),
        ), f"faults {lenience}.cfg")

    def plans(self, workers: int) -> list[Path]:
        """The same, each more lenient than the one before."""
        return [self.plan(workers, lenience) for lenience in LENIENCE]

    def defaults(self) -> dict[str, Any]:
        """What holds for every row that says nothing else."""
        return {
            "timeout": "5m",
            "connect_timeout": "20s",
            "tls": {"ca_file": str(self.certificates.root_file)},
        }


@pytest.fixture
def bench(
    faults: Faults, certificates: Certificates, tmp_path: Path
) -> Bench:
    """The faults as a plan."""
    return Bench(faults, certificates, tmp_path)


def differences(report: Any, rows: dict[str, Row]) -> dict[str, str]:
    """What the report says otherwise than the rows, by their names."""
    records = by_name(report)
    assert list(records) == list(rows)  # the plan's order, none missing
    found = {}
    for name, row in rows.items():
        told = verdict(records[name])
        phases = row.phases or (row.verdict.phase,)
        wanted = [row.verdict._replace(phase=phase) for phase in phases]
        if told not in wanted:
            message = records[name]["message"]
            found[name] = f"{name}: {told}, not {wanted[0]}: {message}"
    return found


def test_the_table_has_every_fault_there_is(faults: Faults) -> None:
    targets = {row.target or name for name, row in ROWS.items()}

    assert targets == set(faults.names())


def need_more_time(names: Iterable[str], rows: dict[str, Row]) -> bool:
    """Whether all of these run into limits: the others know no time."""
    return all(rows[name].verdict.limit for name in names)


def check_leniently(
    rounds: Rounds,
    plans: Sequence[Path],
    rows: dict[str, Row],
    workers: int,
    **options: Any,
) -> list[str]:
    """A round of a plan, and of the next where time may have been short."""
    wrong: dict[str, str] = {}
    for plan in plans:
        code, report = rounds.check_json(plan, "-n", str(workers), **options)
        assert code == 1
        wrong = differences(report, rows)
        if not wrong or not need_more_time(wrong, rows):
            break
    return list(wrong.values())


def check_rounds(
    rounds: Rounds,
    plans: Sequence[Path],
    rows: dict[str, Row],
    workers: int,
    **options: Any,
) -> None:
    """Ten rounds of a plan, some at a time, and each as the rows say."""

    def play(number: int) -> list[str]:
        wrong = check_leniently(rounds, plans, rows, workers, **options)
        return [f"round {number}: {each}" for each in wrong]

    with ThreadPoolExecutor(ROUNDS_AT_A_TIME[workers]) as pool:
        wrong = [each for told in pool.map(play, range(ROUNDS))
                 for each in told]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("workers", WORKERS)
def test_every_fault_is_told_with_its_own_reason_round_after_round(
    rounds: Rounds, bench: Bench, workers: int
) -> None:
    check_rounds(rounds, bench.plans(workers), ROWS, workers)


def fields(record: dict[str, Any]) -> dict[str, Any]:
    """What of a record is the fault's, and no matter of luck.

    How long a check takes is luck, and how much of an answer comes until its
    end; so is the phase where a row names several, and what is told of it.
    """
    row = ROWS[record["name"]]
    lucky = {"timings_ms", "connection_reused", "worker", "started_at"}
    if row.verdict.outcome == "unreachable":
        lucky.add("bytes")
    if row.phases:
        lucky |= {"phase", "message", "remote_ip"}
    kept = {key: value for key, value in record.items() if key not in lucky}
    for words in ("message", "failed"):
        if words in kept:
            kept[words] = re.sub(r"[0-9.]+", "0", json.dumps(kept[words]))
    if not row.phases:
        kept["phases"] = [phase for phase, time in record["timings_ms"].items()
                          if time is not None]
    return kept


@pytest.mark.parametrize("engine", [None])
def test_both_engines_fill_the_same_fields_of_every_record(
    rounds: Rounds, bench: Bench
) -> None:
    plans = bench.plans(64)  # with limits for more than there are

    def play(plan: Path, engine: str) -> dict[str, Any]:
        _, report = rounds.check_json(plan, "-n", "24", "--engine", engine)
        return by_name(report)

    def compare(plan: Path) -> list[str]:
        """The rows told otherwise by one than by the other."""
        threads, loop = play(plan, "threads"), play(plan, "async")
        # Which connection a check finds is luck, and decides on its phases.
        return [name for name in ROWS
                if threads[name]["connection_reused"]
                == loop[name]["connection_reused"]
                and fields(threads[name]) != fields(loop[name])]

    for _ in range(ROUNDS):
        for plan in plans:
            unlike = compare(plan)
            if not unlike or not need_more_time(unlike, ROWS):
                break
        assert unlike == []


# The same faults one after the other on kept connections of one origin.


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_faults_of_one_origin_do_not_rub_off_on_each_other(
    rounds: Rounds, bench: Bench, tls: bool, workers: int
) -> None:
    rows = {name: row for name, row in ROWS.items()
            if not row.target and name in http_faults.PLAYS}
    if tls:
        # libcurl keeps what it decrypted of half a line to itself.
        empty = Row(unreachable("empty_reply", "wait"))
        rows["truncated_within_status_line"] = empty

    def plan(lenience: int) -> Path:
        endpoints = [
            bench.endpoint(name, workers, tls=tls, lenience=lenience)
            for name in rows
        ]
        for endpoint in endpoints:
            own = bench.faults.target(endpoint["name"]).origin + "/"
            shared = bench.faults.shared_url(endpoint["name"], tls=tls)
            endpoint["url"] = endpoint["url"].replace(own, shared, 1)
        text = make_plan(endpoints, defaults=bench.defaults())
        return write_plan(bench.directory, text, f"shared {lenience}.cfg")

    wrong = check_leniently(rounds, list(map(plan, LENIENCE)), rows, workers)

    assert not wrong, "\n".join(wrong)


# Names and routes, in a network namespace.

DNS = unreachable("dns", "resolve")
NO_ROUTE = unreachable("connect_unreachable", "connect")
SWALLOWED = unreachable("connect_timeout", "connect", "connect")


def plans_of_hosts(rounds: Rounds, rows: dict[str, Row]) -> list[Path]:
    """Plans of rows whose targets are hosts, each with more time."""

    def plan(lenience: int) -> Path:
        limit = f"{150 * SLOWNESS * lenience}ms"
        return write_plan(rounds.directory, make_plan(
            {"name": name, "url": f"http://{row.target}/",
             "connect_timeout": limit if row.verdict.limit else "20s"}
            for name, row in rows.items()
        ), f"hosts {lenience}.cfg")

    return list(map(plan, LENIENCE))


@pytest.mark.parametrize("workers", WORKERS)
def test_names_that_do_not_exist_and_routes_that_lead_nowhere_are_told(
    rounds: Rounds, namespace: Namespace, workers: int
) -> None:
    namespace.serve_names("nxdomain")
    namespace.forbid("prohibit", "192.0.2.0/24")
    namespace.forbid("unreachable", "198.51.100.0/24")
    namespace.forbid("blackhole", "203.0.113.0/24")
    namespace.swallow("198.19.0.0/16")
    hosts = {
        "name.example": DNS,
        "8.8.8.8": NO_ROUTE,  # no route at all
        "192.0.2.1": NO_ROUTE,
        "198.51.100.1": NO_ROUTE,
        "203.0.113.1": NO_ROUTE,
        "[2001:db8::1]": NO_ROUTE,
        "198.19.0.1": SWALLOWED,
        "127.0.0.1": unreachable("connect_refused", "connect"),
    }
    rows = {f"{host} {number}": Row(told, target=host)
            for number in (1, 2) for host, told in hosts.items()}

    check_rounds(rounds, plans_of_hosts(rounds, rows), rows, workers,
                 prefix=namespace.prefix)


@pytest.mark.parametrize("workers", WORKERS)
def test_a_silent_name_server_costs_the_limit_and_is_told_as_dns(
    rounds: Rounds, namespace: Namespace, workers: int
) -> None:
    namespace.serve_names("silent")
    silence = DNS._replace(limit="connect")
    rows = {f"silent {number}": Row(silence, target=f"n{number}.example")
            for number in range(3)}

    check_rounds(rounds, plans_of_hosts(rounds, rows), rows, workers,
                 prefix=namespace.prefix)


@pytest.mark.parametrize("answer", ["servfail", None])
def test_a_name_server_that_fails_or_is_not_there_is_told_as_dns(
    rounds: Rounds, namespace: Namespace, answer: str | None
) -> None:
    if answer:
        namespace.serve_names(answer)

    rows = {"name": Row(DNS, target="name.example")}

    check_rounds(rounds, plans_of_hosts(rounds, rows), rows, 4,
                 prefix=namespace.prefix)


# The words.


def test_the_table_of_reasons_is_printed(rounds: Rounds) -> None:
    done = rounds.run("reasons")

    told = {row.verdict.reason for row in ROWS.values()} - {None}
    others = {
        "dns", "connect_unreachable", "header", "body", "too_slow", "slow",
        "flaky", "local", "cancelled",
    }
    assert done.returncode == 0
    for reason in told | others:
        assert re.search(rf"^\s*{reason}\b", done.stdout, re.M), reason


def test_the_text_report_uses_the_same_words(
    rounds: Rounds, bench: Bench
) -> None:
    done = rounds.check("-n", "64", bench.plan(64))

    for reason in {row.verdict.reason for row in ROWS.values()} - {None}:
        assert re.search(rf"\b{reason}\b", done.stdout), reason


@pytest.mark.parametrize("words, code", [
    ("reset", 1), ("unreachable", 1), ("unhealthy", 0), ("dns,status", 0),
    ("healthy", 1),
])
def test_the_same_words_say_what_fails(
    rounds: Rounds, faults: Faults, words: str, code: int
) -> None:
    plan = rounds.directory / "plan.cfg"
    plan.write_text(make_plan([
        {"name": name, "url": faults.url(name)}
        for name in ("reset_within", "healthy", "empty_reply")
    ]))

    done = rounds.check("--fail-on", words, plan)

    assert done.returncode == code
