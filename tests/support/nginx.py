"""nginx on ports the kernel chose, plain and TLS, as many as asked.

Every listener answers
    /             200 and a small page
    /large        200 and a file of 1 MiB
    /status/NNN   that status, for the statuses in STATUSES
    /redirect     302 to /
    other paths   404
but one with an upstream passes everything on to it.

The listening sockets are made here and inherited by nginx, which takes
those that its variable NGINX names, so nobody can take a port in between.
"""

import http.client
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support.certificates import Certificate
from support.processes import Process, wait_until
from support.server import listening_socket, origin

STATUSES = (
    200, 201, 202, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405,
    410, 418, 429, 500, 501, 502, 503, 504,
)
LARGE_BYTES = 1024 * 1024
PAGE = "a small page\n"

CONFIGURATION = """
{user}
worker_processes 2;
worker_rlimit_nofile {descriptors};
daemon off;
pid {directory}/nginx.pid;
events {{ worker_connections {connections}; }}
http {{
    log_format timed '$msec $request_time $connection $connection_requests '
                     '$server_port $server_protocol $status '
                     '$request_method $request_uri';
    access_log {directory}/access.log timed;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    scgi_temp_path {directory}/scgi;
    uwsgi_temp_path {directory}/uwsgi;
    client_max_body_size 64m;
    keepalive_requests 1000000;
    keepalive_timeout 300s;
    tcp_nodelay on;
    default_type text/plain;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:4m;
    server_tokens off;
    server {{ listen 127.0.0.1:{ready_port}; access_log off; return 204; }}
    {servers}
}}
"""

SERVER = """
    server {{
        listen {address}{options};
        {certificate}
        {locations}
    }}
"""

PAGES = """
        location = / {{ return 200 "{page}"; }}
        location = /large {{ root {directory}/pages; }}
        location = /redirect {{ return 302 /; }}
        {statuses}
        location / {{ return 404; }}
"""

UPSTREAM = """
        location / {{
            proxy_pass {upstream};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header Connection "";
        }}
"""


@dataclass(frozen=True)
class Listener:
    """What one port of nginx is: HTTP/2 is offered over TLS only."""

    tls: bool = False
    http2: bool = False
    upstream: str | None = None
    host: str = "127.0.0.1"


PLAIN, TLS, HTTP2 = range(3)
STANDARD = (Listener(), Listener(tls=True), Listener(tls=True, http2=True))


@dataclass(frozen=True)
class LogEntry:
    """One line of the access log; times in seconds."""

    ended: float
    seconds: float
    connection: int
    request_on_connection: int
    port: int
    protocol: str
    status: int
    method: str
    target: str


