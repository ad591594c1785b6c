import numpy as np
import pandas as pd

from pipeline.table.learning_curve import within
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table


def test_more_rows_of_a_clear_relation_bring_a_better_score():
    draw = np.random.default_rng(4)
    features = pd.DataFrame(draw.normal(size=(400, 12)), columns=list("abcdefghijkl"))
    frame = features.assign(y=features @ draw.normal(size=12) + draw.normal(size=400))
    spec = TableSpec(
        ml_task="regression",
        target_variable="y",
        model_type="linear",
        time_budget_seconds=120,
        max_trials=1,
    )
    curve = train_table(frame, spec).explanation["learning_curve"]

    assert [point["rows"] for point in curve] == [40, 80, 160, 320]
    assert curve[-1]["score"] < curve[0]["score"]
    assert abs(curve[-1]["score"] - 1) < 0.25  # the noise has a standard deviation of 1


def test_a_curve_ends_where_its_time_does():
    sizes, each = [100, 200, 400, 800], [1.0, 2.0, 4.0, 8.0]
    assert within(15.5, sizes, each) == sizes
    assert within(7.5, sizes, each) == [100, 200, 400]
    assert within(3.5, sizes, each) == [100, 200]
    assert within(2.5, sizes, each) == []  # a single point is no curve
