"""The HTML report of `rounds tune`, in a real browser."""

# ctest: release only

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import browser as browsers
from support.browser import Browser
from support.plans import plan_of
from support.program import Rounds
from support.simulated import SimulatedServer

SLOTS = 2
COLOR = "return getComputedStyle(document.body).backgroundColor;"


@pytest.fixture
def engine() -> str:
    """The page is the same for both."""
    return "threads"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A browser for one test."""
    reason = browsers.missing()
    if reason:
        pytest.skip(f"no browser to test with: {reason}")
    made = Browser(tmp_path / "chromium")
    yield made
    made.stop()


@pytest.fixture
def page(rounds: Rounds, plan: Callable[..., Path]) -> Path:
    """The report on a server that serves two at once."""
    server = SimulatedServer(service_ms=40, slots=SLOTS)
    try:
        done = rounds.run(
            "tune", "--report", "html=tune.html", "--report", "text",
            "--step-time", "300ms",
            plan(plan_of([server.url()]), "<b>&amp;.cfg"), timeout=120,
        )
    finally:
        server.stop()
    assert done.returncode == 0, done.stdout + done.stderr
    return rounds.directory / "tune.html"


def test_the_page_shows_points_curve_and_recommendation(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    shown = browser.run("""
        const count = (selector) => all(selector).length;
        const chart = find('svg');
        return {
            rows: count('tbody tr'), points: chart.querySelectorAll('circle')
                .length, charts: count('svg'),
            lines: chart.querySelectorAll('line.recommended').length,
            curves: chart.querySelectorAll('polyline.fitted').length,
            heading: find('h2').textContent, title: document.title,
            chosen: find('tr.chosen td').textContent,
            wide: document.documentElement.scrollWidth <= innerWidth,
            inside: all('svg text').every((text) => {
                const box = text.getBoundingClientRect();
                const frame = text.closest('svg').getBoundingClientRect();
                return box.left >= frame.left && box.right <= frame.right;
            }),
        };
    """)
    assert shown["charts"] == 2
    assert shown["rows"] == shown["points"] >= 3
    assert shown["lines"] == 1
    assert shown["curves"] == (shown["points"] >= 4)
    assert f"{shown['chosen']} worker" in shown["heading"]
    assert "<b>&amp;.cfg" in shown["title"]
    assert shown["wide"] and shown["inside"]


def test_the_page_is_light_and_dark_and_asks_for_nothing(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    light = browser.run(COLOR)
    browser.prefer(dark=True)
    browser.open(page)
    assert browser.run(COLOR) != light
    browser.resize(360, 740, phone=True)
    browser.open(page)
    assert browser.run(
        "return document.documentElement.scrollWidth <= innerWidth;"
    )
    assert set(browser.requests()) <= {page.as_uri(), "about:blank"}
    assert browser.complaints() == []
