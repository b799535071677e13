"""A DNS server over UDP that is silent, or gives one answer to all.

Run in a network namespace:

    python3 name_server.py silent | nxdomain | servfail | ADDRESS...

It listens on port 53 of ADDRESS below, prints READY, then one line for
each query. IPv4 addresses answer A queries, IPv6 ones AAAA queries.
"""

import ipaddress
import socket
import struct
import sys
from collections.abc import Sequence

ADDRESS = "127.0.0.1"
READY = "ready"
RESPONSE = 0x8180
CODES = {"nxdomain": 3, "servfail": 2}
RECORD_TYPES = {4: 1, 6: 28}
TTL_SECONDS = 0
FIRST_NAME = 0xC00C


def question_end(query: bytes) -> int:
    """Where the question of a query ends: name, type and class."""
    position = 12
    while query[position]:
        position += query[position] + 1
    return position + 5


def question_name(query: bytes) -> str:
    """The name a query asks for."""
    labels = []
    position = 12
    while size := query[position]:
        labels.append(query[position + 1:position + 1 + size])
        position += size + 1
    return b".".join(labels).decode("latin-1")


def reply(query: bytes, answers: Sequence[str]) -> bytes:
    """The answer to a query, as the command line says."""
    question = query[12:question_end(query)]
    if answers[0] in CODES:
        flags = RESPONSE | CODES[answers[0]]
        return query[:2] + struct.pack("!5H", flags, 1, 0, 0, 0) + question
    asked_type = struct.unpack("!H", question[-4:-2])[0]
    records = [_record(text) for text in answers]
    fitting = [data for kind, data in records if kind == asked_type]
    counts = struct.pack("!5H", RESPONSE, 1, len(fitting), 0, 0)
    return query[:2] + counts + question + b"".join(fitting)


def _record(text: str) -> tuple[int, bytes]:
    address = ipaddress.ip_address(text)
    kind = RECORD_TYPES[address.version]
    data = address.packed
    head = struct.pack("!3HIH", FIRST_NAME, kind, 1, TTL_SECONDS, len(data))
    return kind, head + data


def main(answers: Sequence[str]) -> None:
    """Serve until killed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((ADDRESS, 53))
        print(READY, flush=True)
        while True:
            query, client = sock.recvfrom(4096)
            print(question_name(query), flush=True)
            if answers != ["silent"]:
                sock.sendto(reply(query, answers), client)


if __name__ == "__main__":
    main(sys.argv[1:])
