"""Outside data in the story of a product: who asks for it, and what the model says of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from db.lifecycle.outcomes import LogLine, ModelOutcome, SkippedOutcome
from db.tables import Tenant
from db.transitions import Claim
from pipeline.errors import PipelineError
from pipeline.forecast.calendar.occasions import Holiday
from pipeline.forecast.phases import ForecastPhase
from pipeline.progress import Progress, ProgressCallback
from worker.context import Context
from worker.forecasts import subdivision_of
from worker.sources.desk import Desk

STEP = "data_collection"
_WAITING = Progress(ForecastPhase.VALIDATION.value, 0, "Fetching sales, weather and holidays")


def desk_of(claim: Claim, context: Context, on_progress: ProgressCallback) -> Desk:
    """Where this task asks; while it waits, it can be stopped."""
    return Desk(
        context.settings,
        context.sessions,
        claim.token.tenant_id,
        check=lambda: on_progress(_WAITING),
        count=context.count,
    )


def stated_holidays(desk: Desk, tenant: Tenant) -> tuple[Holiday, ...] | None:
    """What the Holiday service tells, if one is configured and does; else the built-in calendar."""
    country = tenant.country or desk.settings.holiday_country
    rows = desk.holidays(country, subdivision_of(desk.settings, tenant))
    return None if rows is None else tuple(Holiday(row.day, row.name) for row in rows)


def with_sources(outcome: ModelOutcome, desk: Desk) -> ModelOutcome:
    """The model says what it was told from outside, and what was missing."""
    desk.write_alerts()
    details = dict(outcome.details)
    details["notes"] = [*details.get("notes", ()), *desk.notes()]
    details["sources"] = desk.details()
    return replace(
        outcome,
        details=details,
        logs=(*outcome.logs, *_log_lines(desk)),
        warnings=desk.notes(),
    )


def with_remarks(skipped: SkippedOutcome, desk: Desk) -> SkippedOutcome:
    """A source may have been away although nothing was trained."""
    desk.write_alerts()
    return replace(skipped, logs=(*skipped.logs, *_log_lines(desk)), warnings=desk.notes())


@contextmanager
def telling_of_sources(desk: Desk) -> Iterator[None]:
    """A product that cannot be trained says, too, which sources gave nothing."""
    try:
        yield
    except PipelineError as error:
        desk.write_alerts()
        for told in desk.told:
            if told.error is not None:
                error.add_note(f"{told.error}.")
        raise


def _log_lines(desk: Desk) -> tuple[LogLine, ...]:
    return tuple(LogLine(message=note, level="WARNING", step_name=STEP) for note in desk.notes())
