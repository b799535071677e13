"""The program under test, run from outside in a clean environment."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema

from support.plans import write_plan

PROJECT = Path(__file__).resolve().parents[2]
REPORT_SCHEMA = PROJECT / "docs" / "report.schema.json"
BINARY = Path(os.environ.get(
    "ROUNDS_BINARY", PROJECT / "build" / "release" / "rounds"
)).resolve()

SANITIZER_EXIT = 99
CRASHES = {
    -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL,
    -signal.SIGSEGV, SANITIZER_EXIT,
}
KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
KEPT_ENDINGS = ("SAN_OPTIONS",)
SANITIZER_OPTIONS = {
    name: f"exitcode={SANITIZER_EXIT}"
    for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS",
                 "UBSAN_OPTIONS")
}
SLOWNESS = 4 if os.environ.get("ROUNDS_SANITIZE") else 1


class Crash(AssertionError):
    """The program died, or a sanitizer ended it: no matter of time."""


class Rounds:
    """The binary, and a folder of its own to run in.

    Output is text; bytes that are no UTF-8 come as surrogate escapes. Every
    run that crashes, or that a sanitizer ends, is a Crash.
    """

    def __init__(
        self,
        binary: Path,
        directory: Path,
        *,
        engine: str | None = None,
        schema: Path | None = None,
    ) -> None:
        self.binary = binary
        self.directory = directory
        self.engine = engine
        self._schema = schema
        self._started: list[subprocess.Popen] = []

    def run(
        self,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 60,
        cwd: Path | None = None,
        prefix: Sequence[str | Path] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end; a sanitizer has four times the time.

        `env` is added to the clean environment. `prefix` is a command that
        runs it, such as `prlimit --nofile=20` or a namespace's prefix.
        """
        try:
            done = subprocess.run(
                [*prefix, self.binary, *arguments],
                input=stdin or "",
                capture_output=True,
                timeout=timeout * SLOWNESS,
                **self._settings(env, cwd),
            )
        except subprocess.TimeoutExpired as late:
            told = (late.stderr or b"").decode(errors="replace")
            raise AssertionError(f"{late}\n{told}") from None
        if done.returncode in CRASHES:
            raise Crash(
                f"crashed with {done.returncode}: {done.args}\n{done.stderr}"
            )
        return done

    def check(
        self, *arguments: str | Path, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run `rounds check` with the engine under test."""
        engine = self.engine_arguments()
        return self.run("check", *engine, *arguments, **options)

    def check_json(
        self, plan: str | Path, *arguments: str | Path, **options: Any
    ) -> tuple[int, Any]:
        """Check a plan and give the exit code and the report.

        The plan is a Path to a file or its text. The report is held
        against the project's schema.
        """
        if isinstance(plan, str):
            plan = write_plan(self.directory, plan)
        done = self.check("--report", "json", *arguments, plan, **options)
        try:
            report = json.loads(done.stdout)
        except ValueError as reason:
            raise AssertionError(
                f"no report, {reason}; exit {done.returncode}\n"
                f"{done.stdout}\n{done.stderr}"
            ) from None
        self.hold_to_schema(report)
        return done.returncode, report

    def hold_to_schema(self, report: Any) -> None:
        """A JSON report is what the project's schema says."""
        if self._schema is not None:
            schema = json.loads(self._schema.read_text())
            jsonschema.validate(report, schema)

    def start(
        self,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        prefix: Sequence[str | Path] = (),
    ) -> subprocess.Popen[str]:
        """Start it with pipes for all its streams, to send it signals.

        What still runs at the end of the test is killed.
        """
        started = subprocess.Popen(
            [*prefix, self.binary, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **self._settings(env, cwd),
        )
        self._started.append(started)
        return started

    def kill_started(self) -> None:
        """End what start() began and close its pipes."""
        for process in self._started:
            process.kill()
            process.communicate()
        self._started.clear()

    def engine_arguments(self) -> list[str]:
        """The option for the engine under test; none for the default."""
        return ["--engine", self.engine] if self.engine else []

    def _settings(
        self, env: Mapping[str, str] | None, cwd: Path | None
    ) -> dict[str, Any]:
        return {
            "env": clean_environment() | dict(env or {}),
            "cwd": cwd or self.directory,
            "encoding": "utf-8",
            "errors": "surrogateescape",
        }


def clean_environment() -> dict[str, str]:
    """What a program needs: no locale, no proxy, no CI, no colours."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT_VARIABLES or name.endswith(KEPT_ENDINGS)
    }
    return SANITIZER_OPTIONS | kept
