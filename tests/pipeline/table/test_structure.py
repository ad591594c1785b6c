"""Time order, groups, and columns that give the target away."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import InsufficientDataError, InvalidParameterError
from pipeline.table.columns import plan_columns
from pipeline.table.encoding.encoder import TableEncoder
from pipeline.table.leakage import associations, find_suspects
from pipeline.table.spec import TableSpec
from pipeline.table.split import folds, split_rows
from pipeline.table.structure import Structure, find_structure
from pipeline.table.target import Target
from tests.pipeline.table.tables import plain_frame

ROWS = 300
RANDOM = np.random.default_rng(0)
PATIENTS = np.repeat(np.arange(50), 6)
HEALTH = RANDOM.normal(size=50)[PATIENTS] + 0.1 * RANDOM.normal(size=ROWS)
CLASSES = RANDOM.integers(0, 2, ROWS)
VISITS = plain_frame(
    pd.DataFrame(
        {
            "day": pd.date_range("2024-01-01", periods=ROWS).strftime("%d.%m.%Y"),
            "patient_id": PATIENTS,
            "weight": RANDOM.normal(size=ROWS),
            "remark": ["well"] * ROWS,
        }
    )
)


def spec(ml_task: str = "regression", **fields: object) -> TableSpec:
    return TableSpec(ml_task=ml_task, target_variable="y", **fields)


def amounts(values: np.ndarray) -> Target:
    return Target(values, np.ones(len(values), dtype=bool), None, ())


def test_a_table_in_the_order_of_a_date_is_tested_on_its_newest_rows():
    structure = find_structure(VISITS, HEALTH, spec())
    assert (structure.time_column, structure.group_column) == ("day", None)
    assert structure.notes == (
        "Tested on the newest rows by 'day': the rows are in the order of this column",
    )
    train, test = split_rows(amounts(HEALTH), spec(), structure)
    assert train.max() < test.min()
    assert len(test) == 60


def test_a_table_with_a_row_for_each_year_is_tested_on_its_newest_rows():
    frame = pd.DataFrame({"year": np.arange(1801, 1801 + ROWS), "weight": VISITS["weight"]})
    assert find_structure(frame, HEALTH, spec()).time_column == "year"
    numbered = frame.rename(columns={"year": "number"}).assign(number=np.arange(5, 5 + ROWS))
    assert find_structure(numbered, HEALTH, spec()).time_column is None


def test_dates_in_no_order_are_no_order():
    order = RANDOM.permutation(ROWS)
    structure = find_structure(VISITS.iloc[order], RANDOM.normal(size=ROWS), spec())
    assert structure == Structure()


@pytest.mark.parametrize("name", ["patient_id", "Subject", "ID"])
def test_rows_of_a_patient_that_are_alike_stay_together(name):
    frame = VISITS.drop(columns="day").rename(columns={"patient_id": name})
    structure = find_structure(frame, HEALTH, spec())
    assert structure.group_column == name
    train, test = split_rows(amounts(HEALTH), spec(), structure)
    assert not set(PATIENTS[train]) & set(PATIENTS[test])
    assert 40 <= len(test) <= 80
    assert sorted([*train, *test]) == list(range(ROWS))


def test_rows_of_a_patient_that_are_not_alike_are_rows():
    structure = find_structure(VISITS.drop(columns="day"), RANDOM.normal(size=ROWS), spec())
    assert structure.group_column is None


def test_columns_that_were_asked_for_win():
    order = RANDOM.permutation(ROWS)
    asked = spec(time_column="day", group_column="patient_id")
    structure = find_structure(VISITS.iloc[order], RANDOM.normal(size=ROWS), asked)
    train, test = split_rows(amounts(HEALTH), asked, structure)
    assert order[train].max() < order[test].min()
    assert not set(PATIENTS[order[train]]) & set(PATIENTS[order[test]])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"time_column": "when"}, r"time_column 'when' is not in the data; accepted: 'day'"),
        ({"group_column": "who"}, r"group_column 'who' is not in the data"),
        ({"time_column": "remark"}, r"time_column 'remark' holds neither dates nor numbers"),
    ],
)
def test_columns_that_cannot_be_what_they_were_asked_for(fields, message):
    with pytest.raises(InvalidParameterError, match=message):
        find_structure(VISITS, HEALTH, spec(**fields))


def test_one_group_cannot_be_split():
    frame = VISITS.assign(everyone="all")
    asked = spec(group_column="everyone")
    structure = find_structure(frame, HEALTH, asked)
    with pytest.raises(InsufficientDataError, match="Split by 'everyone'"):
        split_rows(amounts(HEALTH), asked, structure)


@pytest.mark.parametrize("is_classes", [True, False])
def test_folds_in_time_judge_what_came_later(is_classes):
    moments = RANDOM.permutation(np.repeat(np.arange(100), 3))
    target = CLASSES if is_classes else HEALTH
    judged = []
    for fit, judge in folds(
        target, is_classes=is_classes, seed=0, structure=Structure(moments=moments)
    ):
        assert moments[fit].max() < moments[judge].min()
        judged += judge.tolist()
    assert len(judged) == len(set(judged)) > 0.5 * ROWS


@pytest.mark.parametrize("is_classes", [True, False])
def test_folds_by_group_keep_groups_together(is_classes):
    target = CLASSES if is_classes else HEALTH
    structure = Structure(groups=PATIENTS)
    judged = []
    for fit, judge in folds(target, is_classes=is_classes, seed=0, structure=structure, count=4):
        assert not set(PATIENTS[fit]) & set(PATIENTS[judge])
        judged += judge.tolist()
    assert sorted(judged) == list(range(ROWS))


def test_the_number_of_folds_can_be_chosen():
    assert len(list(folds(HEALTH, is_classes=False, seed=0, count=8))) == 8


@pytest.mark.parametrize("classes", [0, 2])
def test_a_column_that_gives_the_target_away_is_a_suspect(classes):
    target = HEALTH if classes == 0 else CLASSES
    frame = plain_frame(
        pd.DataFrame(
            {
                "noise": RANDOM.normal(size=ROWS),
                "hint": target + RANDOM.normal(size=ROWS),
                "answer": 2 * target + 7,
                "word": np.where(target > 0.5, "high", "low"),
            }
        )
    )
    encoder = TableEncoder(plan_columns(frame))
    encoded = encoder.fit_transform(frame)
    found = associations(encoded, encoder.layout, target, classes=classes, seed=0)
    assert found["noise"] < 0.05 < found["hint"] < 0.9 < found["answer"] <= 1
    assert set(find_suspects(found)) == ({"answer", "word"} if classes else {"answer"})


def test_a_time_along_which_the_target_drifts_is_no_suspect():
    drifting = np.cumsum(np.random.default_rng(1).normal(size=ROWS))
    frame = plain_frame(pd.DataFrame({"year": np.arange(1700, 1700 + ROWS)}))
    encoder = TableEncoder(plan_columns(frame))
    encoded = encoder.fit_transform(frame)
    alike, told = (
        associations(encoded, encoder.layout, drifting, classes=0, seed=0, times=times)
        for times in ((), ("year",))
    )
    assert told["year"] < alike["year"]
    assert set(find_suspects(alike)) == {"year"}
    assert find_suspects(alike, "year") == {}
