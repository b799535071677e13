"""What `rounds tune` says of networks that are simulated."""

import os
import subprocess
from pathlib import Path

from support.program import PROJECT, clean_environment

PROGRAM = Path(os.environ.get(
    "ROUNDS_MODELLED",
    PROJECT / "build" / "release" / "tests" / "cli" / "modelled",
))


def modelled(kind: str, form: str, name: str) -> str:
    """The report as text or html: tests/cli/modelled.c has the kinds."""
    return subprocess.run(
        [PROGRAM, kind, form, name], capture_output=True, encoding="utf-8",
        env=clean_environment(), check=True,
    ).stdout
