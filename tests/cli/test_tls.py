"""Certificates, versions and names of TLS: each check is judged by its own."""

import datetime
import re
import shutil
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from support.certificates import Certificate, Certificates
from support.counting import CountingServer
from support.faults import Faults
from support.nginx import HTTP2, TLS, Nginx
from support.plan_values import make_plan
from support.program import SLOWNESS, Rounds
from support.records import HEALTHY, Verdict, by_name, only, verdict, verdicts
from support.tls_faults import EXPIRING_DAYS

CERTIFICATE = Verdict("unreachable", "tls_certificate", "tls")
HANDSHAKE = Verdict("unreachable", "tls_handshake", "tls")
LOCAL = ("unknown", "local")

Tls = dict[str, Any]


def endpoint(name: str, url: str, **tls: Any) -> dict[str, Any]:
    """An endpoint with these TLS settings."""
    return {"name": name, "url": url, "tls": tls} if tls else {
        "name": name, "url": url
    }


def client_of(certificate: Certificate) -> Tls:
    """The settings of a client that shows this certificate."""
    return {
        "cert": str(certificate.chain_file), "key": str(certificate.key_file)
    }


# Profiles: one origin, one worker, several ways to judge it.


def check_profiles(
    rounds: Rounds, url: str, profiles: dict[str, tuple[Tls, Verdict]]
) -> None:
    """Every order of the profiles, three times over, by one worker."""
    for order in permutations(profiles):
        names = [(name, number) for number in range(3) for name in order]
        plan = make_plan(
            endpoint(f"{name} {number}", url, **profiles[name][0])
            for name, number in names
        )

        _, report = rounds.check_json(plan, "-n", "1")

        assert verdicts(report) == {
            f"{name} {number}": profiles[name][1] for name, number in names
        }


