import pytest

from pipeline.table.search.clock import Clock, Costs, scaled


def test_the_clock_counts_down_from_the_start_of_the_run():
    moments = iter([103.0, 113.0])
    clock = Clock(100.0, 10.0, now=lambda: next(moments))
    assert clock.remaining() == pytest.approx(7.0)
    assert clock.remaining() == pytest.approx(-3.0)


def test_what_was_never_measured_is_unknown():
    costs = Costs()
    costs.record("linear", 100, 1.0)
    assert costs.estimate("catboost", 100) is None


def test_costs_grow_with_the_rows():
    costs = Costs()
    costs.record("linear", 1_000, 1.0)
    assert costs.estimate("linear", 1_000) == pytest.approx(1.0)
    assert 10.0 < costs.estimate("linear", 10_000) < 20.0


def test_the_growth_is_learned_from_two_sizes():
    costs = Costs()
    costs.record("kernel", 1_000, 1.0)
    costs.record("kernel", 10_000, 100.0)
    assert costs.estimate("kernel", 100_000) == pytest.approx(10_000.0, rel=0.3)


def test_a_fit_on_fewer_rows_costs_less():
    assert scaled(10.0, at=1_000, rows=100) < 1.0
