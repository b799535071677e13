"""Debian's Prometheus scrapes a patrol's metrics."""

# ctest: release only

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.patrol import Patrol
from support.plans import quoted
from support.program import Rounds
from support.prometheus import Prometheus
from support.status_page import StatusPage

TOKEN = "token-of-prometheus"
NAME = '百度 "q" \\'
NOBODY = "http://127.0.0.1:1/"  # a port that nothing listens on


@pytest.fixture
def engine() -> None:
    """Metrics are of the patrol, whatever the engine."""


@pytest.fixture
def patrol(rounds: Rounds, plan: Callable[..., Path]) -> Patrol:
    """A patrol whose page wants a token."""
    return Patrol(rounds, plan(
        'schedule = { every = "1s"; };\n'
        f'status_page = {{ listen = "127.0.0.1:0"; token = "{TOKEN}"; }};\n'
        f'endpoints = ( {{ name = {quoted(NAME)}; url = "{NOBODY}"; }} );\n'
    ))


@pytest.fixture
def prometheus(patrol: Patrol, tmp_path: Path) -> Iterator[Prometheus]:
    """A Prometheus that knows the token."""
    page = StatusPage(patrol)
    made = Prometheus(tmp_path, f"{page.host}:{page.port}", TOKEN)
    yield made
    made.stop()


def test_prometheus_scrapes_a_patrol_that_wants_a_token(
    patrol: Patrol, prometheus: Prometheus
) -> None:
    prometheus.wait_for("up == 1")
    state, = prometheus.wait_for(
        'rounds_endpoint_state{rounds_endpoint_state="unreachable"} == 1')
    reason, = prometheus.wait_for("rounds_endpoint_reason == 1")
    checks, = prometheus.wait_for(
        'rounds_endpoint_checks_total{outcome="unreachable"} > 1')
    slowest, = prometheus.wait_for(
        "histogram_quantile(1, rounds_check_duration_seconds_bucket) > 0")
    assert patrol.end() == 0

    assert state["metric"]["endpoint"] == NAME
    assert reason["metric"]["rounds_endpoint_reason"] == "connect_refused"
    assert checks["metric"]["network"] == "intranet"
    assert float(slowest["value"][1]) > 0
