"""The fault server: every way an endpoint can fail, each under a name.

    faults.url("reset_within")                   a port of its own
    faults.url("drip", ms=20, count=100)         with parameters
    faults.shared_url("reset_within")            the same as a path of the
                                                 port all HTTP faults share
    faults.shared_url("reset_within", tls=True)  and over TLS
    faults.target("reset_within").requests       what arrived there

The names are the keys of http_faults.PLAYS, proxies.PLAYS, what
tls_faults names, and those added in Faults itself. On a port of its own a
fault plays for every path but /landing, where redirects land on any port.
"""

import ssl
from collections.abc import Callable
from urllib.parse import urlencode

from support import http_faults, proxies, tls_faults
from support.black_hole import BlackHole
from support.certificates import Certificates
from support.connection import Connection
from support.exchange import Exchange, Origins, Play, Target
from support.messages import Request, read_request
from support.server import Handler, Server, bound_socket, origin

HOST = "127.0.0.1"

Choose = Callable[[Request], tuple[str, Play]]


class Faults:
    """All targets, from the start until stop()."""

    def __init__(self, certificates: Certificates) -> None:
        self._targets: dict[str, Target] = {}
        http_faults.bomb()  # packed now, not while somebody is timed
        self._server = Server()
        self._refused = bound_socket()
        self._black_hole = BlackHole()
        self._add_ports_without_answer()
        self._add_http(certificates.good.server_context())
        self._add_tls(certificates)
        for name, play in proxies.PLAYS.items():
            self._add(name, "http", self._serving(_always(name, play)))
        self._origins = Origins(
            landing=self.target("landing").origin,
            landing_tls=self.target("shared_tls").origin,
            landing_by_name=self.target("landing").origin.replace(
                HOST, "localhost"
            ),
            refused=self.target("refused").origin,
        )

    def stop(self) -> None:
        """Close every port and connection; tell the handlers' mistakes."""
        self._refused.close()
        self._black_hole.stop()
        self._server.stop()

    def names(self) -> list[str]:
        """The names of all targets."""
        return list(self._targets)

    def target(self, name: str) -> Target:
        """The target of that name, which knows what arrived there."""
        return self._targets[name]

    def forget(self) -> None:
        """Start counting from zero at every target."""
        for target in self._targets.values():
            target.forget()

    def url(self, name: str, path: str = "/", **query: object) -> str:
        """A URL at the port that plays this fault alone."""
        return self.target(name).origin + path + _query(query)

    def shared_url(
        self, name: str, *, tls: bool = False, **query: object
    ) -> str:
        """A URL at the port that all HTTP faults share."""
        if name not in http_faults.PLAYS:
            raise KeyError(name)
        shared = self.target("shared_tls" if tls else "shared")
        return f"{shared.origin}/{name}" + _query(query)

    def _add_ports_without_answer(self) -> None:
        refused_port = self._refused.getsockname()[1]
        self._add_target("refused", "http", refused_port)
        self._add_target("proxy_refused", "http", refused_port)
        self._add_target("black_hole", "http", self._black_hole.port)
        self._add("silent_after_accept", "http", _silent)
        self._add("reset_after_accept", "http", _reset)

    def _add_http(self, good: ssl.SSLContext) -> None:
        for name, play in http_faults.PLAYS.items():
            self._add(name, "http", self._serving(_unless_landing(name, play)))
        by_path = self._serving(_by_path)
        self._add("shared", "http", by_path)
        self._add_over_tls("shared_tls", good, by_path)

    def _add_tls(self, certificates: Certificates) -> None:
        good = certificates.good.server_context()
        for name, context in tls_faults.contexts(certificates).items():
            serve = self._serving(_always(name, http_faults.healthy))
            self._add_over_tls(name, context, serve)
        for name, play in tls_faults.PLAYS.items():
            self._add_over_tls(name, good, self._serving(_always(name, play)))
        for name, handler in tls_faults.HANDSHAKES.items():
            self._add(name, "https", handler)
        half = tls_faults.stalled_within_handshake(good)
        self._add("tls_stalled_within_handshake", "https", half)
        name = "tls_on_plain_port"
        serve = self._serving(_always(name, http_faults.healthy))
        self._add_over_tls(name, good, serve, scheme="http")
        alert = tls_faults.alert_to_plain_http
        self._add("tls_alert_on_plain_port", "http", alert)

    def _add_target(self, name: str, scheme: str, port: int) -> None:
        self._targets[name] = Target(name, origin(scheme, HOST, port))

    def _add(self, name: str, scheme: str, handler: Handler) -> None:
        async def counted(connection: Connection) -> None:
            self.target(name).connections += 1
            await handler(connection)

        self._add_target(name, scheme, self._server.listen(counted, HOST))

    def _add_over_tls(
        self,
        name: str,
        context: ssl.SSLContext,
        serve: Handler,
        scheme: str = "https",
    ) -> None:
        async def handler(connection: Connection) -> None:
            try:
                await connection.start_tls(context)
            except ssl.SSLError:
                await connection.close_gently()  # let the alert get there
                return
            self.target(name).handshakes += 1
            await serve(connection)

        self._add(name, scheme, handler)

    def _serving(self, choose: Choose) -> Handler:
        """A handler that plays for each request what is chosen for it."""

        async def handler(connection: Connection) -> None:
            while connection.is_open:
                request = await read_request(connection)
                if request is None:
                    return
                name, play = choose(request)
                target = self.target(name)
                target.requests.append(request)
                await play(
                    Exchange(connection, request, target, self._origins)
                )
                if connection.is_open and request.header("Connection") == (
                    "close"
                ):
                    await connection.close()

        return handler


def _always(name: str, play: Play) -> Choose:
    return lambda request: (name, play)


def _unless_landing(name: str, play: Play) -> Choose:
    def choose(request: Request) -> tuple[str, Play]:
        if request.path == "/landing":
            return "landing", http_faults.landing
        return name, play

    return choose


def _by_path(request: Request) -> tuple[str, Play]:
    name = request.path.split("/")[1]
    if name in http_faults.PLAYS:
        return name, http_faults.PLAYS[name]
    return "shared", http_faults.not_found


async def _silent(connection: Connection) -> None:
    await connection.wait_closed_unread()


async def _reset(connection: Connection) -> None:
    connection.reset()


def _query(values: dict[str, object]) -> str:
    return "?" + urlencode(values) if values else ""
