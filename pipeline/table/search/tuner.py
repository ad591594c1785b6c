"""New configurations of one family that does well: a seeded TPE study (Optuna)."""

import warnings
from collections.abc import Mapping
from typing import Any

import optuna
from optuna.samplers import TPESampler
from optuna.trial import TrialState

from pipeline.table.learners.learner import Family, Shape

_STARTUP_TRIALS = 8


class Tuner:
    """Suggests configurations of ``family`` and learns from how they did."""

    def __init__(self, family: Family, shape: Shape, seed: int) -> None:
        self._family = family
        self._shape = shape
        self._study = _study(seed)
        self._trial: optuna.Trial | None = None

    def suggest(self) -> Mapping[str, Any] | None:
        """The next configuration to try; None if the family has nothing to tune."""
        self._trial = self._study.ask()
        return self._family.suggest(self._trial, self._shape)

    def tell(self, loss: float | None) -> None:
        """How the configuration that was suggested last did; None if it failed."""
        if self._trial is None:
            return
        if loss is None:
            self._study.tell(self._trial, state=TrialState.FAIL)
        else:
            self._study.tell(self._trial, loss)
        self._trial = None


def _study(seed: int) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        # Parameters that are sampled together are called experimental; their results are not.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = TPESampler(
            seed=seed, n_startup_trials=_STARTUP_TRIALS, multivariate=True, group=True
        )
    return optuna.create_study(sampler=sampler, direction="minimize")
