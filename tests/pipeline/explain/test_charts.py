import pytest

from pipeline.explain.charts.axes import short, spread, ticks
from pipeline.explain.charts.bars import histogram, lying_bars
from pipeline.explain.charts.lines import Line, line_chart
from pipeline.explain.document.words import one_line


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-3.0, 7.0, [-2.0, 0.0, 2.0, 4.0, 6.0]),
        (5.0, 5.0, [5.0]),
        (0.0, 12_000.0, [0.0, 5_000.0, 10_000.0]),
    ],
)
def test_ticks_are_round(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.12345, "0.123"),
        (1234.0, "1,234"),
        (-45_000.0, "-45k"),
        (2.5e6, "2.5M"),
        (3e9, "3G"),
    ],
)
def test_labels_are_short(value, text):
    assert short(value) == text


def test_a_range_is_never_empty():
    for values in ([0.0], [5.0, 5.0], [-1e9], [1.0, 2.0]):
        low, high = spread(values)
        assert low < min(values) <= max(values) < high


def test_extreme_values_are_drawn():
    for values in ([0.0, 0.0], [-1.0, -2.0], [1e-300, 1e300], [1e12]):
        bars = lying_bars(["name"] * len(values), values, label="bars")
        assert "nan" not in bars
        assert "inf" not in bars
    assert "nan" not in histogram([1.0, 1.0], [0], label="empty", x_title="")
    assert "nan" not in line_chart(
        [Line("one", [1.0], [1.0])], label="a point", x_title="", y_title=""
    )


def test_a_cut_name_is_told_in_full():
    assert "<title>a very long name of a column indeed</title>" in lying_bars(
        ["a very long name of a column indeed"], [1.0], label="bars"
    )


def test_texts_become_one_bounded_line():
    assert one_line(" a\n\tb\u200b\u202e c ") == "a b c"
    assert one_line("x" * 300, 10) == "x" * 9 + "…"
