"""A server that gives everything away again that it was sent.

What arrived (target, headers, body, and what Basic credentials say) stands in
the reason phrase, in the headers X-Echo and Set-Cookie and in the body of
every answer, which is 418. Paths:

    /before/N...   N bytes stand before it in the body
    /json/N...     the same as a JSON string
    /away...       302 to an ftp URL that holds it
    /around...     302 to the same path with it in the query, without end
"""

import base64
import binascii
import json
import ssl
from urllib.parse import quote, unquote, unquote_plus, urlsplit

from support.connection import Connection
from support.messages import Request, answer, read_request
from support.server import Server, origin

STATUS = 418
FORM = "application/x-www-form-urlencoded"


class EchoServer:
    """The server; it listens on a port the kernel chose, until stop()."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._tls = tls
        self._server = Server()
        port = self._server.listen(self._serve)
        scheme = "https" if tls else "http"
        self.origin = origin(scheme, "127.0.0.1", port)

    def url(self, path: str = "/") -> str:
        """The URL of a path."""
        return self.origin + path

    def stop(self) -> None:
        """Close the port and every connection."""
        self._server.stop()

    def received(self) -> str:
        """All that has arrived so far, as it would be given away."""
        return "\n".join(_told(request) for request in self.requests)

    async def _serve(self, connection: Connection) -> None:
        if self._tls is not None:
            await connection.start_tls(self._tls)
        while request := await read_request(connection):
            self.requests.append(request)
            await connection.send(_answer(request))


def _told(request: Request) -> str:
    """What arrived, in one line."""
    body = request.body.decode("utf-8", "replace")
    values = [*_sent_headers(request), request.target]
    values += [unquote(request.target), body]
    if request.header("Content-Type") == FORM:
        values.append(unquote_plus(body))
    for name in ("Authorization", "Proxy-Authorization"):
        values += map(_decoded, request.values(name))
    return " ; ".join(values).replace("\r", " ").replace("\n", " ")


def _sent_headers(request: Request) -> list[str]:
    return [
        f"{name}={value}".encode("latin-1").decode("utf-8", "replace")
        for name, value in request.headers
    ]


def _decoded(credentials: str) -> str:
    try:
        data = base64.b64decode(credentials.partition(" ")[2], validate=True)
        return data.decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _answer(request: Request) -> bytes:
    told = _told(request)
    line = told.encode().decode("latin-1")  # as text of a header is written
    _, first, *rest = urlsplit(request.target).path.split("/")
    headers = [("X-Echo", line), ("Set-Cookie", f"session={line}")]
    status, text = STATUS, told
    if first in ("before", "json"):
        text = "." * int(rest[0]) + told
    if first == "json":
        text = json.dumps(text)
    if first in ("away", "around"):
        status = 302
        some = quote(" ; ".join(_sent_headers(request)), safe="")
        to = {"away": "ftp://elsewhere.example/", "around": "/around?again="}
        headers.append(("Location", to[first] + some))
    return answer(status, text.encode(), headers, reason=line)
