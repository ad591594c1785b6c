"""Which columns models look at: of those from outside, and of those whose past alone is known, the
ones that made past forecasts better, and what the calendar is found to do beside all of them.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.forecast.candidates.boosting import worth_observing
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.candidates.known import OWN_TREES
from pipeline.forecast.history.learning_notes import calendar_notes
from pipeline.forecast.history.notes import observation_notes, surroundings_notes
from pipeline.forecast.history.prepared import Prepared
from pipeline.forecast.pooled.candidates import observed_by_trees
from pipeline.forecast.selection.calendar_effects import calendar_effects
from pipeline.forecast.selection.usefulness import useful_columns
from pipeline.forecast.selection.windows import Window
from pipeline.forecast.spec import AUTO, FAST, ForecastSpec


def with_useful_columns(
    prepared: Prepared, windows: Sequence[Window], context: FitContext
) -> Prepared:
    """Without those columns from outside, and those of which only the past is known, that make past
    forecasts no better, and with what the calendar does beside weekdays, holidays and the year.
    """
    prepared = _with_useful_outlook(prepared, windows, context)
    return _with_calendar_effects(_with_useful_past(prepared, windows, context), windows, context)


def _with_useful_outlook(
    prepared: Prepared, windows: Sequence[Window], context: FitContext
) -> Prepared:
    offered = tuple(prepared.history.outlook.rhythms)
    if not offered:
        return prepared
    used = useful_columns(prepared.history, windows, context)
    unused = [name for name in offered if name not in used]
    known = tuple(name for name in prepared.history.known if name not in unused)
    return replace(
        prepared,
        history=prepared.history.knowing(known),
        future=prepared.future.drop(columns=unused),
        notes=(*prepared.notes, *surroundings_notes(offered, used)),
    )


def _with_useful_past(
    prepared: Prepared, windows: Sequence[Window], context: FitContext
) -> Prepared:
    """The trees of all products know best what is worth looking back at: they have seen most."""
    history = prepared.history
    offered = history.observed
    if not offered:
        return prepared
    used = observed_by_trees(history, context)
    if used is None:
        used = worth_observing(history, windows, context) if _grows_trees(context.spec) else ()
    return replace(
        prepared,
        history=history.observing(tuple(name for name in offered if name in used)),
        notes=(*prepared.notes, *observation_notes(offered, used)),
    )


def _with_calendar_effects(
    prepared: Prepared, windows: Sequence[Window], context: FitContext
) -> Prepared:
    """They are learned from what lies before all tests, which so can tell what they are worth."""
    history, future = prepared.history, prepared.future
    effects = calendar_effects(history.head(windows[0].origin), context.holidays)
    if effects is None:
        return prepared
    made = effects.columns(history.ds, history.columns)
    flags = {name: future[name].to_numpy(dtype=np.float64) for name in effects.weekdays}
    ahead = effects.columns(pd.DatetimeIndex(future["ds"]), flags)
    return replace(
        prepared,
        history=replace(
            history, columns={**history.columns, **made}, known=(*history.known, *made)
        ),
        future=future.assign(**ahead),
        notes=(*prepared.notes, *calendar_notes(effects)),
        effects=effects,
    )


def _grows_trees(spec: ForecastSpec) -> bool:
    """Whether trees of a single product are wanted, or there is time for them."""
    return spec.algorithm == OWN_TREES or (spec.algorithm == AUTO and spec.budget != FAST)
