from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from examples.table import TARGETS, Task, generate_table, main

TASKS: tuple[Task, ...] = ("regression", "classification")


@pytest.mark.parametrize("task", TASKS)
def test_same_seed_same_rows(task: Task) -> None:
    first, second, other = (generate_table(200, seed, task) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(other)


@pytest.mark.parametrize("task", TASKS)
def test_columns_are_mixed_and_only_features_have_gaps(task: Task) -> None:
    table = generate_table(2000, 7, task)
    assert table.columns[-1] == TARGETS[task]
    assert table[TARGETS[task]].notna().all()
    kinds = {kind.name for kind in table.dtypes}
    assert {"bool", "float64", "int64", "Int64", "str"} <= kinds
    assert pd.api.types.is_datetime64_dtype(table["listed_on"])
    assert 0.08 < table["energy_class"].isna().mean() < 0.16
    assert table["listing_id"].is_unique
    assert table["land_register"].nunique() == 1


def test_rent_is_learnable_but_noisy() -> None:
    table = generate_table(3000)
    correlation = np.corrcoef(table["size_m2"], table["monthly_rent"])[0, 1]
    assert 0.7 < correlation < 0.95
    district = table.groupby("district")["monthly_rent"].mean() / table["monthly_rent"].mean()
    assert district["Old Town"] > 1.3 * district["Meadows"]


def test_time_to_let_has_three_balanced_classes_that_depend_on_the_features() -> None:
    table = generate_table(3000, task="classification")
    shares = table["time_to_let"].value_counts(normalize=True)
    assert shares.between(0.15, 0.5).all()
    assert len(shares) == 3
    winter = table["listed_on"].dt.month.isin((11, 12, 1))
    longer = table["time_to_let"].eq("longer")
    assert longer[winter].mean() > 1.5 * longer[~winter].mean()


def test_impossible_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="rows is 0; it must be at least 1"):
        generate_table(0)
    with pytest.raises(ValueError, match="must be one of regression, classification"):
        generate_table(task="ranking")  # type: ignore[arg-type]  # a caller may get it wrong


def test_command_writes_a_parquet_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "homes.parquet"
    assert main(["--rows", "50", "--task", "classification", "--out", str(path)]) == 0
    assert "the target is time_to_let" in capsys.readouterr().out
    assert len(pd.read_parquet(path)) == 50


def test_command_refuses_an_unknown_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path / "homes.txt")]) == 2
    assert "must end in .parquet or .csv" in capsys.readouterr().err
