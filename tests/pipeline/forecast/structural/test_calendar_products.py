"""Shared products are what the design of each series alone would give."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.forecast.structural.calendar_products import design_products, products_with_y
from pipeline.forecast.structural.fit import lay_out
from pipeline.forecast.structural.layout import Layout
from pipeline.forecast.structural.model import Rows
from tests.pipeline.forecast.structural.cases import CASES, Case


def layout_of(case: Case, values: NDArray[np.float64]) -> Layout:
    rows = Rows.of(case.seen, case.structure)
    return lay_out(rows, values, case.structure, case.fit().scales)


def with_gaps(case: Case) -> NDArray[np.float64]:
    values = case.values.copy()
    values[3:-3:11] = np.nan
    return values


@pytest.mark.parametrize("name", CASES)
def test_products_are_those_of_the_design_also_when_asked_again(name: str) -> None:
    case = CASES[name]()
    for values in (case.values, with_gaps(case), case.values * 2, with_gaps(case)):
        layout = layout_of(case, values)
        design = np.column_stack([layout.trend_columns, layout.columns, layout.bends])
        scale = float(np.abs(design).max()) ** 2 * len(design)

        assert design_products(layout) == pytest.approx(design.T @ design, abs=1e-12 * scale)
        assert products_with_y(layout) == pytest.approx(design.T @ layout.y, abs=1e-12 * scale)


def test_regressors_on_one_calendar_are_told_apart() -> None:
    case = CASES["holidays with windows, regressors"]()
    moved = {name: column[::-1].copy() for name, column in case.columns.items()}

    one = layout_of(case, case.values)
    other = layout_of(replace(case, columns=moved), case.values)

    assert one.calendar == other.calendar
    assert not np.allclose(design_products(one), design_products(other))
