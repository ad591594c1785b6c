"""The same structures fitted by the prophet package itself."""

import dataclasses
import tempfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.candidates.candidate import FitFailureError
from pipeline.forecast.structural.conversion import unfitted
from pipeline.forecast.structural.fit import fit_structure, folded
from pipeline.forecast.structural.model import StructuralModel
from pipeline.forecast.structural.package import library_logs
from pipeline.forecast.structural.reading import from_prophet
from pipeline.forecast.structural.scales import has_no_changepoints
from pipeline.forecast.structural.structure import Structure

Vector = NDArray[np.float64]


def fit_with_stan(
    times: NDArray[np.datetime64],
    values: Vector,
    structure: Structure,
    regressors: Mapping[str, Vector] | None = None,
    *,
    seed: int = 0,
    level: int,
) -> StructuralModel:
    """As `fit_structure`, by Stan's optimiser; ``level`` is what its log lets pass.

    Raises
    ------
    FitFailureError
        If fewer than two values are known.
    RuntimeError
        If the optimiser fails.
    """
    known = ~np.isnan(values)
    if np.count_nonzero(known) < 2:
        raise FitFailureError("fewer than two values are known")
    if np.ptp(values[known]) == 0:
        return fit_structure(times, values, structure, regressors)
    frame = pd.DataFrame({"ds": times, "y": values, **(regressors or {})})
    prophet = unfitted(structure)
    with library_logs("prophet", "prophet.forecaster", "prophet.models", "cmdstanpy", level=level):
        _fit(prophet, frame, seed)
    fitted = from_prophet(prophet)
    if not has_no_changepoints(fitted.changepoints):
        return fitted
    return dataclasses.replace(fitted, mode=folded(fitted.mode))


def _fit(prophet: Any, frame: pd.DataFrame, seed: int) -> None:
    """What ``Prophet.fit`` does, with all of its files in a directory that is removed.

    CmdStanPy would write some to a directory that it makes when it is imported; one made in the
    middle of a task is gone before the next.
    """
    from cmdstanpy import write_stan_json  # noqa: PLC0415 - comes with the prophet package

    inputs = prophet.preprocess(frame)
    data = dataclasses.asdict(inputs)
    start = dataclasses.asdict(prophet.calculate_initial_params(inputs.K))
    backend = prophet.stan_backend
    with tempfile.TemporaryDirectory(prefix="stan-") as folder:
        files = {"inits": f"{folder}/start.json", "data": f"{folder}/data.json"}
        for path, content in zip(files.values(), backend.prepare_data(start, data), strict=True):
            write_stan_json(path, content)
        prophet.params = backend.fit(start, data, **files, output_dir=folder, seed=seed)
