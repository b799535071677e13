"""The HTML report of `rounds tune`, in a real browser."""

# ctest: release only

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.browser import Browser
from support.modelled import modelled
from support.plans import plan_of
from support.program import Rounds
from support.simulated import SimulatedServer

COLOR = "return getComputedStyle(document.body).backgroundColor;"
CERTAIN, UNCERTAIN = 0, 3

SHOWN = """
    const count = (selector) => all(selector).length;
    const chart = find('svg');
    return {
        rows: count('tbody tr'), points: chart.querySelectorAll('circle')
            .length, charts: count('svg'),
        lines: chart.querySelectorAll('line.recommended').length,
        curves: chart.querySelectorAll('polyline.fitted').length,
        heading: find('h2').textContent, title: document.title,
        chosen: all('tr.chosen').map((row) =>
            row.querySelector('td').textContent),
        workers: all('tbody tr td:first-child').map((cell) =>
            Number(cell.textContent)),
        wide: document.documentElement.scrollWidth <= innerWidth,
        inside: all('svg text').every((text) => {
            const box = text.getBoundingClientRect();
            const frame = text.closest('svg').getBoundingClientRect();
            return box.left >= frame.left && box.right <= frame.right;
        }),
    };
"""


@pytest.fixture
def engine() -> str:
    """The page is the same for both."""
    return "threads"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The report on a server that serves four at once."""
    file = tmp_path / "tune.html"
    file.write_text(modelled("steady", "html", "<b>&amp;.cfg"))
    return file


def test_the_page_shows_points_curve_and_recommendation(
    browser: Browser, page: Path
) -> None:
    browser.reset()
    browser.open(page)
    shown = browser.run(SHOWN)
    assert shown["charts"] == 2
    assert shown["rows"] == shown["points"] >= 4
    assert (shown["lines"], shown["curves"]) == (1, 1)
    assert shown["chosen"] == ["4"]
    assert shown["heading"] == "net: 4 workers (the plan says 16)"
    assert "<b>&amp;.cfg" in shown["title"]
    assert shown["wide"] and shown["inside"]


def test_a_page_without_a_recommendation_marks_none(
    browser: Browser, tmp_path: Path
) -> None:
    page = tmp_path / "tune.html"
    page.write_text(modelled("moody", "html", "plan.cfg"))

    browser.reset()
    browser.open(page)
    shown = browser.run(SHOWN)

    assert shown["rows"] == shown["points"] >= 4
    assert (shown["lines"], shown["chosen"]) == (0, [])
    assert "no recommendation" in shown["heading"]
    assert shown["wide"] and shown["inside"]


def test_the_page_of_a_run_shows_what_was_measured(
    browser: Browser, rounds: Rounds, plan: Callable[..., Path]
) -> None:
    """Whatever that was: on a busy machine there is no recommendation."""
    server = SimulatedServer(service_ms=40, slots=2)
    try:
        done = rounds.run(
            "tune", "--report", "html=tune.html", "--report", "json",
            "--step-time", "100ms", "--max-workers", "4",
            plan(plan_of([server.url()]), "<b>&amp;.cfg"), timeout=120,
        )
    finally:
        server.stop()
    [found] = json.loads(done.stdout)["networks"].values()
    recommended = found["recommended_workers"]

    browser.reset()
    browser.open(rounds.directory / "tune.html")
    shown = browser.run(SHOWN)

    assert done.returncode == (CERTAIN if recommended else UNCERTAIN)
    assert shown["workers"] == [step["workers"] for step in found["steps"]]
    assert shown["lines"] == bool(recommended)
    assert shown["chosen"] == ([str(recommended)] if recommended else [])
    assert "<b>&amp;.cfg" in shown["title"]


def test_the_page_is_light_and_dark_and_asks_for_nothing(
    browser: Browser, page: Path
) -> None:
    browser.reset()
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
