"""The last results as Markdown."""

from typing import Any

HEAD = """\
# Benchmarks

Made by `scripts/bench`, which starts all that it asks on this machine, runs
the contestants in turn (A B C, A B C ...) and takes medians. A wall time is
that of a whole process: starting it, reading the plan or list, all checks, the
report. Peak memory is the process's own, CPU that of all its threads. Ratios
are medians of the ratios within each turn, since whatever else a machine does
slows neighbours in time alike; in those columns less than 1 means that
`rounds` took less. The servers share the machine's cores with whoever asks
them, so compare within a table and not between machines.

To repeat it: `scripts/bench --write`; `scripts/bench --help` tells the rest.
"""


def markdown(results: dict[str, Any]) -> str:
    """The file docs/benchmarks.md."""
    cases = results["cases"]
    parts = [HEAD, _machine(results), _goals(cases)]
    parts += [_case(name, case) for name, case in cases.items()]
    return "\n".join(parts)


def case_text(case: dict[str, Any]) -> str:
    """A case for a terminal, which is plain Markdown too."""
    lines = [case["title"], "", *_table(case["columns"], case["rows"]), ""]
    lines += [f"  {note}" for note in case["notes"]]
    lines += [
        f"  {'met   ' if goal['is_met'] else 'MISSED'}  {goal['what']}: "
        f"{_figure(goal['measured'], goal['unit'])}, at most "
        f"{_figure(goal['wanted'], goal['unit'])}"
        for goal in case["goals"]
    ]
    return "\n".join(lines) + "\n"


def _machine(results: dict[str, Any]) -> str:
    lines = ["## Machine and programs", ""]
    lines += [f"- {line}" for line in results["machine"]]
    lines += [f"- {line}" for line in results["versions"]]
    return "\n".join(lines) + "\n"


def _goals(cases: dict[str, Any]) -> str:
    lines = ["## Goals", ""]
    lines += _table(
        ["case", "goal", "at most", "measured", ""],
        [
            [f"[{name}](#{name})", goal["what"],
             _figure(goal["wanted"], goal["unit"]),
             _figure(goal["measured"], goal["unit"]),
             "met" if goal["is_met"] else "**missed**"]
            for name, case in cases.items()
            for goal in case["goals"]
        ],
    )
    return "\n".join(lines) + "\n"


def _case(name: str, case: dict[str, Any]) -> str:
    lines = [f"## {name}", "", f"**{case['title']}.** {case['about']}", ""]
    lines += _table(case["columns"], case["rows"])
    lines += [""]
    for note in case["notes"]:
        lines += [note, ""]
    lines += [
        f"`{case['command']}`, {case['passes']} turns, {case['date']}, commit "
        f"{case['commit']}, load of the machine before and after "
        f"{case['load_before']} and {case['load_after']}.",
    ]
    return "\n".join(lines) + "\n"


def _table(columns: list[str], rows: list[list[str]]) -> list[str]:
    widths = [
        max(len(row[i]) for row in [columns, *rows])
        for i in range(len(columns))
    ]
    lines = [
        "| " + " | ".join(
            cell.ljust(width) for cell, width in zip(row, widths)) + " |"
        for row in [columns, *rows]
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths)
                 + "|")
    return lines


def _figure(number: float, unit: str) -> str:
    if number != number:
        return "not measured"
    digits = 2 if unit == "" else 1
    text = f"{number:.{digits}f}" if number % 1 else f"{number:.0f}"
    return f"{text} {unit}".rstrip()
