"""What a case came to: a table, and the goals it is held against."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Goal:
    """Something measured that ought to be at most so much."""

    what: str
    wanted: float
    measured: float
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it is; not where nothing could be measured."""
        return self.measured <= self.wanted


@dataclass
class CaseResult:
    """The table of a case, its goals and what else is to be said."""

    title: str
    about: str
    columns: Sequence[str] = ()
    rows: list[list[str]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    samples: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """All of it, in types that JSON knows."""
        return {
            "title": self.title,
            "about": self.about,
            "columns": list(self.columns),
            "rows": self.rows,
            "goals": [
                {
                    "what": goal.what,
                    "wanted": goal.wanted,
                    "measured": round(goal.measured, 4),
                    "unit": goal.unit,
                    "is_met": goal.is_met,
                }
                for goal in self.goals
            ],
            "notes": self.notes,
            "samples": self.samples,
        }