class Nginx:
    """A running nginx, from its start until stop()."""

    def __init__(
        self,
        directory: Path,
        listeners: Sequence[Listener],
        certificate: Certificate,
    ) -> None:
        self.listeners = list(listeners)
        self._directory = directory
        self._log_file = directory / "access.log"
        sockets = [listening_socket(each.host) for each in listeners]
        self.ports = [_port(sock) for sock in sockets]
        sockets.append(listening_socket())
        self._ready_port = _port(sockets[-1])
        for sock in sockets:
            sock.setblocking(False)  # nginx leaves inherited ones as they are
        self._write_pages()
        self._write_configuration(certificate)
        try:
            self.process = self._start(sockets)
        finally:
            for sock in sockets:
                sock.close()
        self.process.wait_until_ready(self._is_ready)

    def stop(self) -> None:
        """Stop it and close its ports."""
        self.process.stop()

    def url(self, index: int = PLAIN, path: str = "/") -> str:
        """A URL at the listener of this place in the list."""
        each = self.listeners[index]
        scheme = "https" if each.tls else "http"
        return origin(scheme, each.host, self.ports[index]) + path

    def urls(self, path: str = "/") -> list[str]:
        """The URL of a path at every listener, in their order."""
        return [self.url(i, path) for i in range(len(self.listeners))]

    def log_mark(self) -> int:
        """Where the access log ends now, for log_since()."""
        return self._log_file.stat().st_size

    def log_since(self, mark: int = 0, at_least: int = 0) -> list[LogEntry]:
        """The requests logged since the mark.

        nginx writes a line once the answer is sent, which its client may
        see earlier: with `at_least` it waits for that many lines.
        """
        wait_until(
            lambda: len(self._log_lines(mark)) >= at_least,
            f"{at_least} lines in the log of nginx",
        )
        return [_log_entry(line) for line in self._log_lines(mark)]

    def _log_lines(self, mark: int) -> list[str]:
        with open(self._log_file, "rb") as log:
            log.seek(mark)
            whole, _, _ = log.read().rpartition(b"\n")
        return whole.decode().splitlines()

    def _write_pages(self) -> None:
        pages = self._directory / "pages"
        pages.mkdir(parents=True)
        (pages / "large").write_bytes(b"x" * LARGE_BYTES)

    def _write_configuration(self, certificate: Certificate) -> None:
        connections = 4096 + 2 * len(self.listeners)
        text = CONFIGURATION.format(
            user="user root;" if os.geteuid() == 0 else "",
            directory=self._directory,
            connections=connections,
            descriptors=2 * connections,
            ready_port=self._ready_port,
            servers="".join(
                self._server(each, port, certificate)
                for each, port in zip(self.listeners, self.ports)
            ),
        )
        (self._directory / "nginx.conf").write_text(text)

    def _server(
        self, listener: Listener, port: int, certificate: Certificate
    ) -> str:
        address = origin("http", listener.host, port).removeprefix("http://")
        options = " ssl" if listener.tls else ""
        options += " http2" if listener.http2 else ""
        if listener.upstream is None:
            locations = PAGES.format(
                page=PAGE.replace("\n", "\\n"),
                directory=self._directory,
                statuses="\n        ".join(map(_status_location, STATUSES)),
            )
        else:
            locations = UPSTREAM.format(upstream=listener.upstream)
        return SERVER.format(
            address=address,
            options=options,
            certificate=_tls_lines(certificate) if listener.tls else "",
            locations=locations,
        )

    def _start(self, sockets: Sequence[socket.socket]) -> Process:
        descriptors = [sock.fileno() for sock in sockets]
        inherited = "".join(f"{descriptor};" for descriptor in descriptors)
        return Process(
            "nginx",
            [
                "nginx",
                "-p", self._directory,
                "-c", self._directory / "nginx.conf",
                "-e", "stderr",
            ],
            self._directory / "nginx.log",
            environment={"NGINX": inherited, "PATH": _path_with_sbin()},
            inherited=descriptors,
        )

    def _is_ready(self) -> bool:
        """Whether a worker answers; connections queue up until then."""
        client = http.client.HTTPConnection(
            "127.0.0.1", self._ready_port, timeout=1
        )
        try:
            client.request("GET", "/")
            return client.getresponse().status == 204
        except (OSError, http.client.HTTPException):
            return False
        finally:
            client.close()


def _port(sock: socket.socket) -> int:
    return sock.getsockname()[1]


def _status_location(status: int) -> str:
    target = " /" if status in (301, 302, 303, 307, 308) else ""
    return f"location = /status/{status} {{ return {status}{target}; }}"


def _tls_lines(certificate: Certificate) -> str:
    return (
        f"ssl_certificate {certificate.chain_file};"
        f" ssl_certificate_key {certificate.key_file};"
    )


def _path_with_sbin() -> str:
    return os.environ.get("PATH", "/usr/bin") + ":/usr/sbin"


def _log_entry(line: str) -> LogEntry:
    parts = line.split(" ", 8)
    return LogEntry(
        ended=float(parts[0]),
        seconds=float(parts[1]),
        connection=int(parts[2]),
        request_on_connection=int(parts[3]),
        port=int(parts[4]),
        protocol=parts[5],
        status=int(parts[6]),
        method=parts[7],
        target=parts[8],
    )
