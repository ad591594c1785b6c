import numpy as np
import pandas as pd
import pytest

from pipeline.errors import (
    InsufficientDataError,
    InvalidDataError,
    InvalidParameterError,
    TargetNotFoundError,
)
from pipeline.table.spec import TableSpec
from pipeline.table.split import split_rows
from pipeline.table.target import Target, read_target


def read(values: object, ml_task: str = "classification") -> Target:
    spec = TableSpec(ml_task=ml_task, target_variable="y")
    return read_target(pd.DataFrame({"x": 0, "y": pd.Series(values)}), spec)


def test_missing_target_lists_the_columns():
    spec = TableSpec(ml_task="regression", target_variable="x")
    with pytest.raises(TargetNotFoundError) as raised:
        read_target(pd.DataFrame({"a": [1], "b": [2]}), spec)
    assert str(raised.value) == (
        "Target variable 'x' not found in data. Available columns: ['a', 'b']"
    )


def test_a_long_list_of_columns_is_cut():
    frame = pd.DataFrame(0, index=[0], columns=[f"c{i}" for i in range(60)])
    with pytest.raises(TargetNotFoundError, match=r"'c49', … and 10 more\]$"):
        read_target(frame, TableSpec(ml_task="regression", target_variable="x"))


DAYS = pd.date_range("2025-01-01", periods=30)
UNUSABLE = {
    "all missing": ("regression", [None] * 30, "no usable value in any row"),
    "all infinite": ("regression", [np.inf] * 30, "no usable value in any row"),
    "all missing classes": ("classification", [None] * 30, "no usable value in any row"),
    "constant number": ("regression", [4.0] * 30, r"same value in every row \('4.0'\)"),
    "constant class": ("classification", ["a"] * 30, r"same value in every row \('a'\)"),
    "text amounts": ("regression", ["big", "small"] * 15, "holds text such as 'big'; regression"),
    "beyond single precision": ("regression", [1.0, 1e30] * 15, "give it in a larger unit"),
    "true and false": ("regression", [True, False] * 15, "use classification"),
    "dates": ("regression", DAYS, "dates or durations; regression needs"),
    "identifier": ("classification", [f"id{i}" for i in range(30)], "a different value in every"),
    "very many classes": ("classification", [i // 2 for i in range(400)], "200 different values"),
}


@pytest.mark.parametrize(("ml_task", "values", "message"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_targets(ml_task, values, message):
    with pytest.raises(InvalidDataError, match=message):
        read(values, ml_task)


TOO_FEW = {
    "one row": (["a"], "Only 1 row has a usable value .* at least 20"),
    "few rows": (["a", "b"] * 6, "Only 12 rows have"),
    "lonely classes": (["a"] * 15 + ["b"] * 14 + list("cdef"), r"one of \['c', 'd', 'e', 'f'\]"),
    "too few others": (["a"] * 10 + ["b"] * 9 + ["c"], r"only one of \['c'\]"),
}


@pytest.mark.parametrize(("values", "message"), TOO_FEW.values(), ids=TOO_FEW.keys())
def test_too_few_rows(values, message):
    with pytest.raises(InsufficientDataError, match=message):
        read(values)


def test_rows_without_a_usable_target_are_left_out_with_a_note():
    values = [1.5, 2.5] * 15 + [np.nan, np.inf, -np.inf]
    target = read(values, "regression")
    assert target.values.tolist() == [1.5, 2.5] * 15
    assert target.kept.tolist() == [True] * 30 + [False] * 3
    assert target.notes == ("3 rows without a usable value of 'y' were left out",)


CLASSES = {
    "text": (["b", "a"] * 15, ("a", "b")),
    "whole numbers": ([10, 9] * 15, ("9", "10")),
    "whole floats with gaps": ([1.0, 0.0, None] * 15, ("0", "1")),
    "booleans": (pd.array([True, False, None] * 15, "boolean"), ("False", "True")),
}


@pytest.mark.parametrize(("values", "classes"), CLASSES.values(), ids=CLASSES.keys())
def test_classes_are_sorted_and_named_as_people_write_them(values, classes):
    target = read(values)
    assert target.classes == classes
    assert set(target.values) == {0, 1}


def test_the_only_row_of_a_class_is_left_out_with_a_note():
    target = read(["b", "a"] * 15 + ["c"])
    assert target.classes == ("a", "b")
    assert target.kept.tolist() == [True] * 30 + [False]
    assert target.notes == (
        "Left out, as a class needs at least 2 rows: the only row of 'c' in 'y'",
    )


def test_labels_that_differ_in_the_space_around_them_are_one_class():
    target = read([" no", "yes"] * 14 + ["no", "yes "])
    assert target.classes == (" no", "yes")
    assert target.values.tolist() == [0, 1] * 15
    assert target.notes == (
        "Values of 'y' that differ only in the space around them count as one class: ' no', 'yes'",
    )


def test_labels_that_differ_in_case_are_classes():
    assert read(["a", "A"] * 15).classes == ("A", "a")


WRITTEN = {
    "plain": (["1.5", "2"], 2.0, ()),
    "with blanks": (
        ["1.5", "2", " "],
        2.0,
        ("10 rows without a usable value of 'y' were left out",),
    ),
    "money": (
        ["$ 5", "$ 1,012.50"],
        1012.5,
        ("'y' is text that was read as numbers: '$ 5' as 5",),
    ),
    "decimal comma": (
        ["3,25", "1.012,5"],
        1012.5,
        ("'y' is text that was read as numbers: '3,25' as 3.25",),
    ),
    "shares": (["5 %", "12.5%"], 12.5, ("'y' is text that was read as numbers: '5 %' as 5",)),
}


@pytest.mark.parametrize(("texts", "most", "notes"), WRITTEN.values(), ids=WRITTEN.keys())
def test_amounts_written_as_text_are_amounts(texts, most, notes):
    target = read(pd.Series(texts * 10, dtype="str"), "regression")
    assert target.values.max() == most
    assert target.notes == notes


def test_amounts_of_several_units_are_refused():
    with pytest.raises(InvalidDataError, match="holds text such as '300 g'"):
        read(pd.Series(["300 g", "2 kg", "1 kg"] * 10, dtype="str"), "regression")


@pytest.mark.parametrize(("rows", "test_size"), [(30, 0.01), (30, 0.95)])
def test_a_split_that_leaves_too_little_says_how_much_it_leaves(rows, test_size):
    spec = TableSpec(ml_task="classification", target_variable="y", test_size=test_size)
    with pytest.raises(InvalidParameterError, match=f"test_size {test_size} splits {rows} rows"):
        split_rows(read(["a", "b"] * (rows // 2)), spec)
