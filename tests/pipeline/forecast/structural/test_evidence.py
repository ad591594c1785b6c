"""Prior scales that a series suggests for itself."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.forecast.history.prepared import History
from pipeline.forecast.structural.candidates import fit_prophet_tuned, go_on_with_prophet_tuned
from pipeline.forecast.structural.evidence import column_groups, learned_scales
from pipeline.forecast.structural.fit import find_mode, fit_structure, lay_out
from pipeline.forecast.structural.layout import Layout, log_posterior
from pipeline.forecast.structural.model import Rows, StructuralModel
from pipeline.forecast.structural.structure import Structure
from tests.pipeline.forecast.series import context_of, daily_sales, history_of
from tests.pipeline.forecast.structural.cases import (
    CASES,
    Case,
    bending,
    daily,
    seasonalities,
    with_regressors,
)


def learned(case: Case) -> Layout:
    rows = Rows.of(case.seen, case.structure)
    layout = lay_out(rows, case.values, case.structure, case.fit().scales)
    return learned_scales(layout, case.structure)


def wavy(order: int, noise: float) -> Case:
    """A level with the first waves of a year."""
    times, _ = bending(1_000, seed=0)
    days = np.arange(1_000)
    angles = 2 * np.pi * days[:, None] * np.arange(1, order + 1) / 365.25
    values = 50 + 5 * np.sin(angles).sum(axis=1)
    values += np.random.default_rng(1).normal(0, noise, 1_000)
    structure = Structure(seasonalities=seasonalities("yearly", waves=10))
    return Case(times=times, values=values, structure=structure)


def test_waves_that_are_there_may_be_large_and_others_not() -> None:
    scales = learned(wavy(3, noise=2.0)).prior_scales[::2]
    assert (scales[:3] > 0.03).all()
    assert (scales[3:] < 0.01).all()


@pytest.mark.parametrize("times", [0.2, 1.0, 5.0])
def test_the_mode_is_the_same_wherever_the_search_for_its_noise_begins(times: float) -> None:
    layout = learned(wavy(3, noise=2.0))
    found = find_mode(replace(layout, noise=None))

    again = find_mode(replace(layout, noise=times * found.sigma_obs))

    assert again.sigma_obs == pytest.approx(found.sigma_obs, rel=1e-3)
    assert log_posterior(layout, again) == pytest.approx(log_posterior(layout, found), abs=1e-3)


def test_a_trend_that_bends_more_is_given_more_freedom() -> None:
    straight = wavy(1, noise=2.0)
    days = np.arange(1_000)
    bent = replace(straight, values=straight.values + 40 * np.abs((days % 400) / 200 - 1))
    assert learned(bent).changepoint_scale > 3 * learned(straight).changepoint_scale


def test_a_regressor_that_says_nothing_is_silenced() -> None:
    case = with_regressors()
    noise = np.random.default_rng(5).normal(size=428)
    case = replace(case, columns={"promotion": case.columns["promotion"], "price": noise})
    structure = replace(
        case.structure,
        regressors=tuple(one for one in case.structure.regressors if one.name in case.columns),
    )
    scales = learned(replace(case, structure=structure)).prior_scales
    assert scales[-2] > 20 * scales[-1]


@pytest.mark.parametrize("case", [make() for make in CASES.values()], ids=CASES)
def test_every_kind_of_series_is_fitted(case: Case) -> None:
    seen = Rows.of(case.seen, case.structure)
    model = fit_structure(
        seen.times, case.values, case.structure, seen.regressors, priors=learned_scales
    )
    mean = np.nanmean(case.values)
    difference = np.abs(model.predict(case.future) - case.fit().predict(case.future))
    assert difference.mean() < 0.2 * mean


@pytest.mark.parametrize("rows", [2, 3, 14])
@pytest.mark.parametrize("value", [0.0, 5.0])
def test_tiny_and_constant_series_are_fitted(rows: int, value: float) -> None:
    case = daily(730).head(rows)
    changing = replace(case, values=np.where(np.arange(rows) == 1, value, 0.0))
    model = fit_structure(case.times[:rows], changing.values, case.structure, priors=learned_scales)
    assert np.isfinite(model.predict(case.future)).all()


def test_columns_have_the_group_of_their_wave_holiday_or_regressor() -> None:
    case = with_regressors()
    groups = column_groups(case.structure)
    assert groups.tolist() == [*np.repeat(range(13), 2), *[13] * 5, 14, 15]
    assert column_groups(Structure()).tolist() == []


def promoted(changes_from: int = 0) -> History:
    """Sales that a promotion now and then doubles, from some day on."""
    frame = daily_sales(400)
    days = np.arange(400)
    frame["promotion"] = ((days % 9 == 0) & (days >= changes_from)).astype(float)
    return history_of(frame.assign(quantity=frame["quantity"] * (1 + frame["promotion"])))


def scales_of(model: StructuralModel) -> list[float]:
    assert model.priors is not None
    return [*model.priors.columns.tolist(), model.priors.changes]


def test_a_fit_to_more_rows_goes_on_with_the_scales_of_fewer_ones() -> None:
    history, context = promoted(), context_of()
    before = fit_prophet_tuned(history.head(340), context)
    ahead = history.ahead(372, 400)

    gone_on = go_on_with_prophet_tuned(history.head(372), context, before)
    anew = fit_prophet_tuned(history.head(372), context)

    assert scales_of(gone_on) == scales_of(before) != scales_of(anew)
    np.testing.assert_allclose(gone_on.predict(ahead), anew.predict(ahead), rtol=0.05)
    assert not np.array_equal(gone_on.mode.beta, before.mode.beta)


def test_a_covariate_that_begins_to_change_has_its_scale_learned() -> None:
    history, context = promoted(changes_from=350), context_of()
    before = fit_prophet_tuned(history.head(340), context)

    gone_on = go_on_with_prophet_tuned(history, context, before)

    assert scales_of(gone_on) == scales_of(fit_prophet_tuned(history, context))


def test_scales_are_learned_where_nothing_changed_before() -> None:
    frame = daily_sales(200)
    frame.loc[:99, "quantity"] = 5.0
    history, context = history_of(frame), context_of()
    before = fit_prophet_tuned(history.head(100), context)

    gone_on = go_on_with_prophet_tuned(history, context, before)

    assert before.priors is None
    assert scales_of(gone_on) == scales_of(fit_prophet_tuned(history, context))
