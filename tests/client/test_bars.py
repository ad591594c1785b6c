"""What a watcher reads on a terminal, and where there is none."""

import io

import pytest
from rich.console import Console

from client.bars import file_progress, job_progress
from client.progress import ProgressMessage, StudioUpdate
from client.terminal import duration, number, plain, share
from tests.client.peer import message


def told(seq: int, **product: object) -> ProgressMessage:
    base = {"id": "t", "product_name": "Bun", "kind": "product"}
    return ProgressMessage.decode(message(seq, product=base | product))


def shown(*messages: ProgressMessage, terminal: bool) -> str:
    output = io.StringIO()
    console = Console(
        file=output, force_terminal=terminal, color_system=None, markup=False, width=120
    )
    with job_progress(console) as show:
        for one in messages:
            show(one)
    return output.getvalue()


def test_a_running_product_has_a_bar_that_becomes_a_line() -> None:
    running = told(1, status="running", percentage=40.0, message="Backtest")
    ended = told(2, status="completed", percentage=100.0, metrics={"mase": 0.5, "wape": 0.125})

    assert "40.0 % Backtest" in shown(running, terminal=True)
    text = shown(running, ended, terminal=True)
    assert "✓ Bun  MASE 0.50, WAPE 12.5 %" in text
    assert "Backtest" not in text.rpartition("✓ Bun")[2]


def test_without_a_terminal_there_is_a_line_for_each_end() -> None:
    running = told(1, status="running", percentage=40.0)
    failed = told(
        2,
        status="failed",
        error_message="15 days are too few",
        recommended_action="Collect more sales data",
    )

    assert shown(running, failed, terminal=False) == (
        "[ 20.0 %] ✗ Bun: 15 days are too few → Collect more sales data\n"
    )


def test_a_product_that_is_tried_again_says_why() -> None:
    retry = ProgressMessage.decode(
        message(
            1,
            event="task_retry",
            product={"id": "t", "product_name": "Bun", "error_message": "The worker was lost"},
        )
    )

    assert "↻ Bun is tried again: The worker was lost" in shown(retry, terminal=False)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_hostile_name_is_text(terminal: bool) -> None:
    text = shown(told(1, status="completed", product_name="[red]x[/] \x1b[2Jy"), terminal=terminal)

    assert "[red]x[/]  [2Jy" in text


def test_a_phase_is_told_once() -> None:
    output = io.StringIO()
    steps = [("data_loading", 1.0), ("data_loading", 5.0), ("training", 50.0)]

    with file_progress(Console(file=output, width=120)) as show:
        for phase, progress in steps:
            show(StudioUpdate(type="progress", phase=phase, progress=progress, message="…"))

    assert output.getvalue().splitlines() == ["[  1.0 %] data loading: …", "[ 50.0 %] training: …"]


def test_numbers_for_people() -> None:
    assert number(1234.567) == "1,234.57"
    assert number(None) == "–"
    assert share(0.1234) == "12.3 %"
    assert [duration(seconds) for seconds in (5, 65, 3725)] == ["5 s", "1 min 05 s", "1 h 02 min"]
    assert plain("a\nb\x07") == "a b "
