"""The TLS side of the fault server: bad certificates, bad handshakes."""

import ssl
import warnings

from support.certificates import Certificates
from support.connection import Connection
from support.exchange import Exchange, Play
from support.http_faults import BODY, HEAD, OK_LINE, TYPE_LINE
from support.messages import answer
from support.server import Handler

EXPIRING_DAYS = 10
ALERT_UNEXPECTED_MESSAGE = bytes([21, 3, 1, 0, 2, 2, 10])


def contexts(certificates: Certificates) -> dict[str, ssl.SSLContext]:
    """The targets that differ from a good server by their context only."""
    return {
        "tls_good": certificates.good.server_context(),
        "tls_expired": certificates.expired.server_context(),
        "tls_not_yet_valid": certificates.not_yet_valid.server_context(),
        "tls_wrong_name": certificates.wrong_name.server_context(),
        "tls_hostile_name": certificates.hostile_name.server_context(),
        "tls_self_signed": certificates.self_signed.server_context(),
        "tls_unknown_ca": certificates.unknown_ca.server_context(),
        "tls_missing_intermediate":
            certificates.missing_intermediate.server_context(),
        "tls_weak_key": certificates.weak_key.server_context(lax=True),
        "tls_weak_signature":
            certificates.weak_signature.server_context(lax=True),
        "tls_expiring":
            certificates.expiring_in(EXPIRING_DAYS).server_context(),
        "tls_old_version": _old_version(certificates),
        "tls_1_2_only": _one_version(certificates, ssl.TLSVersion.TLSv1_2),
        "tls_1_3_only": _one_version(certificates, ssl.TLSVersion.TLSv1_3),
        "tls_no_common_cipher": _no_common_cipher(certificates),
        "tls_client_certificate_1_2":
            _client_certificate(certificates, ssl.TLSVersion.TLSv1_2),
        "tls_client_certificate_1_3":
            _client_certificate(certificates, ssl.TLSVersion.TLSv1_3),
    }


async def stalled_handshake(connection: Connection) -> None:
    """tls_timeout: TCP is up, the ClientHello is not answered."""
    await connection.wait_closed()


async def closed_after_hello(connection: Connection) -> None:
    """tls_handshake: the ClientHello is read, then FIN."""
    await connection.receive_raw()
    connection.cut()


async def reset_after_hello(connection: Connection) -> None:
    """tls_handshake: the ClientHello is read, then RST."""
    await connection.receive_raw()
    connection.reset()


async def plain_http(connection: Connection) -> None:
    """tls_handshake: the ClientHello is answered in plain HTTP."""
    await connection.receive_raw()
    await connection.send(answer(400, b"this is a plain port\n"))
    await connection.close_gently()


async def alert_to_plain_http(connection: Connection) -> None:
    """protocol: a plain request is answered with a TLS alert."""
    await connection.receive_raw()
    await connection.send(ALERT_UNEXPECTED_MESSAGE)
    await connection.close_gently()


def stalled_within_handshake(context: ssl.SSLContext) -> Handler:
    """tls_timeout: half of the server's first flight, then silence."""

    async def handler(connection: Connection) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        while not outgoing.pending:
            incoming.write(await connection.receive_raw())
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
        flight = outgoing.read()
        await connection.send(flight[:len(flight) // 2])
        await connection.wait_closed()

    return handler


async def no_close_notify(exchange: Exchange) -> None:
    """truncated: half of the announced body, FIN and no close_notify."""
    await exchange.send(HEAD + BODY[:50])
    exchange.connection.cut()


async def no_close_notify_without_length(exchange: Exchange) -> None:
    """A body that ends with FIN and without close_notify.

    It might have gone on; but no end was announced that could be missed.
    """
    await exchange.send(OK_LINE + TYPE_LINE + b"\r\n" + BODY)
    exchange.connection.cut()


PLAYS: dict[str, Play] = {
    "tls_no_close_notify": no_close_notify,
    "tls_no_close_notify_without_length": no_close_notify_without_length,
}

HANDSHAKES: dict[str, Handler] = {
    "tls_stalled_handshake": stalled_handshake,
    "tls_closed_after_hello": closed_after_hello,
    "tls_reset_after_hello": reset_after_hello,
    "tls_plain_http": plain_http,
}


def _one_version(
    certificates: Certificates, version: ssl.TLSVersion
) -> ssl.SSLContext:
    context = certificates.good.server_context()
    context.minimum_version = version
    context.maximum_version = version
    return context


def _old_version(certificates: Certificates) -> ssl.SSLContext:
    context = certificates.good.server_context(lax=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old and deprecated it shall be
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def _no_common_cipher(certificates: Certificates) -> ssl.SSLContext:
    """Ciphers for an RSA key only, where the key is an EC one."""
    context = _one_version(certificates, ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    return context


def _client_certificate(
    certificates: Certificates, version: ssl.TLSVersion
) -> ssl.SSLContext:
    context = certificates.good.server_context(
        client_ca=certificates.client_root_file
    )
    context.minimum_version = version
    context.maximum_version = version
    return context
