"""Workers, queues and connections: what arrives at servers that count."""

import itertools
import json
import re
import resource
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from support.certificates import Certificates
from support.counting import CountingServer
from support.faults import Faults
from support.nginx import Listener, Nginx
from support.plan_values import make_plan
from support.plans import plan_of
from support.program import SLOWNESS, Rounds
from support.tries import patiently

Make = Callable[..., CountingServer]
Write = Callable[..., Path]


# So long that no endpoint is late on a machine with other things to do.
PATIENCE = 'timeout = "2m"; connect_timeout = "2m";'


def network(name: str, workers: int, more: str = "") -> str:
    """A network of a plan."""
    return f"{name} = {{ workers = {workers}; {more} }};"


def settings(workers: int, defaults: str = "") -> str:
    """Everything in one network with so many workers."""
    networks = network("net", workers)
    return (
        f"networks = {{ {networks} }};\n"
        f'defaults = {{ network = "net"; {PATIENCE} {defaults} }};\n'
    )


def outcomes(report: dict) -> Counter[str]:
    """How often each outcome came."""
    return Counter(each["outcome"] for each in report["results"])


def names(report: dict) -> list[str]:
    """The names of the results, in their order."""
    return [each["name"] for each in report["results"]]


# N requests in flight, all of N and never more.


@pytest.mark.parametrize("workers", [1, 3, 16, 64])
def test_n_requests_are_in_flight_and_never_one_more(
    rounds: Rounds, counting: CountingServer, workers: int
) -> None:
    counting.close_gate(workers)  # opens once all workers wait there
    first = [counting.url("/gate")] * workers
    rest = [counting.url("/delay/20")] * (4 * workers)

    code, report = rounds.check_json(plan_of(first + rest, settings(workers)))

    assert code == 0
    assert counting.max_in_flight == workers
    assert counting.request_count == 5 * workers
    told = report["summary"]["networks"]["net"]
    assert (told["workers"], told["endpoints"]) == (workers, 5 * workers)


MANY = 1000 if SLOWNESS == 1 else 200
# MiB and KiB for each worker, as the design has them over live HTTPS.
MEMORY = {"threads": (16, 110), "async": (14, 90 / 4)}  # below 40 MB


def test_a_thousand_are_in_flight_at_once_and_cost_what_is_said(
    rounds: Rounds, counting: CountingServer, plan: Write, engine: str
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4 * MANY:
        pytest.skip("the server may not have so many connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4 * MANY), hard))
    counting.close_gate(MANY + 1)
    urls = [counting.url(f"/gate?{i}") for i in range(MANY)]

    started = rounds.start(
        "check", *rounds.engine_arguments(), "--report", "json",
        plan(plan_of(urls, settings(MANY))),
    )
    counting.wait_for_in_flight(MANY, 60 * SLOWNESS)
    status = Path(f"/proc/{started.pid}/status").read_text("ascii")
    counting.open_gate()
    output, complaints = started.communicate(timeout=60 * SLOWNESS)

    assert (started.returncode, complaints) == (0, "")
    assert outcomes(json.loads(output)) == {"healthy": MANY}
    threads = int(re.search(r"Threads:\s+(\d+)", status)[1])
    assert threads >= MANY if engine == "threads" else threads < 10
    if SLOWNESS == 1:  # a sanitizer has memory of its own
        base_mib, each_kib = MEMORY[engine]
        peak_kib = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])
        assert peak_kib <= base_mib * 1024 + each_kib * MANY


def test_the_option_sets_the_workers_of_every_network(
    rounds: Rounds, make_counting: Make
) -> None:
    left, right = make_counting(), make_counting()
    left.close_gate(5)
    right.close_gate(5)

    code, report = rounds.check_json(
        two_networks(left, right, (2, 3)), "-n", "5"
    )

    assert code == 0
    assert (left.max_in_flight, right.max_in_flight) == (5, 5)
    told = report["summary"]["networks"]
    assert {each["workers"] for each in told.values()} == {5}


