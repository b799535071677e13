"""Alerts of a patrol, and whom they reach."""

# ctest: first
# ctest: timeout 600

import json
import random
import re
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.black_hole import BlackHole
from support.certificates import Certificates
from support.counting import Answer, CountingServer
from support.mail_server import PASSWORD, USER, MailServer
from support.patrol import Patrol
from support.plans import quoted
from support.processes import wait_until
from support.program import PROJECT, SLOWNESS, Rounds
from support.robots import SECRET, Delivery, Robots
from support.stalling_mail_server import GREETING, StallingMailServer

Write = Callable[..., Path]
Start = Callable[..., Patrol]

EVERY_SECOND = 'schedule = { every = "1s"; };\n'
HISTORY = 'history = { file = "rounds.db"; };\n'
AT_ONCE = "failures = 1; recoveries = 1;"
SIGNED = ("dingtalk", "feishu", "lark", "webhook")
ROBOTS = ("dingtalk", "wecom", "feishu", "lark", "slack")


@pytest.fixture
def engine() -> None:
    """Alerts know nothing of engines."""


@pytest.fixture
def patrol(rounds: Rounds) -> Start:
    """Starts a patrol; `rounds` ends what still runs."""

    def start(plan: Path, *arguments: str, **options) -> Patrol:
        return Patrol(rounds, plan, *arguments, **options)

    return start


@pytest.fixture
def robots() -> Iterator[Robots]:
    """The robots of all kinds."""
    server = Robots()
    yield server
    server.stop()


@pytest.fixture(params=(False, True), ids=("starttls", "smtps"))
def mail_server(
    request: pytest.FixtureRequest, certificates: Certificates
) -> Iterator[MailServer]:
    """A mail server with either kind of TLS."""
    server = MailServer(
        certificates.good.server_context(), implicit=request.param
    )
    yield server
    server.stop()


def alert(robots: Robots, kind: str, name: str = "robot", rest: str = "") -> str:
    """An alert of a plan."""
    secret = f"secret = {quoted(SECRET)};" if kind in SIGNED else ""
    return (
        f'{{ type = "{kind}"; name = "{name}"; {secret} {AT_ONCE} '
        f'webhook = "{robots.url(kind, name)}"; {rest} }}'
    )


def plan_text(
    urls: list[str], alerts: list[str], settings: str = EVERY_SECOND + HISTORY
) -> str:
    """A patrol of these URLs, named e0, e1 and so on."""
    endpoints = ",\n".join(
        f'{{ name = "e{i}"; url = {quoted(url)}; }}'
        for i, url in enumerate(urls)
    )
    told = ",\n".join(alerts)
    return f"{settings}endpoints = ({endpoints});\nalerts = ({told});\n"


