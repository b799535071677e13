"""The HTTP answers of the fault server, bad ones and odd but good ones.

Each function answers one request that has been read whole. A connection
it leaves open takes the next request. The table at the end names them all.
"""

import functools
import zlib

from support.connection import CHUNK
from support.exchange import Exchange, Play

SENT_AT_MOST = 64 * 1024 * 1024
ANNOUNCED_HUGE = 1 << 40
BOMB_BYTES = 32 * 1024 * 1024

BODY = b"0123456789" * 10
OK_LINE = b"HTTP/1.1 200 OK\r\n"
TYPE_LINE = b"Content-Type: text/plain\r\n"
LENGTH_LINE = b"Content-Length: 100\r\n"
CHUNKED_LINE = b"Transfer-Encoding: chunked\r\n"
CHUNKED_HEAD = OK_LINE + TYPE_LINE + CHUNKED_LINE + b"\r\n"
HEAD = OK_LINE + TYPE_LINE + LENGTH_LINE + b"\r\n"

HOSTILE_LINE = (
    b"\x1b[31mred\x1b]0;title\x07 ]]> </script><script>alert(1)</script>"
    b" ::error::owned \"'&amp;%0A \x01\x08\x7f\x9b31m \xff\xfe \xc3\x28"
    b" \xe2\x80\xae"
)
HOSTILE_BODY = HOSTILE_LINE + b"\x00\n::error::a line of its own\r\n" + (
    b"\n<!-- ]]>\nnot ok 1 - tap\n--- \n"
)


# Answers that are well, though some look odd.


async def healthy(exchange: Exchange) -> None:
    """200, or the query's status."""
    await exchange.answer(exchange.number("status", 200), BODY)


async def not_found(exchange: Exchange) -> None:
    """404, for a path that names no fault."""
    await exchange.answer(404, b"no such fault\n")


async def healthy_without_length(exchange: Exchange) -> None:
    """200 whose body ends with the connection."""
    await exchange.end(OK_LINE + TYPE_LINE + b"\r\n" + BODY)


async def healthy_with_trailer(exchange: Exchange) -> None:
    """200 in chunks, with a trailer after them."""
    await exchange.send(
        CHUNKED_HEAD + _chunk(BODY) + b"0\r\nX-Trailer: it came\r\n\r\n"
    )


async def healthy_after_hints(exchange: Exchange) -> None:
    """102, 103 and then 200."""
    await exchange.send(b"HTTP/1.1 102 Processing\r\n\r\n")
    await exchange.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    await exchange.send(HEAD + BODY)


# No answer at all.


async def silent_after_request(exchange: Exchange) -> None:
    """first_byte_timeout: the request was read, nothing comes."""
    await exchange.connection.wait_closed()


async def reset_before_answer(exchange: Exchange) -> None:
    """reset: the request was read, then RST."""
    exchange.connection.reset()


async def empty_reply(exchange: Exchange) -> None:
    """empty_reply: the request was read, then FIN."""
    await exchange.connection.close()


# Answers that do not end as they should.


async def reset_within(exchange: Exchange) -> None:
    """reset: half of the body, then RST."""
    await exchange.send(HEAD + BODY[:50])
    exchange.connection.reset()


async def reset_within_headers(exchange: Exchange) -> None:
    """reset: a part of the header section, then RST."""
    await exchange.send(OK_LINE + TYPE_LINE)
    exchange.connection.reset()


async def truncated_by_length(exchange: Exchange) -> None:
    """truncated: half of the announced body, then FIN."""
    await exchange.end(HEAD + BODY[:50])


async def truncated_before_body(exchange: Exchange) -> None:
    """truncated: a whole header section, none of the announced body."""
    await exchange.end(HEAD)


async def truncated_chunk(exchange: Exchange) -> None:
    """truncated: a chunk shorter than it says, then FIN."""
    await exchange.end(CHUNKED_HEAD + b"64\r\n" + BODY[:50])


async def truncated_between_chunks(exchange: Exchange) -> None:
    """truncated: whole chunks, and FIN in place of the last one."""
    await exchange.end(CHUNKED_HEAD + _chunk(BODY))


async def truncated_within_trailers(exchange: Exchange) -> None:
    """truncated: all chunks and a trailer, and no blank line after it."""
    await exchange.end(
        CHUNKED_HEAD + _chunk(BODY) + b"0\r\nX-Trailer: it came\r\n"
    )


async def truncated_within_headers(exchange: Exchange) -> None:
    """truncated: a good status line and headers, and no blank line."""
    await exchange.end(OK_LINE + TYPE_LINE)


