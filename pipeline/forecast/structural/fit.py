"""From a history to a fitted structural model."""

from collections.abc import Callable, Hashable, Mapping
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.candidates.candidate import FitFailureError
from pipeline.forecast.structural.additive import additive_mode
from pipeline.forecast.structural.calendar_columns import holiday_columns
from pipeline.forecast.structural.fourier import waves_key
from pipeline.forecast.structural.gram import LEAST_NOISE
from pipeline.forecast.structural.layout import Layout, Mode, PriorScales
from pipeline.forecast.structural.model import (
    Rows,
    StructuralModel,
    all_columns,
    column_scales,
    multiplied_columns,
)
from pipeline.forecast.structural.multiplicative import multiplicative_mode
from pipeline.forecast.structural.past import Past
from pipeline.forecast.structural.scales import (
    Scales,
    has_no_changepoints,
    place_changepoints,
    scales_of,
)
from pipeline.forecast.structural.structure import Structure

Vector = NDArray[np.float64]
Times = NDArray[np.datetime64]


Priors = Callable[[Layout, Structure], Layout]


def stated_priors(layout: Layout, _structure: Structure) -> Layout:
    """The prior scales of the structure itself."""
    return layout


def fit_structure(
    times: Times,
    values: Vector,
    structure: Structure,
    regressors: Mapping[str, Vector] | None = None,
    priors: Priors = stated_priors,
) -> StructuralModel:
    """The posterior mode of a structure for a series.

    Parameters
    ----------
    times
        Sorted, without duplicates, shape ``(n,)``.
    values
        Shape ``(n,)``; rows without one are left out, as Prophet does.
    structure
        What the model is made of.
    regressors
        A column, shape ``(n,)``, per regressor of the structure.
    priors
        Where the prior scales come from: the structure, or `evidence.learned_scales`.

    Raises
    ------
    FitFailureError
        If fewer than two values are known.
    numpy.linalg.LinAlgError
        If a value or a regressor is infinite.
    """
    known = ~np.isnan(values)
    if np.count_nonzero(known) < 2:
        raise FitFailureError("fewer than two values are known")
    columns = dict(regressors or {})
    seen = {one.name: columns[one.name][known] for one in structure.regressors}
    scales = scales_of(times[known], values[known], structure, seen)
    layout = lay_out(Rows(times, columns), values, structure, scales)
    changes = bool(np.ptp(layout.y) > 0)
    if changes:
        layout = priors(layout, structure)
    return StructuralModel(
        structure=structure,
        scales=scales,
        changepoints=layout.changepoints,
        mode=find_mode(layout),
        past=Past.of(times[known], values[known], seen),
        priors=PriorScales(layout.prior_scales, layout.changepoint_scale) if changes else None,
    )


def lay_out(rows: Rows, values: Vector, structure: Structure, scales: Scales) -> Layout:
    """The known rows of a series, scaled, with the columns of a structure."""
    known = ~np.isnan(values)
    every = known.all()
    columns = all_columns(rows, structure, scales)
    times = rows.times if every else rows.times[known]
    t = scales.t(times)
    return Layout(
        t=t,
        y=(values if every else values[known]) / scales.largest,
        changepoints=place_changepoints(t, structure),
        columns=columns if every else columns[known],
        prior_scales=column_scales(structure),
        multiplies=multiplied_columns(structure),
        changepoint_scale=structure.changepoint_scale,
        calendar=_calendar(times, structure),
        regressors=len(structure.regressors),
        is_flat=structure.growth == "flat",
    )


def _calendar(times: Times, structure: Structure) -> Hashable:
    """Equal for rows and structures whose columns are equal, regressors aside."""
    return (
        blake2b(times.astype("datetime64[ns]").tobytes(), digest_size=16).digest(),
        waves_key(structure.seasonalities),
        holiday_columns(structure.holidays),
        structure.changepoints,
        structure.changepoint_range,
        structure.growth,
    )


def find_mode(layout: Layout) -> Mode:
    """The most probable parameters; a constant series has none, and stays what it is."""
    if layout.y.min() == layout.y.max():
        return _constant(layout)
    seek = multiplicative_mode if layout.multiplies.any() else additive_mode
    mode = seek(layout)
    return folded(mode) if has_no_changepoints(layout.changepoints) else mode


def _constant(layout: Layout) -> Mode:
    return Mode(
        k=0.0,
        m=float(layout.y[0]),
        delta=np.zeros(len(layout.changepoints)),
        beta=np.zeros(len(layout.prior_scales)),
        sigma_obs=LEAST_NOISE,
    )


def folded(mode: Mode) -> Mode:
    """The stand-in for changepoints is no change: it belongs to the rate."""
    return Mode(
        k=mode.k + float(mode.delta[0]),
        m=mode.m,
        delta=np.zeros(1),
        beta=mode.beta,
        sigma_obs=mode.sigma_obs,
    )
