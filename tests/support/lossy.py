"""A long line that loses packets: a TUN device in a namespace, and a server.

    python3 lossy.py DEVICE ADDRESS ONE_WAY_MS LOSS

Whatever goes out through the device comes back in after ONE_WAY_MS with its
addresses swapped, but for a part of the packets, LOSS, which is lost. So a
client that asks any address behind the device reaches the server of this
process, which listens on ADDRESS, the namespace's own, and the answer takes
the same way. Neither checksum changes: the sum of both addresses does not.
It writes the server's port and READY. Which packets are lost is by chance of a
fixed seed.
"""

import fcntl
import os
import random
import select
import struct
import sys
import time
from collections import deque

from support.simulated import SimulatedServer

READY = "ready"
SEED = 6
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
SOURCE, DESTINATION, PAYLOAD = 12, 16, 20  # where they begin in IPv4
PACKET_BYTES = 65536


def open_device(name: str) -> int:
    """The descriptor of a TUN device that exists."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    request = struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI)
    fcntl.ioctl(device, TUNSETIFF, request)
    return device


def swapped(packet: bytes) -> bytes:
    """The packet as if its receiver had sent it."""
    return (
        packet[:SOURCE] + packet[DESTINATION:PAYLOAD]
        + packet[SOURCE:DESTINATION] + packet[PAYLOAD:]
    )


def forward(device: int, one_way: float, loss: float) -> None:
    """Carry packets for as long as the process lives."""
    chance = random.Random(SEED)
    under_way: deque[tuple[float, bytes]] = deque()
    while True:
        left = under_way[0][0] - time.monotonic() if under_way else 60.0
        readable, _, _ = select.select([device], [], [], max(left, 0))
        if readable:
            packet = os.read(device, PACKET_BYTES)
            is_ipv4 = packet[0] >> 4 == 4
            if is_ipv4 and chance.random() >= loss:
                due = time.monotonic() + one_way
                under_way.append((due, swapped(packet)))
        while under_way and under_way[0][0] <= time.monotonic():
            os.write(device, under_way.popleft()[1])


def main() -> None:
    """The command line."""
    name, address, one_way_ms, loss = sys.argv[1:]
    device = open_device(name)
    server = SimulatedServer(host=address)
    print(f"{server.port}\n{READY}", flush=True)
    forward(device, float(one_way_ms) / 1000, float(loss))


if __name__ == "__main__":
    main()