def test_test_alerts_sends_one_to_each_and_tells_which_failed(
    rounds: Rounds, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    robots.order("refusing", "refuse")
    robots.order("broken", "503")
    robots.order("page", "garbage")
    alerts = [alert(robots, kind, kind) for kind in (*ROBOTS, "webhook")]
    alerts += [
        alert(robots, "wecom", "refusing"),
        alert(robots, "slack", "broken"),
        alert(robots, "dingtalk", "page"),
        f'{{ type = "dingtalk"; name = "unsigned"; secret = "wrong"; '
        f'webhook = "{robots.url("dingtalk", "unsigned")}"; }}',
    ]
    path = plan(plan_text([counting.url()], alerts))

    done = rounds.run("watch", "--test-alerts", path)

    assert done.stdout.splitlines() == [
        *(f"{kind}: delivered" for kind in (*ROBOTS, "webhook")),
        "refusing: not delivered: the robot refused, code 300005: "
        "token is not exist",
        "broken: not delivered: HTTP status 503: out of order",
        "page: not delivered: the answer is not the robot's: "
        "<html>log in first</html>",
        "unsigned: not delivered: the robot refused, code 310000: "
        "sign not match",
    ]
    assert done.returncode == 1
    assert done.stderr == ""
    assert counting.request_count == 0
    for kind in ROBOTS:
        (taken,) = robots.taken(kind)
        assert "test: this alert works" in taken.text
    assert robots.taken("webhook")[0].json["event"] == "test"


def test_test_alerts_ends_with_0_where_all_were_taken(
    rounds: Rounds, plan: Write, robots: Robots
) -> None:
    path = plan(plan_text(["http://127.0.0.1:1/"], [alert(robots, "slack")]))

    assert rounds.run("watch", "--test-alerts", path).returncode == 0


def test_test_alerts_wants_alerts(rounds: Rounds, plan: Write) -> None:
    path = plan('endpoints = ({ name = "a"; url = "http://127.0.0.1:1/"; });')

    done = rounds.run("watch", "--test-alerts", path)

    assert done.returncode == 2
    assert done.stderr == "rounds: the plan has no alerts\n"


def rounds_of_first_checks(running: Patrol) -> int:
    """In how many rounds endpoints were asked for the first time: in one,
    where the machine has the time."""
    asked: set[str] = set()
    rounds: set[int] = set()
    number = 0
    for event in running.events:
        number += event["event"] == "round"
        if event["event"] == "check" and event["endpoint"] not in asked:
            asked.add(event["endpoint"])
            rounds.add(number)
    return len(rounds)


def test_300_failures_are_one_message_a_round_for_each_robot(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/health", [Answer(status=503)])
    urls = [counting.url(f"/health?{i}") for i in range(300)]
    kinds = (*ROBOTS, "webhook")
    path = plan(plan_text(
        urls, [alert(robots, k, k) for k in kinds],
        f'schedule = {{ every = "{5 * SLOWNESS}s"; }};\n' + HISTORY,
    ))

    running = patrol(path)
    for kind in kinds:
        wait_until(
            lambda: sum(map(down_in_title, robots.taken(kind))) >= 300,
            f"{kind} to be told of all", 120,
        )
    running.wait_for("round", len(running.of("round")) + 1)
    assert running.end() == 0

    most = rounds_of_first_checks(running)
    for kind in ROBOTS:
        assert 1 <= len(robots.deliveries(kind)) <= most
        for delivery in robots.deliveries(kind):
            assert delivery.trouble == ""
            down = down_in_title(delivery)
            told = [
                line for line in delivery.text.splitlines()
                if line.startswith(("- e", "• e"))
            ]
            rest = delivery.text.partition("… and ")[2].partition(" more")[0]
            assert len(told) + int(rest or 0) == down
            if rest:
                assert len(told) > 20
                assert f"{rest} more: status {rest}" in delivery.text
    events = [each.json for each in robots.deliveries("webhook")]
    assert 1 <= len(events) <= most
    changes = [each for event in events for each in event["changes"]]
    assert sorted(each["name"] for each in changes) == sorted(
        f"e{i}" for i in range(300)
    )
    assert {each["reason"] for each in changes} == {"status"}


def down_in_title(delivery: Delivery) -> int:
    """How many it says are down: "[rounds] 300 down", "300 个..."."""
    title = delivery.json.get("title") or delivery.text.partition("\n")[0]
    found = re.search(r"[\]］] (\d+)", title)
    assert found is not None, title
    return int(found[1])


def test_an_endpoint_that_recovers_is_told_again_once(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/health", [Answer()] + 3 * [Answer(500)] + [Answer()])
    path = plan(plan_text(
        [counting.url("/health"), counting.url("/")],
        [alert(robots, "webhook")],
    ))

    running = patrol(path)
    robots.wait_for(2)
    running.wait_for("round", 7)
    assert running.end() == 0

    down, up = (each.json for each in robots.deliveries())
    assert [each["change"] for each in down["changes"]] == ["down"]
    assert down["changes"][0]["name"] == "e0"
    assert down["changes"][0]["status"] == 500
    assert [each["change"] for each in up["changes"]] == ["up"]
    assert up["changes"][0]["lasted_ms"] >= 2000


def test_a_plan_says_how_many_failures_make_an_alarm(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/thrice", [Answer(500)] * 3 + [Answer()])
    counting.script("/twice", [Answer(500)] * 2 + [Answer()])
    path = plan(plan_text(
        [counting.url("/thrice"), counting.url("/twice")],
        [alert(robots, "webhook").replace("failures = 1", "failures = 3")],
    ))

    running = patrol(path)
    robots.wait_for(2)
    running.wait_for("round", 6)
    running.end()

    assert [
        (each["name"], each["change"])
        for delivery in robots.deliveries()
        for each in delivery.json["changes"]
    ] == [("e0", "down"), ("e0", "up")]


def test_a_robot_that_hangs_holds_up_neither_checks_nor_other_robots(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/bad", [Answer(500)])
    robots.order("dead", *(["hang"] * 50))
    path = plan(plan_text(
        [counting.url("/bad"), counting.url("/good")],
        [alert(robots, "webhook", "dead"), alert(robots, "webhook", "alive")],
    ))

    running = patrol(path)
    robots.wait_for(1, "alive")
    wait_until(lambda: robots.deliveries("dead"), "the dead one to be tried")
    before = counting.count("/good")
    rounds_before = len(running.of("round"))
    running.wait_for("round", rounds_before + 4)

    asked = counting.count("/good") - before
    assert asked >= 3
    assert len(running.of("omission")) < asked
    begun = time.monotonic()
    assert running.end() == 0
    assert time.monotonic() - begun < 30  # the alert's timeout is 10 s
    assert robots.taken("dead") == []


def test_a_message_is_tried_again_until_it_is_taken(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/bad", [Answer(500)])
    robots.order("robot", "503", "refuse", "garbage")
    path = plan(plan_text([counting.url("/bad")], [alert(robots, "wecom")]))

    running = patrol(path)
    robots.wait_for(1)
    delivered = running.wait_for("alert")
    assert running.end() == 0

    assert delivered["attempts"] == 4
    assert [each["message"] for each in running.of("alert_failed")] == [
        "HTTP status 503: out of order",
        "the robot refused, code 300005: token is not exist",
        "the answer is not the robot's: <html>log in first</html>",
    ]
    assert len({each.body for each in robots.deliveries()}) == 1


@pytest.mark.parametrize(("kind", "order", "again_ms"), [
    ("slack", "429 after 30", 30_000),
    ("webhook", "503 after 7", 7_000),
    ("webhook", "503 after 9223372036854775807", 3_600_000),  # an hour
    ("slack", "503", 1_000),
    ("dingtalk", "busy", 600_000),  # it is silent for ten minutes
    ("wecom", "busy", 60_000),
    ("feishu", "busy", 60_000),
])
def test_a_robot_that_wants_to_be_left_alone_is_left_alone_so_long(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer,
    kind: str, order: str, again_ms: int,
) -> None:
    counting.script("/bad", [Answer(500)])
    robots.order("robot", order)
    path = plan(plan_text([counting.url("/bad")], [alert(robots, kind)]))

    running = patrol(path)
    failed = running.wait_for("alert_failed")
    assert running.end() == 0

    assert failed["again_ms"] == again_ms


def test_300_failures_in_chinese_are_within_every_limit(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/health", [Answer(status=503)])
    names = [f"订单服务「{i}」健康检查接口 (核心) 😀" for i in range(300)]
    endpoints = ",\n".join(
        f'{{ name = "{name}"; url = "{counting.url(f"/health?{i}")}"; }}'
        for i, name in enumerate(names)
    )
    alerts = ",\n".join(
        alert(robots, k, k, 'title = "巡检"; mentions = ["13800000000", "all"];')
        for k in ROBOTS
    )
    path = plan(
        'schedule = { every = "5s"; };\n' + HISTORY
        + f"endpoints = ({endpoints});\nalerts = ({alerts});\n"
    )

    running = patrol(path, "--lang", "zh_CN")
    for kind in ROBOTS:
        wait_until(
            lambda: sum(map(down_in_title, robots.taken(kind))) >= 300,
            f"{kind} to be told of all", 120,
        )
    assert running.end() == 0

    for delivery in (each for k in ROBOTS for each in robots.deliveries(k)):
        assert delivery.trouble == ""
        text = delivery.text
        assert "\ufffd" not in text
        told = [line for line in text.splitlines() if "订单服务「" in line]
        rest = re.search(r"^… .*?(\d+)", text, re.MULTILINE)
        assert len(told) + (int(rest[1]) if rest else 0) == down_in_title(
            delivery)
        assert all("」健康检查接口" in line for line in told)


def test_without_a_history_a_plan_read_anew_forgets_nothing(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/bad", [Answer(500)])
    robots.order("late", *["503"] * 2)
    path = plan(plan_text(
        [counting.url("/bad")],
        [alert(robots, "webhook", name) for name in ("robot", "late")],
        EVERY_SECOND,
    ))

    def told(name: str) -> list[str]:
        """What changed; a message told twice counts once."""
        messages = {each.json["id"]: each.json for each in robots.taken(name)}
        return [
            each["change"]
            for message in messages.values() for each in message["changes"]
        ]

    running = patrol(path)
    running.wait_for("alert", alert="robot")
    running.wait_for("alert_failed", alert="late")
    running.signal(signal.SIGHUP)
    running.wait_for("reload")
    robots.wait_for(1, "late")
    running.wait_for("round", len(running.of("round")) + 3)
    counting.script("/bad", [Answer()])
    for name in ("robot", "late"):
        wait_until(lambda: "up" in told(name), f"{name} to be told")
    assert running.end() == 0

    assert told("robot") == told("late") == ["down", "up"]


def test_a_history_that_a_plan_has_from_now_on_knows_what_was_told(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/bad", [Answer(500)])
    robots.order("late", *["503"] * 3)
    alerts = [alert(robots, "webhook", name) for name in ("robot", "late")]
    path = plan(plan_text([counting.url("/bad")], alerts, EVERY_SECOND))

    running = patrol(path)
    running.wait_for("alert", alert="robot")
    running.wait_for("alert_failed", alert="late")
    plan(plan_text([counting.url("/bad")], alerts))
    running.signal(signal.SIGHUP)
    running.wait_for("reload")
    running.wait_for("round", len(running.of("round")) + 2)
    running.signal(signal.SIGKILL)
    running.end(None)
    again = patrol(path)
    again.wait_for("round", 3)
    robots.wait_for(1, "late", 120)
    assert again.end() == 0

    assert len(robots.taken("robot")) == 1
    assert len({each.json["id"] for each in robots.deliveries("late")}) == 1


def test_what_a_robot_refuses_for_its_title_is_told_anew_with_another(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/bad", [Answer(500)])
    robots.want("robot", "巡检")
    urls = [counting.url("/bad")]
    path = plan(plan_text(urls, [alert(robots, "dingtalk")]))

    running = patrol(path)
    refused = running.wait_for("alert_failed")
    plan(plan_text(urls, [alert(robots, "dingtalk", rest='title = "巡检";')]))
    running.signal(signal.SIGHUP)
    taken = robots.wait_for(1)
    running.wait_for("round", len(running.of("round")) + 3)
    assert running.end() == 0

    assert "keywords not in content" in refused["message"]
    assert "1 down" in taken.text
    assert len(robots.taken()) == 1


def test_what_was_delivered_while_the_history_was_locked_is_noted_later(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer,
    tmp_path: Path,
) -> None:
    counting.script("/bad", [Answer(500)])
    robots.order("robot", "hold")
    path = plan(plan_text(
        [counting.url("/bad")],
        [alert(robots, "webhook", rest='timeout = "5m";')],
    ))

    running = patrol(path)
    wait_until(robots.deliveries, "it to be sent")
    with closing(sqlite3.connect(
        tmp_path / "rounds.db", isolation_level=None
    )) as other:
        other.execute("BEGIN IMMEDIATE")
        robots.let_go()
        running.wait_for("alert_not_stored")
        other.execute("ROLLBACK")
    running.wait_for("alert")
    running.wait_for("round", len(running.of("round")) + 3)
    running.signal(signal.SIGKILL)
    running.end(None)
    again = patrol(path)
    again.wait_for("round", 3)
    assert again.end() == 0

    assert len(robots.deliveries()) == 1


def test_what_waits_survives_a_kill_and_is_told_once(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/bad", [Answer(500)])
    robots.order("robot", "503", "503")
    path = plan(plan_text([counting.url("/bad")], [alert(robots, "webhook")]))

    first = patrol(path)
    first.wait_for("alert_failed", 2)
    first.signal(signal.SIGKILL)
    first.end(None)
    second = patrol(path)
    robots.wait_for(1)
    second.wait_for("round", 4)
    second.end()
    third = patrol(path)
    third.wait_for("round", 3)
    third.end()

    assert len(robots.taken()) == 1
    ids = {each.headers["x-rounds-id"] for each in robots.deliveries()}
    assert len(ids) == 1


def test_a_recovery_is_told_by_the_process_that_comes_after(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/health", [Answer(500)])
    path = plan(plan_text([counting.url("/health")],
                          [alert(robots, "webhook")]))

    first = patrol(path)
    robots.wait_for(1)
    first.wait_for("alert")
    first.signal(signal.SIGKILL)
    first.end(None)
    counting.script("/health", [Answer()])
    second = patrol(path)
    robots.wait_for(2)
    second.end()

    assert [
        each["change"]
        for delivery in robots.taken()
        for each in delivery.json["changes"]
    ] == ["down", "up"]


def test_whoever_hears_all_knows_how_things_stand_after_any_number_of_kills(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    chance = random.Random(5)
    is_bad = [False] * 5

    def toggle(number: int) -> None:
        is_bad[number] = not is_bad[number]
        answer = Answer(500) if is_bad[number] else Answer()
        counting.script(f"/{number}", [answer])

    path = plan(plan_text(
        [counting.url(f"/{number}") for number in range(5)],
        [alert(robots, "webhook", rest="flapping = 0;")],
    ))
    for _ in range(6):
        running = patrol(path)
        running.wait_for("start")
        for _ in range(chance.randrange(1, 5)):
            toggle(chance.randrange(5))
            seen = counting.request_count
            counting.wait_for_requests(seen + chance.randrange(1, 8))
        running.signal(signal.SIGKILL)
        running.end(None)
    running = patrol(path)

    def told() -> dict[str, list[str]]:
        """The changes of each endpoint; a message told twice counts once."""
        messages = {each.json["id"]: each.json for each in robots.taken()}
        changes: dict[str, list[str]] = {f"e{i}": [] for i in range(5)}
        for message in messages.values():
            for each in message["changes"]:
                if each["change"] != "was_down":
                    changes[each["name"]].append(each["change"])
        return changes

    wait_until(
        lambda: [each[-1:] == ["down"] for each in told().values()] == is_bad,
        "what was told to be what is so",
    )
    running.wait_for("round", len(running.of("round")) + 2)
    assert running.end() == 0

    for name, changes in told().items():
        assert changes == (["down", "up"] * 20)[:len(changes)], name


def test_silence_everywhere_is_one_message_about_our_own_network(
    patrol: Start, plan: Write, robots: Robots
) -> None:
    holes = (BlackHole(), BlackHole())
    urls = [f"{holes[i % 2].origin}/{i}" for i in range(20)]
    path = plan(plan_text(
        urls, [alert(robots, "webhook")],
        'schedule = { every = "5s"; };\n'
        'defaults = { connect_timeout = "200ms"; };\n' + HISTORY,
    ))

    running = patrol(path)
    robots.wait_for(1)
    running.wait_for("round", 2)
    running.end()
    for hole in holes:
        hole.stop()

    (delivery,) = robots.deliveries()
    assert delivery.json["event"] == "network_in_doubt"
    assert delivery.json["changes"] == []
    assert "None of 20 endpoints" in delivery.json["text"]


def test_quiet_hours_keep_what_there_is_to_say(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/bad", [Answer(500)])
    alerts = [
        alert(robots, "webhook", "quiet", 'quiet = "00:00-24:00";'),
        alert(robots, "webhook", "loud"),
    ]
    path = plan(plan_text([counting.url("/bad")], alerts))

    running = patrol(path)
    robots.wait_for(1, "loud")
    running.wait_for("round", 3)
    plan(plan_text(
        [counting.url("/bad")],
        [alert(robots, "webhook", "quiet"), alert(robots, "webhook", "loud")],
    ))
    assert robots.deliveries("quiet") == []
    running.signal(signal.SIGHUP)
    robots.wait_for(1, "quiet")
    running.wait_for("round", len(running.of("round")) + 2)
    running.end()

    assert robots.taken("quiet")[0].json["counts"]["down"] == 1
    assert len(robots.taken("loud")) == 1


def test_tags_and_networks_say_of_whom_an_alert_tells(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/bad", [Answer(500)])
    shop, other = counting.url("/bad?1"), counting.url("/bad?2")
    alerts = [
        alert(robots, "webhook", "shop", 'tags = ["shop"];'),
        alert(robots, "webhook", "office", 'networks = ["office"];'),
        alert(robots, "webhook", "all"),
    ]
    path = plan(
        EVERY_SECOND + "networks = { office = { workers = 2; }; };\n"
        f'endpoints = ({{ name = "s"; url = "{shop}"; tags = ["shop"]; }},\n'
        f'{{ name = "o"; url = "{other}"; network = "office"; }});\n'
        f"alerts = ({','.join(alerts)});\n"
    )

    running = patrol(path)
    names = {
        name: [each["name"] for each in
               robots.wait_for(1, name).json["changes"]]
        for name in ("shop", "office", "all")
    }
    running.end()

    assert names["shop"] == ["s"]
    assert names["office"] == ["o"]
    assert running.of("alerts_in_memory")


def test_no_robot_is_sent_more_than_it_takes(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/flip", [Answer(500), Answer()] * 60)
    path = plan(plan_text(
        [counting.url("/flip")],
        [alert(robots, kind, kind, "flapping = 0;")
         for kind in ("dingtalk", "slack", "feishu")],
    ))

    running = patrol(path)
    robots.wait_for(20, "dingtalk", 120)
    running.wait_for("round", len(running.of("round")) + 5)
    running.end()

    for kind in ("dingtalk", "slack", "feishu"):
        assert {each.trouble for each in robots.deliveries(kind)} == {""}
    assert running.of("alert_failed") == []


def test_a_template_makes_the_body_of_a_webhook(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer
) -> None:
    counting.script("/bad", [Answer(500)])
    path = plan(plan_text([counting.url("/bad")], [
        alert(robots, "webhook", "group", (
            'headers = { X-Team = "ops"; };'
            'template = { summary = "{{title}}"; body = "{{text}}"; '
            'fixed = [1, 2]; };'
        )),
        alert(robots, "webhook", "form", (
            'headers = ["Content-Type: application/x-www-form-urlencoded"];'
            'template = "n={{down}}&t={{title}}";'
        )),
    ]))

    running = patrol(path)
    group, form = robots.wait_for(1, "group"), robots.wait_for(1, "form")
    running.end()

    assert group.json["summary"] == "[rounds] 1 down"
    assert group.json["fixed"] == [1, 2]
    assert "\n- e0: status" in group.json["body"]
    assert group.headers["x-team"] == "ops"
    assert form.body == b"n=1&t=%5Brounds%5D%201%20down"


def test_a_mail_goes_out_over_tls_only_with_password(
    patrol: Start,
    plan: Write,
    mail_server: MailServer,
    certificates: Certificates,
    counting: CountingServer,
) -> None:
    counting.script("/bad", [Answer(500)])
    mail_server.refuse("451 try again later")
    path = plan(plan_text([counting.url("/bad")], [
        f'{{ type = "email"; server = "{mail_server.url}"; {AT_ONCE} '
        f'user = "{USER}"; password = "{PASSWORD}"; title = "巡检"; '
        f'ca_file = "{certificates.root_file}"; '
        'from = "rounds@example.com"; '
        'to = ["a@example.com", "b@example.com"]; }'
    ]))

    running = patrol(path)
    mail = mail_server.wait_for()
    running.wait_for("alert")
    assert running.end() == 0

    assert mail.was_encrypted
    assert mail.sender == "rounds@example.com"
    assert mail.recipients == ["a@example.com", "b@example.com"]
    assert mail.message["Subject"] == "[巡检] 1 down"
    assert mail.message["To"] == "a@example.com, b@example.com"
    assert "- e0: status" in mail.message.get_content()
    assert "451" in running.of("alert_failed")[0]["message"]


def test_no_mail_goes_to_a_server_without_a_good_certificate(
    rounds: Rounds, plan: Write, mail_server: MailServer
) -> None:
    path = plan(plan_text(["http://127.0.0.1:1/"], [
        f'{{ type = "email"; server = "{mail_server.url}"; '
        f'user = "{USER}"; password = "{PASSWORD}"; '
        'from = "rounds@example.com"; to = ["a@example.com"]; }'
    ]))

    done = rounds.run("watch", "--test-alerts", path)

    assert done.returncode == 1
    assert "certificate" in done.stdout


def mail_alert(url: str, rest: str) -> str:
    """An alert by mail, without encryption where the server has none."""
    return (
        f'{{ type = "email"; server = "{url}"; starttls = false; {AT_ONCE} '
        f'from = "rounds@example.com"; to = ["a@example.com"]; {rest} }}'
    )


@pytest.fixture
def stalling() -> Iterator[Callable[[str], StallingMailServer]]:
    """Starts a mail server that is silent from some command on."""
    made = []

    def start(silent_at: str) -> StallingMailServer:
        made.append(StallingMailServer(silent_at))
        return made[-1]

    yield start
    for server in made:
        server.stop()


STALLS = (GREETING, "EHLO", "MAIL", "RCPT", "DATA", ".")


def test_a_mail_server_that_says_nothing_is_given_up_in_time(
    rounds: Rounds, plan: Write, stalling: Callable[[str], StallingMailServer]
) -> None:
    path = plan(plan_text(["http://127.0.0.1:1/"], [
        mail_alert(stalling(command).url, 'timeout = "300ms";')
        for command in STALLS
    ]))

    done = rounds.run("watch", "--test-alerts", path)

    assert done.returncode == 1
    told = done.stdout.splitlines()
    assert len(told) == len(STALLS)
    for line in told:
        assert "not delivered" in line
        assert "timed out" in line or "timeout" in line.lower()


def test_a_mail_server_that_has_taken_a_mail_need_not_say_goodbye(
    rounds: Rounds, plan: Write, stalling: Callable[[str], StallingMailServer]
) -> None:
    server = stalling("QUIT")
    path = plan(plan_text(
        ["http://127.0.0.1:1/"], [mail_alert(server.url, 'timeout = "5m";')]
    ))

    done = rounds.run("watch", "--test-alerts", path, timeout=20)

    assert (done.returncode, done.stdout) == (0, "email: delivered\n")
    server.wait_until_silent()


@pytest.mark.parametrize("silent_at", STALLS)
def test_a_mail_server_that_says_nothing_holds_up_neither_reload_nor_end(
    patrol: Start, plan: Write, counting: CountingServer, silent_at: str,
    stalling: Callable[[str], StallingMailServer],
) -> None:
    counting.script("/bad", [Answer(500)])
    server = stalling(silent_at)
    path = plan(plan_text(
        [counting.url("/bad")], [mail_alert(server.url, 'timeout = "5m";')]
    ))
    running = patrol(path)
    server.wait_until_silent()

    running.signal(signal.SIGHUP)
    running.wait_for("reload")
    running.wait_for("round", len(running.of("round")) + 3)

    assert running.end() == 0


def command(*words: str, rest: str = "") -> str:
    """An alert that runs a program."""
    told = ", ".join(map(quoted, words))
    return f'{{ type = "command"; command = [{told}]; {AT_ONCE} {rest} }}'


def test_a_command_gets_the_event_on_stdin(
    patrol: Start, plan: Write, tmp_path: Path, counting: CountingServer
) -> None:
    counting.script("/bad", [Answer(500)])
    target = tmp_path / "event.json"
    code = (
        "import os, sys, pathlib; event = sys.stdin.read();"
        "path = pathlib.Path(sys.argv[1]); part = path.with_suffix('.part');"
        "part.write_text(event + '\\n' + str(os.listdir('/proc/self/fd')));"
        "part.rename(path)"
    )
    path = plan(plan_text(
        [counting.url("/bad")], [command(sys.executable, "-c", code,
                                         str(target))]
    ))

    running = patrol(path)
    running.wait_for("alert")
    assert running.end() == 0

    event, files = target.read_text().splitlines()
    assert json.loads(event)["changes"][0]["name"] == "e0"
    assert len(json.loads(files.replace("'", '"'))) == 4  # one to look


def test_a_command_that_fails_or_does_not_end_is_told(
    rounds: Rounds, plan: Write, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    path = plan(plan_text(["http://127.0.0.1:1/"], [
        command("sh", "-c", "echo no such channel >&2; exit 7"),
        command("sh", "-c", f"sleep 600 & echo $! > {pid}; wait",
                rest='timeout = "500ms";'),
        command("no-such-program-of-the-tests"),
        command("true"),
        command("sh", "-c", "kill -TERM $$"),
    ]))

    done = rounds.run("watch", "--test-alerts", path)

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "command: not delivered: sh ended with 7: no such channel\\n",
        "command 2: not delivered: sh did not end in time",
        "command 3: not delivered: no-such-program-of-the-tests: "
        "No such file or directory",
        "command 4: delivered",
        "command 5: not delivered: sh was ended by signal 15",
    ]
    child = int(pid.read_text())
    wait_until(
        lambda: not Path(f"/proc/{child}/cmdline").exists()
        or not Path(f"/proc/{child}/cmdline").read_bytes(),
        "its child to be ended, too",
    )


def test_a_command_may_say_as_much_as_it_wants(
    rounds: Rounds, plan: Write
) -> None:
    flood = "yes | head -c 20000000; yes no | head -c 20000000 >&2;"
    path = plan(plan_text(["http://127.0.0.1:1/"], [
        command("sh", "-c", flood, rest='timeout = "1m";'),
        command("sh", "-c", f"{flood} exit 3", rest='timeout = "1m";'),
    ]))

    done = rounds.run("watch", "--test-alerts", path)

    assert done.returncode == 1
    taken, failed = done.stdout.splitlines()
    assert taken == "command: delivered"
    assert failed.startswith(
        "command 2: not delivered: sh ended with 3: no\\nno\\n")
    assert len(failed) < 1000


def test_no_secret_is_logged_or_stored(
    patrol: Start, plan: Write, robots: Robots, counting: CountingServer,
    tmp_path: Path,
) -> None:
    counting.script("/bad", [Answer(500)])
    robots.order("dingtalk", "refuse")
    robots.order("webhook", "503")
    alerts = [
        alert(robots, "dingtalk", "dingtalk"),
        alert(robots, "webhook", "webhook",
              'headers = { X-Api-Key = "k3y-of-the-webhook"; };'
              'template = { password = "${HOOK_PASSWORD}"; '
              'text = "{{text}}"; };'),
    ]
    path = plan(plan_text([counting.url("/bad?token=t0ken-of-the-page")],
                          alerts))

    running = patrol(path, env={"HOOK_PASSWORD": "pa55-of-the-hook"})
    robots.wait_for(1, "dingtalk")
    hook = robots.wait_for(1, "webhook")
    running.wait_for("alert", 2)
    running.end()

    assert hook.json["password"] == "pa55-of-the-hook"
    kept = json.dumps(running.events).encode()
    for file in tmp_path.glob("rounds.db*"):
        kept += file.read_bytes()
    for secret in (SECRET, "t0ken-of-the-tests", "k3y-of-the-webhook",
                   "pa55-of-the-hook", "t0ken-of-the-page"):
        assert secret.encode() not in kept


def test_the_example_has_every_key_and_so_has_the_manual(
    rounds: Rounds, plan: Write
) -> None:
    manual = (PROJECT / "docs" / "alerts.md").read_text()
    example = (PROJECT / "cfg" / "alerts.cfg").read_text()
    known: set[str] = set()
    for kind in (*ROBOTS, "webhook", "email", "command"):
        path = plan(
            'endpoints = ({ name = "a"; url = "http://127.0.0.1:1/"; });'
            f'alerts = ({{ type = "{kind}"; zzzzzzzzzzzz = 1; }});'
        )
        told = rounds.run("list", path).stderr
        known.update(
            told.partition("expected one of ")[2].partition("\n")[0].split(", ")
        )

    assert len(known) > 20
    assert [key for key in sorted(known) if f"`{key}`" not in manual] == []
    assert [key for key in sorted(known) if f"{key} = " not in example] == []


def test_the_example_tests_its_alert(rounds: Rounds, tmp_path: Path) -> None:
    done = rounds.run(
        "watch", "--test-alerts", PROJECT / "cfg" / "alerts.cfg"
    )

    assert (done.returncode, done.stdout, done.stderr) == (
        0, "here: delivered\n", ""
    )
    (line,) = (tmp_path / "alerts.log").read_text().splitlines()
    assert json.loads(line)["event"] == "test"
