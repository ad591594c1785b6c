"""What all series of a table have in common, as it was known at several times."""

from dataclasses import dataclass

from pipeline.forecast.shared import SharedProfile


@dataclass(frozen=True, slots=True)
class Common:
    """By the number of the first period that it has not seen, the earliest first, what was learned
    from all series together.
    """

    profiles: tuple[tuple[int, SharedProfile], ...]

    def known_at(self, period: int) -> SharedProfile | None:
        """The newest that has seen nothing from ``period`` on."""
        known = [profile for until, profile in self.profiles if until <= period]
        return known[-1] if known else None
