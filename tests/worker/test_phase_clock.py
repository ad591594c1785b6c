import pytest
from structlog.testing import capture_logs

from pipeline.progress import Progress, ignore_progress
from worker.phase_clock import PhaseClock, enter_phase


def test_each_phase_lasts_until_the_next_begins_and_the_last_to_the_end() -> None:
    steps: list[Progress] = []
    moments = iter([0.0, 1.0, 3.5, 4.5])
    clock = PhaseClock(profile=True, clock=lambda: next(moments))
    on_progress = clock.watch(steps.append)
    with capture_logs() as lines, clock.running():
        for phase in ("validation", "validation", "training"):
            on_progress(Progress(phase, 1, phase))

    seconds = [("data_loading", 1.0), ("validation", 2.5), ("training", 1.0)]
    assert [(phase.name, phase.seconds) for phase in clock.phases] == seconds
    assert [(line["phase"], line["seconds"]) for line in lines] == seconds
    assert [step.phase for step in steps] == ["validation", "validation", "training"]


def test_the_log_has_a_line_for_each_phase_however_often_it_came() -> None:
    moments = iter([0.0, 1.0, 2.0, 4.0, 8.0])
    clock = PhaseClock(clock=lambda: next(moments))
    with clock.running():
        enter_phase("backtest")
        enter_phase("training")
        enter_phase("backtest")

    told = [(line.step_name, line.execution_time_ms, line.message) for line in clock.log_lines()]
    assert told == [
        ("data_loading", 1000, "Data loading took 1.00 s"),
        ("backtest", 5000, "Backtest took 5.00 s"),
        ("training", 2000, "Training took 2.00 s"),
    ]


def test_outside_a_task_no_phase_is_entered() -> None:
    clock = PhaseClock()
    enter_phase("training")
    assert clock.phases == []


def test_what_the_callback_raises_goes_through_and_the_phase_is_counted() -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    clock = PhaseClock()
    with pytest.raises(KeyboardInterrupt), clock.running():
        clock.watch(stop)(Progress("training", 1, "training"))
    assert [phase.name for phase in clock.phases] == ["data_loading", "training"]
    clock.watch(ignore_progress)(Progress("training", 1, "training"))
