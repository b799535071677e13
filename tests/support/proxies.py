"""Small HTTP proxies, a good one and bad ones, for the fault server.

Each play answers one request that was sent to the proxy.
"""

import asyncio
import base64
from urllib.parse import urlsplit

from support.connection import CHUNK, Connection
from support.exchange import Exchange, Play
from support.messages import Request

LOCAL = ("127.0.0.1", "::1", "localhost")
USER = "user"
PASSWORD = "proxy-password"
HOP_BY_HOP = ("connection", "expect", "transfer-encoding")
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
CHALLENGE = ("Proxy-Authenticate", 'Basic realm="proxy"')


async def good(exchange: Exchange) -> None:
    """Passes everything on, to loopback addresses only."""
    connection, request = exchange.connection, exchange.request
    host, port, origin_form = _destination(request)
    if host not in LOCAL:
        await _refuse(exchange, 403)
        return
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        await _refuse(exchange, 502)
        return
    try:
        if request.method == "CONNECT":
            await connection.send(ESTABLISHED)
            await _tunnel(connection, reader, writer)
        else:
            writer.write(_forwarded(request, origin_form))
            await _pass_down(connection, reader)
    finally:
        writer.close()


async def authenticating(exchange: Exchange) -> None:
    """Passes on what carries USER and PASSWORD, answers 407 to the rest."""
    secret = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    sent = exchange.request.header("Proxy-Authorization")
    if sent == f"Basic {secret}":
        await good(exchange)
    else:
        await unauthorized(exchange)


async def unauthorized(exchange: Exchange) -> None:
    """407, always."""
    await _refuse(exchange, 407, CHALLENGE)


async def bad_gateway(exchange: Exchange) -> None:
    """502, always."""
    await _refuse(exchange, 502)


async def silent(exchange: Exchange) -> None:
    """Reads the request and never answers."""
    await exchange.connection.wait_closed()


async def empty(exchange: Exchange) -> None:
    """Reads the request, then FIN."""
    await exchange.connection.close()


async def resetting(exchange: Exchange) -> None:
    """Reads the request, then RST."""
    exchange.connection.reset()


async def garbage(exchange: Exchange) -> None:
    """Answers with something that is not HTTP."""
    await exchange.end(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")


async def stalled_tunnel(exchange: Exchange) -> None:
    """Answers 200 to CONNECT, then nothing."""
    await exchange.send(ESTABLISHED)
    await exchange.connection.wait_closed()


PLAYS: dict[str, Play] = {
    "proxy_good": good,
    "proxy_authenticating": authenticating,
    "proxy_407": unauthorized,
    "proxy_502": bad_gateway,
    "proxy_silent": silent,
    "proxy_empty": empty,
    "proxy_reset": resetting,
    "proxy_garbage": garbage,
    "proxy_stalled_tunnel": stalled_tunnel,
}


async def _refuse(exchange: Exchange, status: int, *headers: tuple) -> None:
    await exchange.answer(status, b"from the proxy\n", *headers)
    await exchange.connection.close()


def _destination(request: Request) -> tuple[str, int, str]:
    """Host and port to go to, and the target without them."""
    if request.method == "CONNECT":
        url = urlsplit("//" + request.target)
    else:
        url = urlsplit(request.target)
    target = url.path or "/"
    if url.query:
        target += "?" + url.query
    return url.hostname or "", url.port or 80, target


def _forwarded(request: Request, origin_form: str) -> bytes:
    lines = [f"{request.method} {origin_form} HTTP/1.1"]
    for name, value in request.headers:
        is_for_proxy = name.lower().startswith("proxy-")
        if not is_for_proxy and name.lower() not in HOP_BY_HOP:
            lines.append(f"{name}: {value}")
    if request.body and request.header("Content-Length") is None:
        lines.append(f"Content-Length: {len(request.body)}")
    lines += ["Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1") + request.body


async def _tunnel(
    connection: Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Pass bytes both ways until either side ends."""
    ways = [
        asyncio.ensure_future(_pass_up(connection, writer)),
        asyncio.ensure_future(_pass_down(connection, reader)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pass_up(
    connection: Connection, writer: asyncio.StreamWriter
) -> None:
    while data := await connection.receive():
        writer.write(data)
        await writer.drain()


async def _pass_down(
    connection: Connection, reader: asyncio.StreamReader
) -> None:
    while data := await reader.read(CHUNK):
        await connection.send(data)
    await connection.close()
