"""What machine and which programs a benchmark was made with."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

VERSIONS = {
    "curl": ("curl", "--version"),
    "aiohttp": ("/usr/bin/python3", "-c",
                "import aiohttp, sys; print('aiohttp', aiohttp.__version__, "
                "'on Python', sys.version.split()[0])"),
    "nginx": ("nginx", "-v"),
    "wrk": ("wrk", "-v"),
}


def describe() -> list[str]:
    """Lines about the machine."""
    memory = re.search(
        r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    kernel = ".".join(platform.release().split(".")[:2])
    return [
        f"{os.cpu_count()} CPUs, {_processor()}",
        f"{int(memory[1]) / 1024 / 1024:.0f} GiB of memory",
        f"Linux {kernel}, {_distribution()}",
    ]


def versions(rounds: Path) -> list[str]:
    """The first line of what each program says of itself."""
    said = [_first_line([rounds, "--version"])]
    said += [_first_line(command) for command in VERSIONS.values()]
    return [line for line in said if line]


def load() -> str:
    """How busy the machine has been in the last minute and five."""
    return " ".join(f"{average:.2f}" for average in os.getloadavg()[:2])


def commit(folder: Path) -> str:
    """The commit that is checked out, "+" where files differ from it."""
    short = _git(folder, "rev-parse", "--short", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--", "src", "include")
    return short + ("+" if changed else "")


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True)
    return done.stdout.strip()


def _processor() -> str:
    model = re.search(
        r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return model[1] if model else platform.machine()


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return "an unknown distribution"


def _first_line(command: Sequence[str | Path]) -> str:
    try:
        path = os.environ.get("PATH", "/usr/bin") + ":/usr/sbin"
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=10,
            env=os.environ | {"PATH": path})
    except OSError:
        return ""
    lines = (done.stdout + done.stderr).splitlines()
    return lines[0] if lines and "Error" not in lines[-1] else ""