async def truncated_within_header_line(exchange: Exchange) -> None:
    """truncated: the end comes in the middle of a header's line."""
    await exchange.end(OK_LINE + b"Content-Ty")


async def truncated_within_status_line(exchange: Exchange) -> None:
    """truncated: the end comes in the middle of the status line."""
    await exchange.end(b"HTTP/1.1 20")


async def truncated_gzip(exchange: Exchange) -> None:
    """All bytes announced came, but the gzip stream in them has no end."""
    data = _gzip(BODY * 100)
    await exchange.send(_encoded_head("gzip", len(data) // 2))
    await exchange.send(data[:len(data) // 2])


async def informational_only(exchange: Exchange) -> None:
    """truncated: 1xx, then FIN."""
    await exchange.end(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")


async def drip(exchange: Exchange) -> None:
    """read_timeout: a body of `count` bytes, one each `ms`."""
    count = exchange.number("count", 600)
    length = f"Content-Length: {count}\r\n\r\n".encode()
    await exchange.send(OK_LINE + TYPE_LINE + length)
    await _send_slowly(exchange, b"x" * count)


async def drip_headers(exchange: Exchange) -> None:
    """read_timeout: a whole good answer, one byte each `ms`."""
    await _send_slowly(exchange, HEAD + BODY)


async def stall_within_body(exchange: Exchange) -> None:
    """read_timeout: half of the body, then silence."""
    await exchange.send(HEAD + BODY[:50])
    await exchange.connection.wait_closed()


async def stall_within_headers(exchange: Exchange) -> None:
    """read_timeout: a part of the header section, then silence."""
    await exchange.send(OK_LINE + b"Content-Ty")
    await exchange.connection.wait_closed()


async def stall_after_hints(exchange: Exchange) -> None:
    """read_timeout: 103, then silence."""
    await exchange.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    await exchange.connection.wait_closed()


# Answers that are not HTTP as we accept it.


async def garbage(exchange: Exchange) -> None:
    """protocol: a line of another protocol."""
    await exchange.end(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")


async def binary_garbage(exchange: Exchange) -> None:
    """protocol: bytes of no protocol."""
    await exchange.end(bytes(range(256)) * 16)


async def bad_status_line(exchange: Exchange) -> None:
    """protocol: a status that is no number."""
    await exchange.end(b"HTTP/1.1 abc Weird\r\n" + LENGTH_LINE + b"\r\n")


async def bad_version(exchange: Exchange) -> None:
    """protocol: a version of HTTP that does not exist."""
    await exchange.end(b"HTTP/7.3 200 OK\r\n" + LENGTH_LINE + b"\r\n" + BODY)


async def nul_in_header(exchange: Exchange) -> None:
    """protocol: a NUL byte in a header's value."""
    await exchange.end(
        OK_LINE + b"X-Nul: a\x00b\r\n" + LENGTH_LINE + b"\r\n" + BODY
    )


async def indented_headers(exchange: Exchange) -> None:
    """protocol: a first header line that goes on with none before it."""
    await exchange.end(
        OK_LINE + b"\tX-Indented: a\r\n\tX-More: b\r\n" + LENGTH_LINE
        + b"\r\n" + BODY
    )


async def indented_after_hints(exchange: Exchange) -> None:
    """protocol: the same behind an informational answer."""
    await exchange.end(
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK_LINE + b" X-Indented: a\r\n"
        + LENGTH_LINE + b"\r\n" + BODY
    )


async def indented_after_odd_status(exchange: Exchange) -> None:
    """protocol: the same behind a status line in small letters."""
    await exchange.end(
        b"http/1.1 200 OK\r\n X-Indented: a\r\n" + LENGTH_LINE + b"\r\n"
        + BODY
    )


async def folded_header(exchange: Exchange) -> None:
    """200 with a header on two lines, which RFC 9112 calls obsolete."""
    await exchange.end(
        OK_LINE + TYPE_LINE + b"X-Folded: a \r\n  b\r\n\t c\r\n" + LENGTH_LINE
        + b"\r\n" + BODY
    )


async def redirect_on_two_lines(exchange: Exchange) -> None:
    """302 to /landing, whose Location stands on the next line."""
    await exchange.end(
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation:\r\n\t/landing\r\n"
        b"\r\n"
    )


async def header_without_name(exchange: Exchange) -> None:
    """protocol: a header line without a colon."""
    await exchange.end(
        OK_LINE + b"not a header\r\n" + LENGTH_LINE + b"\r\n" + BODY
    )


async def bad_chunk_header(exchange: Exchange) -> None:
    """protocol: a chunk whose size is no number."""
    await exchange.end(CHUNKED_HEAD + b"xyz\r\n" + BODY + b"\r\n0\r\n\r\n")


async def bad_content_encoding(exchange: Exchange) -> None:
    """protocol: a Content-Encoding nobody knows."""
    await exchange.end(_encoded_head("x-unheard-of", len(BODY)) + BODY)


async def bad_gzip(exchange: Exchange) -> None:
    """protocol: says gzip and is not."""
    await exchange.end(_encoded_head("gzip", len(BODY)) + BODY)


async def conflicting_content_length(exchange: Exchange) -> None:
    """protocol: two lengths that differ."""
    await exchange.end(
        OK_LINE + LENGTH_LINE + b"Content-Length: 50\r\n\r\n" + BODY
    )


async def negative_content_length(exchange: Exchange) -> None:
    """protocol: a length below zero."""
    await exchange.end(OK_LINE + b"Content-Length: -5\r\n\r\n" + BODY)


# Answers without an end.


async def endless_headers(exchange: Exchange) -> None:
    """too_large: header after header."""
    line = b"X-Endless: " + b"a" * 80 + b"\r\n"
    await exchange.send(OK_LINE)
    await _send_without_end(exchange, line * 700)


async def endless_header_line(exchange: Exchange) -> None:
    """too_large: one header whose value does not end."""
    await exchange.send(OK_LINE + b"X-Endless: ")
    await _send_without_end(exchange, b"a" * CHUNK)


async def huge_body_with_length(exchange: Exchange) -> None:
    """too_large: a TiB is announced."""
    length = f"Content-Length: {ANNOUNCED_HUGE}\r\n\r\n".encode()
    await exchange.send(OK_LINE + length)
    await _send_without_end(exchange, b"a" * CHUNK)


async def huge_body_without_length(exchange: Exchange) -> None:
    """too_large: a body that would end with the connection."""
    await exchange.send(OK_LINE + TYPE_LINE + b"\r\n")
    await _send_without_end(exchange, b"a" * CHUNK)


async def huge_body_in_chunks(exchange: Exchange) -> None:
    """too_large: chunk after chunk."""
    await exchange.send(CHUNKED_HEAD)
    await _send_without_end(exchange, _chunk(b"a" * CHUNK))


async def gzip_bomb(exchange: Exchange) -> None:
    """too_large: 32 KiB that unpack to 32 MiB."""
    data = bomb()
    await exchange.send(_encoded_head("gzip", len(data)) + data)


# Redirects. The query's `status` is taken in place of 302.


async def redirect(exchange: Exchange) -> None:
    """To the URL in the query's `to`."""
    await exchange.redirect(exchange.request.query["to"])


async def redirect_chain(exchange: Exchange) -> None:
    """`count` redirects, then 200."""
    left = exchange.number("count", 5)
    if left == 0:
        await healthy(exchange)
    else:
        await exchange.redirect(f"{exchange.request.path}?count={left - 1}")


async def redirect_loop(exchange: Exchange) -> None:
    """redirect: to itself."""
    await exchange.redirect(exchange.request.target)


async def redirect_within_origin(exchange: Exchange) -> None:
    """To `landing` at the same origin: everything may go along."""
    await exchange.redirect("/landing")


async def redirect_to_other_origin(exchange: Exchange) -> None:
    """To `landing` at another port: no credential may go along."""
    await exchange.redirect(exchange.origins.landing + "/landing")


async def redirect_to_other_host(exchange: Exchange) -> None:
    """To `landing` at the host localhost: no credential may go along."""
    await exchange.redirect(exchange.origins.landing_by_name + "/landing")


async def redirect_to_other_scheme(exchange: Exchange) -> None:
    """To `landing` at an https origin: no credential may go along."""
    await exchange.redirect(exchange.origins.landing_tls + "/landing")


async def redirect_to_refused(exchange: Exchange) -> None:
    """connect_refused: to a port where nobody listens."""
    await exchange.redirect(exchange.origins.refused + "/")


async def redirect_to_file(exchange: Exchange) -> None:
    """redirect: to a file of the client."""
    await exchange.redirect("file:///etc/passwd")


async def redirect_to_ftp(exchange: Exchange) -> None:
    """redirect: to another protocol."""
    await exchange.redirect("ftp://127.0.0.1:1/x")


async def redirect_to_javascript(exchange: Exchange) -> None:
    """redirect: to a script."""
    await exchange.redirect("javascript:alert(document.cookie)")


async def redirect_to_hostile(exchange: Exchange) -> None:
    """redirect: to bytes that no URL may hold."""
    location = "http://" + HOSTILE_LINE.decode("latin-1") + "/"
    await exchange.redirect(location)


async def redirect_without_location(exchange: Exchange) -> None:
    """302 that does not say where to."""
    await exchange.answer(exchange.number("status", 302), b"moved\n")


async def landing(exchange: Exchange) -> None:
    """200; its requests show which headers a redirect took along."""
    await exchange.answer(200, b"landed\n")


# Kept connections that the server ends.


async def closes_after_answer(exchange: Exchange) -> None:
    """A whole answer that does not announce the FIN after it."""
    await exchange.end(HEAD + BODY)


async def resets_second_request(exchange: Exchange) -> None:
    """A whole answer; the next request meets RST and is not read."""
    await exchange.send(HEAD + BODY)
    await exchange.connection.wait_readable()
    exchange.connection.reset()


async def drops_second_request(exchange: Exchange) -> None:
    """A whole answer; the next request is read and FIN is its answer."""
    if exchange.connection.requests_read == 1:
        await exchange.send(HEAD + BODY)
    else:
        await exchange.connection.close()


# Text that harms whoever shows it as it is.


async def hostile_text(exchange: Exchange) -> None:
    """500, or the query's status, with a hostile reason, header, body."""
    status = exchange.number("status", 500)
    await exchange.send(
        b"HTTP/1.1 %d " % status + HOSTILE_LINE + b"\r\n"
        + b"X-Hostile: " + HOSTILE_LINE + b"\r\n"
        + b"Content-Type: text/html; " + HOSTILE_LINE + b"\r\n"
        + b"Content-Length: %d\r\n\r\n" % len(HOSTILE_BODY)
        + HOSTILE_BODY
    )


PLAYS: dict[str, Play] = {
    play.__name__: play
    for play in (
        healthy,
        healthy_without_length,
        healthy_with_trailer,
        healthy_after_hints,
        silent_after_request,
        reset_before_answer,
        empty_reply,
        reset_within,
        reset_within_headers,
        truncated_by_length,
        truncated_before_body,
        truncated_chunk,
        truncated_between_chunks,
        truncated_within_trailers,
        truncated_within_headers,
        truncated_within_header_line,
        truncated_within_status_line,
        truncated_gzip,
        informational_only,
        drip,
        drip_headers,
        stall_within_body,
        stall_within_headers,
        stall_after_hints,
        garbage,
        binary_garbage,
        bad_status_line,
        bad_version,
        nul_in_header,
        indented_headers,
        indented_after_hints,
        indented_after_odd_status,
        folded_header,
        header_without_name,
        bad_chunk_header,
        bad_content_encoding,
        bad_gzip,
        conflicting_content_length,
        negative_content_length,
        endless_headers,
        endless_header_line,
        huge_body_with_length,
        huge_body_without_length,
        huge_body_in_chunks,
        gzip_bomb,
        redirect,
        redirect_chain,
        redirect_loop,
        redirect_on_two_lines,
        redirect_within_origin,
        redirect_to_other_origin,
        redirect_to_other_host,
        redirect_to_other_scheme,
        redirect_to_refused,
        redirect_to_file,
        redirect_to_ftp,
        redirect_to_javascript,
        redirect_to_hostile,
        redirect_without_location,
        landing,
        closes_after_answer,
        resets_second_request,
        drops_second_request,
        hostile_text,
    )
}


@functools.lru_cache
def bomb() -> bytes:
    """The gzip bomb; the first call takes some tenths of a second."""
    return _gzip(bytes(BOMB_BYTES))


async def _send_slowly(exchange: Exchange, data: bytes) -> None:
    pause = exchange.number("ms", 50) / 1000
    for i in range(len(data)):
        await exchange.send(data[i:i + 1])
        if not await exchange.connection.wait(pause):
            return


async def _send_without_end(exchange: Exchange, piece: bytes) -> None:
    """Send it again and again; the end is far, but there is one."""
    for _ in range(SENT_AT_MOST // len(piece)):
        await exchange.send(piece)
    await exchange.connection.close()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n" % len(data) + data + b"\r\n"


def _encoded_head(encoding: str, length: int) -> bytes:
    return OK_LINE + TYPE_LINE + (
        f"Content-Encoding: {encoding}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()
