"""Looking into reports: the records of checks."""

from typing import Any, NamedTuple

Record = dict[str, Any]


class Verdict(NamedTuple):
    """How a check ended, in the words of its record."""

    outcome: str
    reason: str | None = None
    phase: str | None = None
    limit: str | None = None


HEALTHY = Verdict("healthy")


def verdict(record: Record) -> Verdict:
    """How the check of this record ended."""
    return Verdict(
        record["outcome"], record["reason"], record["phase"], record["limit"]
    )


def by_name(report: Any) -> dict[str, Record]:
    """The report's records by the names of their endpoints."""
    records = {record["name"]: record for record in report["results"]}
    assert len(records) == len(report["results"])
    return records


def verdicts(report: Any) -> dict[str, Verdict]:
    """How each check ended, by the names of the endpoints."""
    return {name: verdict(each) for name, each in by_name(report).items()}


def only(report: Any) -> Record:
    """The record of a report's only check."""
    [record] = report["results"]
    return record
