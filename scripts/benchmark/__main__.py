"""The command line of scripts/bench."""

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmark import (
    limits,
    machine,
    patrol,
    render,
    reports,
    soak,
    speed,
)
from benchmark.bench import Bench, Programs
from benchmark.measure import RunFailed
from benchmark.targets import allow_many_descriptors

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENT = PROJECT / "docs" / "benchmarks.md"
RESULTS = "benchmarks.json"
LEAST_PASSES = 5

CASES = {
    "http": speed.http,
    "https": speed.https,
    "line": speed.line,
    "slow": speed.slow,
    "overshoot": limits.overshoot,
    "memory": limits.memory,
    "crowd": limits.false_timeouts,
    "start": limits.start,
    "reports": reports.reports,
    "soak": soak.soak,
    "patrol": patrol.patrol,
}


def main() -> int:
    """Run the cases; 1 where a goal was missed."""
    arguments = _parse()
    allow_many_descriptors()
    build = arguments.build
    programs = Programs(
        rounds=arguments.binary or build / "rounds",
        peers=PROJECT / "scripts" / "peers",
        measured=build / "benchmark" / "measured",
        line=build / "benchmark" / "line",
        bare_libcurl=build / "benchmark" / "bare_libcurl",
        soak=build / "tests" / "soak" / "soak",
    )
    file = arguments.json or build / RESULTS
    results = _earlier(file)
    results["machine"] = machine.describe()
    results["versions"] = machine.versions(programs.rounds)
    failed = 0
    for name in arguments.only or CASES:
        case = _run(name, arguments, programs)
        failed += case is None
        if case:
            results["cases"][name] = case
            print(render.case_text(case), flush=True)
            _keep(results, file)
    if arguments.write:
        DOCUMENT.write_text(render.markdown(results), encoding="utf-8")
        print(f"written: {DOCUMENT.relative_to(PROJECT)}")
    print(f"figures: {file}")
    return 1 if failed or _missed(results, arguments.only or CASES) else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure rounds beside other programs that do the same, "
        "over targets on this machine.",
        epilog="Cases: " + " ".join(CASES) + ". Exit code 1: a case failed "
        "or a goal was missed.",
    )
    parser.add_argument(
        "--rounds", type=int, default=7, metavar="N", dest="passes",
        help="turns of each case, medians are of these (7)")
    parser.add_argument(
        "--only", type=_case_names, metavar="CASE,...",
        help="only these cases")
    parser.add_argument(
        "--quick", action="store_true",
        help="three turns of a tenth of the work: does it work at all?")
    parser.add_argument(
        "--write", action="store_true",
        help="write docs/benchmarks.md, with earlier figures of cases that "
        "were not run")
    parser.add_argument(
        "--json", type=Path, metavar="FILE",
        help="where all figures are kept (in the build folder)")
    parser.add_argument(
        "--binary", type=_program, metavar="FILE",
        help="measure this rounds instead of the one built")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.quick:
        if arguments.write:
            parser.error("--write takes a whole run, not a quick one")
        arguments.passes = 3
    elif arguments.passes < LEAST_PASSES and arguments.write:
        parser.error(f"--write takes at least {LEAST_PASSES} rounds")
    return arguments


def _program(text: str) -> Path:
    file = Path(text).resolve()
    if not os.access(file, os.X_OK) or not file.is_file():
        raise argparse.ArgumentTypeError(f"{text}: no program")
    return file


def _case_names(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in CASES:
            raise argparse.ArgumentTypeError(
                f"no case {name}; there are {' '.join(CASES)}")
    return names


def _run(
    name: str, arguments: argparse.Namespace, programs: Programs
) -> dict[str, Any] | None:
    """A case, with when and how it was made; None: it failed."""
    before, began = machine.load(), time.monotonic()
    print(f"--- {name}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="rounds-bench-") as folder:
        bench = Bench(programs, Path(folder), arguments.passes,
                      arguments.quick)
        try:
            result = CASES[name](bench)
        except RunFailed as reason:
            print(f"{name} failed: {reason}", file=sys.stderr)
            return None
        finally:
            _stop_all()
    return result.as_json() | {
        "command": f"scripts/bench --only {name}",
        "passes": arguments.passes,
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "seconds": round(time.monotonic() - began),
        "commit": machine.commit(PROJECT),
        "load_before": before,
        "load_after": machine.load(),
    }


def _stop_all() -> None:
    from support.processes import running

    for process in running():
        process.stop()


def _earlier(file: Path) -> dict[str, Any]:
    if file.exists():
        return json.loads(file.read_text())
    return {"cases": {}}


def _keep(results: dict[str, Any], file: Path) -> None:
    results["cases"] = {
        name: results["cases"][name]
        for name in CASES if name in results["cases"]
    }
    file.write_text(json.dumps(results, indent=1) + "\n")


def _missed(results: dict[str, Any], names) -> bool:
    return any(
        not goal["is_met"]
        for name in names if name in results["cases"]
        for goal in results["cases"][name]["goals"]
    )


if __name__ == "__main__":
    sys.exit(main())
