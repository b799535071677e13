#!/usr/bin/python3
"""The script that teams write before they need more: aiohttp, one session,
a semaphore.

    aiohttp_check.py [-n N] [--ca FILE] [--timeout SECONDS]
                     [--connect-timeout SECONDS] PLAN.cfg|URLS

It takes the URLs out of a plan, or out of a file with one a line, asks each
once, at most N at a time and for as long as rounds does, and says on stderr how
many did not answer 2xx. It ends with 0 where every URL was asked, whatever it
answered. With --times FILE the milliseconds that each took go there, one a
line.
"""

import argparse
import asyncio
import re
import ssl
import sys
import time
from pathlib import Path

import aiohttp

URL = re.compile(r'\burl\s*=\s*"([^"]+)"')


def read_urls(path):
    """Out of a plan (*.cfg), or one a line."""
    text = path.read_text()
    return URL.findall(text) if path.suffix == ".cfg" else text.split()


async def check(session, semaphore, url):
    """Ask one URL; whether it is well, and how long it took."""
    async with semaphore:
        began = time.monotonic()
        try:
            async with session.get(url) as response:
                await response.read()
                is_well = 200 <= response.status <= 299
        except (aiohttp.ClientError, asyncio.TimeoutError):
            is_well = False
        return is_well, (time.monotonic() - began) * 1000


async def check_all(urls, arguments):
    """Ask all of them over one session."""
    context = ssl.create_default_context(cafile=arguments.ca)
    semaphore = asyncio.Semaphore(arguments.workers)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=arguments.workers, ssl=context),
        timeout=aiohttp.ClientTimeout(
            total=arguments.timeout, sock_connect=arguments.connect_timeout
        ),
    ) as session:
        return await asyncio.gather(
            *(check(session, semaphore, url) for url in urls)
        )


def main():
    """Read the URLs, ask, tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", "--workers", type=int, default=16)
    parser.add_argument("--ca")
    parser.add_argument("--timeout", type=float, default=5.0)
    parser.add_argument("--connect-timeout", type=float, default=2.0)
    parser.add_argument("--times", type=Path)
    parser.add_argument("source", type=Path)
    arguments = parser.parse_args()

    urls = read_urls(arguments.source)
    results = asyncio.run(check_all(urls, arguments))
    if arguments.times:
        arguments.times.write_text(
            "".join(f"{taken:.3f}\n" for _, taken in results)
        )
    failed = sum(not is_well for is_well, _ in results)
    if failed:
        print(f"{failed} of {len(results)} did not answer 2xx",
              file=sys.stderr)


if __name__ == "__main__":
    main()