def two_networks(
    left: CountingServer, right: CountingServer, workers: tuple[int, int]
) -> str:
    """40 endpoints for each server, which has a network of its own."""
    endpoints = [
        f'{{ name = "{name} {i}"; url = "{server.url(path)}";'
        f' network = "{name}"; }}'
        for i in range(40)
        for name, server in (("left", left), ("right", right))
        for path in ["/gate" if i < 10 else "/delay/20"]
    ]
    return (
        f"networks = {{ {network('left', workers[0])}"
        f" {network('right', workers[1])} }};\n"
        f"defaults = {{ {PATIENCE} }};\n"
        f"endpoints = ( {', '.join(endpoints)} );\n"
    )


def test_two_networks_each_keep_their_own_n_at_the_same_time(
    rounds: Rounds, make_counting: Make
) -> None:
    left, right = make_counting(), make_counting()
    left.close_gate(3)
    right.close_gate(7)

    code, report = rounds.check_json(two_networks(left, right, (3, 7)))

    assert code == 0
    assert (left.max_in_flight, right.max_in_flight) == (3, 7)
    assert (left.request_count, right.request_count) == (40, 40)
    told = report["summary"]["networks"]
    assert {name: each["workers"] for name, each in told.items()} == {
        "left": 3, "right": 7
    }


