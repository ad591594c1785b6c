"""Growing trees with LightGBM."""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.forecast.pooled.running import Values
from pipeline.forecast.pooled.table import Table
from pipeline.forecast.pooled.trees import Trees, packed

BIN_EXAMPLES = 10_000
"""What 63 bins of a feature are laid out from: more of them move no bound that matters."""


def grow(
    table: Table,
    targets: Values,
    settings: Mapping[str, Any],
    *,
    rounds: int,
    threads: int,
    seed: int,
    expected: Values,
    weights: Values,
    on_round: Callable[[int], None] | None = None,
) -> Trees:
    """Trees that predict the targets on the logarithmic scale, on top of what is expected.

    They are the same for the same input, whatever the threads.
    ``on_round`` is called after every tree; what it raises ends the growing.
    """
    import lightgbm  # noqa: PLC0415 - takes a second, and few processes grow trees

    arguments = {
        **settings,
        "verbosity": -1,
        "num_threads": threads,
        "deterministic": True,
        "bin_construct_sample_cnt": BIN_EXAMPLES,
        "force_row_wise": True,
        "seed": seed,
    }
    data = lightgbm.Dataset(table, targets, weight=weights, init_score=expected, params=arguments)
    callbacks = [] if on_round is None else [lambda state: on_round(state.iteration)]
    grown = lightgbm.train(
        arguments,
        data,
        num_boost_round=rounds,
        callbacks=callbacks,
        keep_training_booster=True,  # or it would be written and read once more
    )
    return packed(grown.model_to_string())
