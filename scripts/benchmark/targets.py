"""What is asked in a benchmark: nginx, long lines, and ports that keep silent.

All listen on ports of 127.0.0.1 that the kernel chose. The sockets are made
here and inherited, so nobody can take a port in between.
"""

import http.client
import os
import re
import resource
import socket
from collections.abc import Sequence
from pathlib import Path

from support.certificates import Certificate
from support.processes import Process
from support.server import listening_socket

PAGE = "ok\\n"

CONFIGURATION = """
{user}
worker_processes 2;
worker_rlimit_nofile {descriptors};
daemon off;
pid {directory}/nginx.pid;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    scgi_temp_path {directory}/scgi;
    uwsgi_temp_path {directory}/uwsgi;
    keepalive_requests 10000000;
    keepalive_timeout 300s;
    tcp_nodelay on;
    default_type text/plain;
    ssl_session_cache shared:tls:4m;
    server_tokens off;
    server {{ listen 127.0.0.1:{status_port}; location / {{ stub_status; }} }}
    {servers}
}}
"""

SERVER = """
    server {{
        listen 127.0.0.1:{port}{options};
        {certificate}
        location = / {{ return 200 "{page}"; }}
        location = /sick {{ return 503; }}
        location / {{ return 404; }}
    }}
"""


class WebServer:
    """nginx with any number of plain and TLS listeners, each an origin.

    / answers 200, /sick 503, any other path 404. No log is written: nginx
    counts its connections itself.
    """

    def __init__(
        self,
        directory: Path,
        certificate: Certificate,
        plain: int = 0,
        tls: int = 0,
    ) -> None:
        directory.mkdir(parents=True)
        sockets = [listening_socket() for _ in range(plain + tls + 1)]
        ports = [_port(sock) for sock in sockets]
        for sock in sockets:
            sock.setblocking(False)  # nginx leaves inherited ones as they are
        self.plain_ports = ports[:plain]
        self.tls_ports = ports[plain:-1]
        self._status_port = ports[-1]
        self._write_configuration(directory, certificate)
        self.process = self._start(directory, sockets)
        for sock in sockets:
            sock.close()
        self.process.wait_until_ready(self._is_ready)

    def stop(self) -> None:
        """Stop it and close its ports."""
        self.process.stop()

    def plain_origins(self) -> list[str]:
        """The beginnings of its http URLs."""
        return [f"http://127.0.0.1:{port}" for port in self.plain_ports]

    def tls_origins(self) -> list[str]:
        """The beginnings of its https URLs."""
        return [f"https://127.0.0.1:{port}" for port in self.tls_ports]

    def connections(self) -> int:
        """How many it has taken so far, those that asked this left out."""
        self._asked += 1
        numbers = re.search(
            r"requests\s+(\d+) (\d+) (\d+)", self._ask_status()
        )
        return int(numbers[1]) - self._asked

    _asked = 0

    def _ask_status(self) -> str:
        client = http.client.HTTPConnection(
            "127.0.0.1", self._status_port, timeout=5
        )
        try:
            client.request("GET", "/")
            return client.getresponse().read().decode()
        finally:
            client.close()

    def _is_ready(self) -> bool:
        try:
            return "requests" in self._ask_status()
        except (OSError, http.client.HTTPException):
            return False

    def _write_configuration(
        self, directory: Path, certificate: Certificate
    ) -> None:
        connections = 16384
        servers = [_server(port) for port in self.plain_ports]
        servers += [_server(port, certificate) for port in self.tls_ports]
        text = CONFIGURATION.format(
            user="user root;" if os.geteuid() == 0 else "",
            directory=directory,
            connections=connections,
            descriptors=2 * connections,
            status_port=self._status_port,
            servers="".join(servers),
        )
        (directory / "nginx.conf").write_text(text)

    def _start(
        self, directory: Path, sockets: Sequence[socket.socket]
    ) -> Process:
        descriptors = [sock.fileno() for sock in sockets]
        path = os.environ.get("PATH", "/usr/bin") + ":/usr/sbin"
        return Process(
            "nginx",
            ["nginx", "-p", directory, "-c", directory / "nginx.conf",
             "-e", "stderr"],
            directory / "nginx.log",
            environment={
                "NGINX": "".join(f"{each};" for each in descriptors),
                "PATH": path,
            },
            inherited=descriptors,
        )


class SilentPort:
    """A port where the kernel takes connections and nobody ever answers."""

    def __init__(self) -> None:
        self._listener = listening_socket()
        self.origin = f"http://127.0.0.1:{_port(self._listener)}"

    def stop(self) -> None:
        """Reset what waits."""
        self._listener.close()


def allow_many_descriptors() -> None:
    """For us and all that we start."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _port(sock: socket.socket) -> int:
    return sock.getsockname()[1]


def _server(port: int, certificate: Certificate | None = None) -> str:
    lines = ""
    if certificate:
        lines = (
            f"ssl_certificate {certificate.chain_file};"
            f" ssl_certificate_key {certificate.key_file};"
        )
    return SERVER.format(
        port=port,
        options=" ssl" if certificate else "",
        certificate=lines,
        page=PAGE,
    )