def test_networks_do_not_wait_for_one_another(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.close_gate(10)  # all workers of both, or nobody gets through

    code, _ = rounds.check_json(two_networks(counting, counting, (3, 7)))

    assert code == 0
    assert counting.max_in_flight == 10


def test_more_workers_than_endpoints_are_no_trouble(
    rounds: Rounds, counting: CountingServer
) -> None:
    code, report = rounds.check_json(
        plan_of([counting.url()] * 3, settings(100))
    )

    assert code == 0
    assert report["summary"]["healthy"] == counting.request_count == 3


@pytest.mark.parametrize("queue", [1, 2, 1000])
def test_a_queue_of_any_depth_passes_everything_on(
    rounds: Rounds, counting: CountingServer, queue: int
) -> None:
    networks = network("net", 4, f"queue = {queue};")
    urls = [counting.url(f"/{i}") for i in range(200)]

    code, report = rounds.check_json(plan_of(
        urls, f"networks = {{ {networks} }};", 'network = "net";'
    ))

    assert code == 0
    assert names(report) == [f"e{i}" for i in range(200)]
    assert counting.counts() == {f"/{i}": 1 for i in range(200)}


# Endpoints in equals results out.


def test_ten_thousand_endpoints_give_ten_thousand_results(
    rounds: Rounds, nginx: Nginx, plan: Write
) -> None:
    size = 10000 // SLOWNESS
    paths = [f"/status/200?number={i}" for i in range(size)]
    urls = [nginx.url(path=path) for path in paths]
    mark = nginx.log_mark()

    done = rounds.check(
        "--report", "json", plan(plan_of(urls, settings(64)))
    )

    report = json.loads(done.stdout)
    entries = nginx.log_since(mark, at_least=size)
    summary = report["summary"]
    assert (done.returncode, done.stderr) == (0, "")
    assert names(report) == [f"e{i}" for i in range(size)]
    assert outcomes(report) == {"healthy": size}
    assert Counter(each.target for each in entries) == Counter(paths)
    assert summary["endpoints"] == summary["attempts"] == size
    connections = len({each.connection for each in entries})
    assert summary["connections_opened"] == connections <= 64
    assert summary["connections_reused"] == size - connections


def test_results_come_in_the_plans_order_however_checks_finish(
    rounds: Rounds, make_counting: Make
) -> None:
    servers = [make_counting() for _ in range(3)]
    delays = [(7 * i) % 40 for i in range(60)]  # later ones finish earlier
    urls = [
        server.url(f"/delay/{delay}")
        for delay, server in zip(delays, itertools.cycle(servers))
    ]

    code, report = rounds.check_json(plan_of(urls, settings(12)))

    assert code == 0
    assert names(report) == [f"e{i}" for i in range(60)]
    assert [each["url"] for each in report["results"]] == urls
    lines = [each["source"]["line"] for each in report["results"]]
    assert lines == list(range(lines[0], lines[0] + 60))


def test_a_check_is_told_by_the_worker_that_made_it(
    rounds: Rounds, counting: CountingServer
) -> None:
    counting.close_gate(4)

    _, report = rounds.check_json(
        plan_of([counting.url("/gate")] * 4, settings(4))
    )

    workers = [each["worker"] for each in report["results"]]
    assert sorted(workers) == [0, 1, 2, 3]


# How long a round takes, by its own figures.


@pytest.mark.parametrize("workers, least_ms", [(100, 300), (10, 3000)])
@patiently
def test_a_round_takes_as_long_as_its_workers_need(
    rounds: Rounds, counting: CountingServer, workers: int, least_ms: int
) -> None:
    counting.forget()
    urls = [counting.url("/delay/300")] * 100

    code, report = rounds.check_json(plan_of(urls, settings(workers)))

    assert code == 0
    bound_ms = report["summary"]["lower_bound_ms"]
    assert least_ms <= bound_ms < 5 * least_ms * SLOWNESS  # and not 30 s
    assert bound_ms <= report["elapsed_ms"] < 2.5 * bound_ms
    assert counting.max_in_flight == workers


# Trouble with one is no trouble for the others.


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_every_way_to_fail_is_told_and_disturbs_no_other(
    rounds: Rounds, counting: CountingServer, faults: Faults, workers: int
) -> None:
    brief = 'connect_timeout = "400ms";'
    failing = {
        "dead host": ("http://nobody.invalid/", brief),
        "black hole": (faults.url("black_hole"), brief),
        "refused": (faults.url("refused"), ""),
        "missing": (counting.url("/status/404"), ""),
        "silent": (faults.url("silent_after_accept"), 'timeout = "800ms";'),
        "reset": (faults.url("reset_after_accept"), ""),
    }
    endpoints = [
        f'{{ name = "{name}"; url = "{url}"; {limit} }},'
        + "".join(
            f'{{ name = "well {name} {i}"; url = "{counting.url()}"; }},'
            for i in range(5)
        )
        for name, (url, limit) in failing.items()
    ]

    code, report = rounds.check_json(
        f'networks = {{ {network("net", workers)} }};\n'
        f'defaults = {{ network = "net"; {PATIENCE} }};\n'
        f"endpoints = ( {''.join(endpoints).rstrip(',')} );\n"
    )

    told = {
        each["name"]: (each["outcome"], each["reason"])
        for each in report["results"] if not each["name"].startswith("well")
    }
    assert code == 1
    assert told == {
        "dead host": ("unreachable", "dns"),
        "black hole": ("unreachable", "connect_timeout"),
        "refused": ("unreachable", "connect_refused"),
        "missing": ("unhealthy", "status"),
        "silent": ("unreachable", "first_byte_timeout"),
        "reset": ("unreachable", "reset"),
    }
    assert outcomes(report)["healthy"] == counting.count("/") == 30


def test_origins_that_hang_do_not_hold_back_the_others(
    rounds: Rounds, counting: CountingServer, faults: Faults
) -> None:
    hung = [
        {"name": f"hung {i}", "url": faults.url("silent_after_accept"),
         "timeout": "1s"}
        for i in range(6)
    ]
    well = [{"name": f"well {i}", "url": counting.url()} for i in range(60)]

    code, report = rounds.check_json(make_plan(
        hung + well, defaults={"timeout": "2m"},
        networks={"intranet": {"workers": 4}},
    ))

    ends = [each["timings_ms"]["queued"] for each in report["results"][6:]]
    assert code == 1
    assert outcomes(report) == {"unreachable": 6, "healthy": 60}
    assert report["elapsed_ms"] >= 2000  # 6 of a second with 4 workers
    assert max(ends) < report["elapsed_ms"]


# Connections.


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_one_connection_serves_fifty_checks_of_an_origin(
    rounds: Rounds, counting: CountingServer, method: str
) -> None:
    plan = plan_of(
        [counting.url()] * 50, settings(1, f'method = "{method}";')
    )

    code, report = rounds.check_json(plan)

    assert code == 0
    assert counting.request_count == 50
    assert counting.connections == 1
    assert report["summary"]["connections_opened"] == 1
    assert report["summary"]["connections_reused"] == 49
    reused = [each["connection_reused"] for each in report["results"]]
    assert reused == [False] + [True] * 49


def test_a_reused_connection_has_no_phases_of_connecting(
    rounds: Rounds, counting_tls: CountingServer, certificates: Certificates
) -> None:
    code, report = rounds.check_json(
        plan_of([counting_tls.url()] * 5, settings(1)),
        env={"SSL_CERT_FILE": str(certificates.root_file)},
    )

    first, *rest = [each["timings_ms"] for each in report["results"]]
    assert code == 0
    assert counting_tls.handshakes == 1
    for phase in ("dns", "connect", "tls", "wait", "receive", "total"):
        assert first[phase] is not None, phase
    for times in rest:
        assert times["dns"] is times["connect"] is times["tls"] is None
        assert times["wait"] > 0
        assert times["wait"] + times["receive"] <= times["total"]


def test_plain_http_has_no_tls_phase(
    rounds: Rounds, counting: CountingServer
) -> None:
    _, report = rounds.check_json(plan_of([counting.url()]))

    times = report["results"][0]["timings_ms"]
    assert times["tls"] is None
    assert times["connect"] is not None


def test_a_fresh_connection_is_opened_for_each_check_that_wants_one(
    rounds: Rounds, counting: CountingServer
) -> None:
    code, report = rounds.check_json(plan_of(
        [counting.url()] * 50, settings(1, "fresh_connection = true;")
    ))

    assert code == 0
    assert counting.connections == 50
    assert counting.max_open_connections <= 2  # the last one is on its way out
    assert report["summary"]["connections_opened"] == 50
    assert report["summary"]["connections_reused"] == 0
    assert not any(each["connection_reused"] for each in report["results"])


@pytest.mark.parametrize("method", [
    "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
])
def test_only_get_and_head_go_over_a_kept_connection(
    rounds: Rounds, counting: CountingServer, method: str
) -> None:
    code, report = rounds.check_json(plan_of(
        [counting.url()] * 10, settings(1, f'method = "{method}";')
    ))

    assert code == 0
    assert counting.connections == 10
    assert report["summary"]["connections_opened"] == 10
    assert report["summary"]["connections_reused"] == 0


def test_checks_of_an_origin_share_connections_wherever_they_stand(
    rounds: Rounds, make_nginx: Callable[..., Nginx]
) -> None:
    server = make_nginx([Listener()] * 20)
    urls = server.urls("/status/200") * 10  # origins take turns in the plan
    mark = server.log_mark()

    code, report = rounds.check_json(plan_of(urls, settings(4)))

    entries = server.log_since(mark, at_least=200)
    opened = len({each.connection for each in entries})
    assert code == 0
    assert report["summary"]["connections_opened"] == opened <= 20 + 2 * 4
    assert report["summary"]["connections_reused"] == 200 - opened


def test_a_kept_connection_that_the_server_closed_is_no_failure(
    rounds: Rounds, faults: Faults
) -> None:
    for name in ("closes_after_answer", "resets_second_request"):
        code, report = rounds.check_json(
            plan_of([faults.url(name)] * 10, settings(1))
        )

        assert (code, outcomes(report)) == (0, {"healthy": 10})
        assert report["summary"]["attempts"] == 10


# Limits of the machine.


@pytest.mark.parametrize("limit", [20, 40])
def test_few_descriptors_mean_fewer_workers_and_no_endpoint_called_down(
    rounds: Rounds, counting: CountingServer, plan: Write, limit: int
) -> None:
    urls = [counting.url("/delay/5")] * 200

    done = rounds.check(
        "--report", "json", plan(plan_of(urls, settings(64))),
        prefix=("prlimit", f"--nofile={limit}:{limit}"),
    )

    report = json.loads(done.stdout)
    unknown = outcomes(report)["unknown"]
    assert len(report["results"]) == 200
    assert outcomes(report)["healthy"] == 200 - unknown
    assert report["summary"]["reasons"] == (
        {"local": unknown} if unknown else {}
    )
    assert done.returncode == (3 if unknown else 0)
    assert report["summary"]["networks"]["net"]["workers"] < 64
    assert "ulimit -n" in done.stderr