def test_one_ca_file_lends_no_trust_to_another(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    check_profiles(rounds, faults.url("tls_good"), {
        "root": ({"ca_file": str(certificates.root_file)}, HEALTHY),
        "other": (
            {"ca_file": str(certificates.client_root_file)}, CERTIFICATE
        ),
        "system": ({}, CERTIFICATE),
    })


@pytest.mark.parametrize("target", [
    "tls_expired", "tls_wrong_name", "tls_self_signed", "tls_unknown_ca",
])
def test_a_check_without_verification_lends_no_trust_to_one_with_it(
    rounds: Rounds, faults: Faults, certificates: Certificates, target: str
) -> None:
    check_profiles(rounds, faults.url(target), {
        "off": ({"verify": False}, HEALTHY),
        "on": ({"ca_file": str(certificates.root_file)}, CERTIFICATE),
    })


def test_min_version_holds_beside_a_kept_connection_of_an_older_one(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    root = str(certificates.root_file)
    check_profiles(rounds, faults.url("tls_1_2_only"), {
        "any": ({"ca_file": root}, HEALTHY),
        "1.2": ({"ca_file": root, "min_version": "1.2"}, HEALTHY),
        "1.3": ({"ca_file": root, "min_version": "1.3"}, HANDSHAKE),
    })


@pytest.mark.parametrize("version", ["1_2", "1_3"])
def test_a_client_certificate_is_shown_by_the_check_that_has_it_alone(
    rounds: Rounds, faults: Faults, certificates: Certificates, version: str
) -> None:
    root = {"ca_file": str(certificates.root_file)}
    url = faults.url(f"tls_client_certificate_{version}")
    check_profiles(rounds, url, {
        "known": (root | client_of(certificates.client), HEALTHY),
        "unknown": (root | client_of(certificates.unknown_client), HANDSHAKE),
        "none": (root, HANDSHAKE),
    })


def test_more_profiles_than_a_worker_keeps_handles_for_are_all_honoured(
    rounds: Rounds, faults: Faults, certificates: Certificates, tmp_path: Path
) -> None:
    bundles = []
    for number in range(12):
        bundle = tmp_path / f"bundle{number}.pem"
        good = number % 2 == 0
        shutil.copy(certificates.root_file if good
                    else certificates.client_root_file, bundle)
        bundles.append((bundle, HEALTHY if good else CERTIFICATE))
    plan = make_plan(
        endpoint(f"{number} {turn}", faults.url("tls_good"),
                 ca_file=str(bundle))
        for turn in range(3) for number, (bundle, _) in enumerate(bundles)
    )

    _, report = rounds.check_json(plan, "-n", "1")

    assert verdicts(report) == {
        f"{number} {turn}": told
        for turn in range(3) for number, (_, told) in enumerate(bundles)
    }


def test_equal_profiles_share_a_connection(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    root = str(certificates.root_file)
    plan = make_plan(
        endpoint(f"e{number}", faults.url("tls_good"), ca_file=root)
        for number in range(6)
    )

    _, report = rounds.check_json(plan, "-n", "1")

    assert faults.target("tls_good").handshakes == 1
    assert report["summary"]["connections_opened"] == 1
    assert report["summary"]["connections_reused"] == 5


# Verification.


def test_switching_verification_off_shows_in_the_report(
    rounds: Rounds, faults: Faults, plan: Any
) -> None:
    path = plan(make_plan([
        endpoint("off", faults.url("tls_expired"), verify=False),
    ]))

    done = rounds.check(path)

    assert done.returncode == 0
    assert "not verified" in done.stdout


@pytest.mark.parametrize("target, words", [
    ("tls_expired", "expired"),
    ("tls_not_yet_valid", "not yet valid"),
    ("tls_self_signed", "self-signed"),
    ("tls_unknown_ca", "issuer"),
    ("tls_missing_intermediate", "issuer"),
    ("tls_weak_key", "too weak"),
])
def test_the_message_says_what_is_wrong_with_a_certificate(
    rounds: Rounds,
    faults: Faults,
    certificates: Certificates,
    target: str,
    words: str,
) -> None:
    plan = make_plan([endpoint(
        "e", faults.url(target), ca_file=str(certificates.root_file)
    )])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == CERTIFICATE
    assert words in only(report)["message"]


def test_nothing_is_sent_to_a_server_whose_certificate_is_refused(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    plan = make_plan([endpoint(
        "e", faults.url("tls_wrong_name"),
        ca_file=str(certificates.root_file),
    )])

    rounds.check_json(plan)

    assert faults.target("tls_wrong_name").connections == 1
    assert faults.target("tls_wrong_name").request_count == 0


# The server's name.


def test_server_name_is_what_the_certificate_must_be_for(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    root = str(certificates.root_file)
    url = faults.url("tls_wrong_name")  # it is elsewhere.example
    check_profiles(rounds, url, {
        "named": (
            {"ca_file": root, "server_name": "elsewhere.example"}, HEALTHY
        ),
        "other": ({"ca_file": root, "server_name": "localhost"}, CERTIFICATE),
        "none": ({"ca_file": root}, CERTIFICATE),
    })


def test_server_name_changes_neither_the_host_header_nor_the_address(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    url = faults.url("tls_wrong_name", path="/a")
    plan = make_plan([endpoint(
        "e", url, ca_file=str(certificates.root_file),
        server_name="elsewhere.example",
    )])

    _, report = rounds.check_json(plan)

    [request] = faults.target("tls_wrong_name").requests
    assert f"https://{request.header('Host')}/a" == url
    assert only(report)["remote_ip"] == "127.0.0.1"
    assert only(report)["url"] == url


def test_server_name_is_not_used_at_another_origin(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    to_good = faults.url("redirect", to=faults.url("tls_good"))
    plan = make_plan([endpoint(
        "e", to_good, ca_file=str(certificates.root_file),
        server_name="elsewhere.example",
    )])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == HEALTHY


# When a certificate ends.


def ends(certificate: Certificate) -> datetime.datetime:
    """When it ends, to the second."""
    return certificate.ends.replace(microsecond=0)


def told_end(record: Any) -> datetime.datetime:
    """When the record says that the certificate ends."""
    text = record["certificate_expires_at"].replace("Z", "+00:00")
    return datetime.datetime.fromisoformat(text)


@pytest.fixture
def expiring(faults: Faults, certificates: Certificates) -> dict[str, Any]:
    """An endpoint whose certificate ends within EXPIRING_DAYS, barely."""
    return endpoint(
        "e", faults.url("tls_expiring"), ca_file=str(certificates.root_file)
    )


@pytest.mark.parametrize("days, is_expiring", [
    (0, False), (EXPIRING_DAYS - 1, False), (EXPIRING_DAYS, True), (400, True),
])
def test_a_certificate_that_ends_within_certificate_days_is_unhealthy(
    rounds: Rounds, expiring: dict[str, Any], days: int, is_expiring: bool
) -> None:
    plan = make_plan([expiring | {"expect": {"certificate_days": days}}])

    code, report = rounds.check_json(plan)

    expiring_soon = Verdict("unhealthy", "certificate_expiring", "verify")
    assert code == is_expiring
    assert verdict(only(report)) == (
        expiring_soon if is_expiring else HEALTHY
    )
    if is_expiring:
        [failed] = only(report)["failed"]
        assert failed["expect"] == "certificate_days"
        assert str(days) in failed["wanted"]
        assert str(EXPIRING_DAYS - 1) in failed["got"]


@pytest.mark.parametrize("days, is_expiring", [
    (EXPIRING_DAYS - 1, False), (EXPIRING_DAYS, True),
])
def test_a_certificate_that_ends_within_warn_certificate_days_is_degraded(
    rounds: Rounds, expiring: dict[str, Any], days: int, is_expiring: bool
) -> None:
    plan = make_plan([expiring | {"warn": {"certificate_days": days}}])

    code, report = rounds.check_json(plan)

    warned = Verdict("degraded", "certificate_expiring", "verify")
    assert code == 0
    assert verdict(only(report)) == (warned if is_expiring else HEALTHY)


def test_days_do_not_matter_where_there_is_no_certificate(
    rounds: Rounds, faults: Faults
) -> None:
    plan = make_plan([{
        "name": "e", "url": faults.url("healthy"),
        "expect": {"certificate_days": 400},
        "warn": {"certificate_days": 400},
    }])

    _, report = rounds.check_json(plan)

    assert verdict(only(report)) == HEALTHY
    assert only(report)["certificate_expires_at"] is None


def test_the_record_says_when_the_certificate_ends_on_a_reused_one_too(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    plan = make_plan(
        endpoint(f"e{number}", faults.url("tls_good"),
                 ca_file=str(certificates.root_file))
        for number in range(3)
    )

    _, report = rounds.check_json(plan, "-n", "1")

    records = report["results"]
    assert [each["connection_reused"] for each in records] == [
        False, True, True
    ]
    for record in records:
        assert told_end(record) == ends(certificates.good)


@pytest.mark.parametrize("listener", [TLS, HTTP2])
def test_a_reused_connection_is_judged_by_certificate_days_too(
    rounds: Rounds, nginx: Nginx, certificates: Certificates, listener: int
) -> None:
    common = {"expect": {"certificate_days": 400}}
    plan = make_plan(
        endpoint(f"e{number}", nginx.url(listener),
                 ca_file=str(certificates.root_file)) | common
        for number in range(3)
    )

    _, report = rounds.check_json(plan, "-n", "1")

    assert report["summary"]["connections_opened"] == 1
    assert {verdict(each) for each in report["results"]} == {
        Verdict("unhealthy", "certificate_expiring", "verify")
    }


def test_the_end_of_an_expired_certificate_is_known_without_verification(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    plan = make_plan([
        endpoint("e", faults.url("tls_expired"), verify=False)
        | {"warn": {"certificate_days": 0}},
    ])

    _, report = rounds.check_json(plan)

    assert told_end(only(report)) == ends(certificates.expired)
    assert verdict(only(report)).reason == "certificate_expiring"


# The system's bundle.


def test_ssl_cert_file_is_the_bundle_of_those_without_a_ca_file(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    plan = make_plan([
        endpoint("system", faults.url("tls_good")),
        endpoint("own", faults.url("tls_good"),
                 ca_file=str(certificates.client_root_file)),
    ])

    _, report = rounds.check_json(
        plan, env={"SSL_CERT_FILE": str(certificates.root_file)}
    )

    assert verdicts(report) == {"system": HEALTHY, "own": CERTIFICATE}


def test_without_a_bundle_https_is_unknown_and_http_is_not_touched(
    rounds: Rounds, faults: Faults, certificates: Certificates, tmp_path: Path
) -> None:
    plan = make_plan([
        endpoint("plain", faults.url("healthy")),
        endpoint("system", faults.url("tls_good")),
        endpoint("own", faults.url("tls_good"),
                 ca_file=str(certificates.root_file)),
        endpoint("off", faults.url("tls_good"), verify=False),
    ])

    code, report = rounds.check_json(
        plan, env={"SSL_CERT_FILE": str(tmp_path / "missing.pem")}
    )

    told = verdicts(report)
    system = told.pop("system")
    assert code == 3
    assert (system.outcome, system.reason) == LOCAL
    assert set(told.values()) == {HEALTHY}
    assert "missing.pem" in by_name(report)["system"]["message"]


def test_a_bundle_that_is_none_is_our_own_trouble(
    rounds: Rounds, faults: Faults, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("this is no certificate\n")

    code, report = rounds.check_json(
        make_plan([endpoint("e", faults.url("tls_good"))]),
        env={"SSL_CERT_FILE": str(bundle)},
    )

    told = verdict(only(report))
    assert code == 3
    assert (told.outcome, told.reason) == LOCAL
    assert faults.target("tls_good").connections == 0


def test_a_plain_endpoint_that_redirects_to_https_needs_the_bundle_then(
    rounds: Rounds, faults: Faults, certificates: Certificates
) -> None:
    plan = make_plan([
        endpoint("e", faults.url("redirect_to_other_scheme")),
    ])

    _, trusting = rounds.check_json(
        plan, env={"SSL_CERT_FILE": str(certificates.root_file)}
    )
    _, without = rounds.check_json(plan)

    assert verdict(only(trusting)) == HEALTHY
    assert verdict(only(without)) == CERTIFICATE


def opened_files(
    rounds: Rounds, plan: Path, workers: int, **env: str
) -> list[str]:
    """Every file that a round opened, as strace tells it."""
    log = rounds.directory / "strace.log"
    rounds.check(
        "-n", str(workers), plan, env=env,
        prefix=["strace", "-f", "-qq", "-e", "trace=open,openat", "-o", log],
    )
    return re.findall(r'open(?:at)?\([^"]*"([^"]*)"', log.read_text())


needs_strace = pytest.mark.skipif(
    SLOWNESS > 1 or shutil.which("strace") is None,
    reason="strace is missing or a sanitizer does not bear it",
)


@needs_strace
def test_no_bundle_is_read_where_no_endpoint_is_https(
    rounds: Rounds,
    counting: CountingServer,
    certificates: Certificates,
    plan: Any,
) -> None:
    path = plan(make_plan([
        {"name": "e", "url": counting.url("/")},
    ]))

    opened = opened_files(
        rounds, path, 4, SSL_CERT_FILE=str(certificates.root_file)
    )

    assert any(name.endswith("plan.cfg") for name in opened)
    assert str(certificates.root_file) not in opened
    assert not [name for name in opened if "/certs" in name]


@needs_strace
def test_the_bundle_is_read_once_whatever_the_number_of_connections(
    rounds: Rounds,
    counting_tls: CountingServer,
    certificates: Certificates,
    plan: Any,
) -> None:
    path = plan(make_plan(
        {"name": f"e{number}", "url": counting_tls.url("/delay/20"),
         "fresh_connection": True}
        for number in range(40)
    ))

    opened = opened_files(
        rounds, path, 8, SSL_CERT_FILE=str(certificates.root_file)
    )

    assert counting_tls.handshakes == 40
    assert opened.count(str(certificates.root_file)) == 1
    assert not [name for name in opened if "/etc/ssl/certs" in name]
