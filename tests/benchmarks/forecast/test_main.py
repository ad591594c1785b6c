"""What is asked for and does not exist is told before anything is forecast."""

import pytest

from benchmarks.forecast.__main__ import main


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--sets", "weekly,monthly"], "there is no 'weekly,monthly', but store_sales, "),
        (["--systems", "ours", "profet"], "there is no 'profet', but ours, seasonal_naive, "),
    ],
)
def test_an_unknown_name_is_refused(
    asked: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(asked)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
