"""Fixtures of the tests from outside: the program and its servers."""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import browser as browsers  # noqa: E402
from support import processes  # noqa: E402
from support.browser import Browser  # noqa: E402
from support.certificates import Certificates  # noqa: E402
from support.counting import CountingServer  # noqa: E402
from support.faults import Faults  # noqa: E402
from support.httpbin import Httpbin  # noqa: E402
from support.namespace import Namespace  # noqa: E402
from support.nginx import STANDARD, Listener, Nginx  # noqa: E402
from support.plans import write_plan  # noqa: E402
from support.program import BINARY, REPORT_SCHEMA, Rounds  # noqa: E402

# Every test that uses `rounds` runs once for each of these, unless its file
# says that one is enough by an `engine` of its own: a fixture that gives None
# leaves the choice to the program.
ENGINES = ("threads", "async")


def pytest_configure() -> None:
    """Programs under test get signals that we ignore, as nohup makes us.

    What they inherit is the default action, since a handler of ours ends with
    exec().
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo
) -> Iterator[None]:
    """Show the servers' logs with a test that failed."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for process in processes.running():
            title = f"log of {process.name}"
            report.sections.append((title, process.log_tail()))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str | None:
    """The engine under test."""
    return request.param


@pytest.fixture
def rounds(engine: str | None, tmp_path: Path) -> Iterator[Rounds]:
    """The program, with a folder of its own."""
    program = Rounds(
        BINARY, tmp_path, engine=engine, schema=REPORT_SCHEMA
    )
    yield program
    program.kill_started()


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Path]:
    """Writes a plan file: plan(text, name="plan.cfg") gives its path."""

    def write(text: str, name: str = "plan.cfg") -> Path:
        return write_plan(tmp_path, text, name)

    return write


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates of every kind."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def make_nginx(
    tmp_path_factory: pytest.TempPathFactory, certificates: Certificates
) -> Iterator[Callable[[Sequence[Listener]], Nginx]]:
    """Starts one more nginx with these listeners."""
    made = []

    def make(listeners: Sequence[Listener]) -> Nginx:
        directory = tmp_path_factory.mktemp("nginx")
        made.append(Nginx(directory, listeners, certificates.good))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture(scope="session")
def nginx(make_nginx: Callable[[Sequence[Listener]], Nginx]) -> Nginx:
    """An nginx with the listeners PLAIN, TLS and HTTP2."""
    return make_nginx(STANDARD)


@pytest.fixture(scope="session")
def httpbin(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Httpbin]:
    """A real httpbin, plain HTTP."""
    server = Httpbin(tmp_path_factory.mktemp("httpbin"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def httpbin_tls(
    httpbin: Httpbin, make_nginx: Callable[[Sequence[Listener]], Nginx]
) -> Nginx:
    """The same httpbin behind TLS: httpbin_tls.url(path="/get")."""
    return make_nginx([Listener(tls=True, upstream=httpbin.origin)])


@pytest.fixture
def make_counting() -> Iterator[Callable[..., CountingServer]]:
    """Starts one more counting server, see its parameters."""
    made = []

    def make(*arguments: Any, **options: Any) -> CountingServer:
        made.append(CountingServer(*arguments, **options))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def counting(make_counting: Callable[..., CountingServer]) -> CountingServer:
    """A server that counts, plain HTTP."""
    return make_counting()


@pytest.fixture
def counting_tls(
    make_counting: Callable[..., CountingServer], certificates: Certificates
) -> CountingServer:
    """A server that counts, over TLS."""
    return make_counting(tls=certificates.good.server_context())


@pytest.fixture(scope="session")
def fault_server(certificates: Certificates) -> Iterator[Faults]:
    """The fault server; tests use `faults`."""
    server = Faults(certificates)
    yield server
    server.stop()


@pytest.fixture
def faults(fault_server: Faults) -> Faults:
    """The fault server, its counts at zero."""
    fault_server.forget()
    return fault_server


@pytest.fixture
def namespace(tmp_path: Path) -> Iterator[Namespace]:
    """A network namespace; the test is skipped where there can be none."""
    with Namespace(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser; tests use `browser`."""
    reason = browsers.missing()
    if reason:
        pytest.skip(f"no browser to test with: {reason}")
    made = Browser(tmp_path_factory.mktemp("chromium"))
    yield made
    made.stop()


@pytest.fixture
def browser(window: Browser) -> Browser:
    """The browser as at its start."""
    window.reset()
    return window
