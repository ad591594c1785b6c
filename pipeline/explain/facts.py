"""What a model card is made of: the parts of a trained model's record that can be missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Facts:
    """Reads the JSON-able fields of a ``TableResult`` and what else is known of the model.

    Every part may be missing; then it is empty or None here.
    """

    told: Mapping[str, Any]

    def part(self, name: str) -> Mapping[str, Any]:
        found = self.told.get(name)
        return found if isinstance(found, Mapping) else _NOTHING

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(str(one) for one in self.told.get(name) or ())

    def text(self, name: str) -> str | None:
        found = self.told.get(name)
        return None if found is None or found == "" else str(found)

    def number(self, name: str) -> float | None:
        return as_number(self.told.get(name))

    def metric(self, name: str) -> float | None:
        return as_number(self.part("metrics").get(name))

    def section(self, name: str) -> Any:
        """A section of the explanation, None if it was left out."""
        return self.part("explanation").get(name)

    @property
    def ml_task(self) -> str:
        return self.text("ml_task") or ""

    @property
    def target(self) -> str:
        return self.text("target_variable") or "the target"

    @property
    def leaderboard(self) -> Sequence[Mapping[str, Any]]:
        return self.told.get("leaderboard") or ()

    @property
    def columns(self) -> Mapping[str, Mapping[str, Any]]:
        """The columns of the table, with what their profile says."""
        return self.part("profile").get("columns") or _NOTHING

    @property
    def dropped(self) -> Mapping[str, str]:
        """Columns that were not learned from, and why."""
        return self.part("profile").get("dropped") or _NOTHING

    @property
    def class_counts(self) -> Mapping[str, int]:
        """Rows of each class of the target."""
        target = self.part("profile").get("target") or _NOTHING
        return target.get("classes") or _NOTHING


def as_number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None
