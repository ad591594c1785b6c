from dataclasses import dataclass, field

import pytest

from pipeline.progress import Progress
from worker.errors import TrainingCancelledError
from worker.reporter import MOST_LOGS, Reporter


@dataclass
class Watch:
    """A clock that tests set, and what was reported."""

    now: float = 0.0
    reports: list[Progress] = field(default_factory=list)

    def reporter(self, least_phase_s: float = 0.0) -> Reporter:
        return Reporter(
            self.reports.append,
            lambda: None,
            least_phase_s=least_phase_s,
            clock=lambda: self.now,
        )


@pytest.fixture
def watch() -> Watch:
    return Watch()


def progress(
    percentage: float, phase: str = "training", logs: tuple[str, ...] = (), **metrics: float
) -> Progress:
    return Progress(phase, percentage, f"at {percentage}", metrics, logs)


def test_the_first_step_is_reported_at_once(watch: Watch) -> None:
    watch.reporter()(progress(1))

    assert [report.percentage for report in watch.reports] == [1]


def test_steps_in_quick_succession_are_merged(watch: Watch) -> None:
    report = watch.reporter()
    report(progress(1))
    for percentage in (2, 3, 4):
        watch.now += 0.1
        report(progress(percentage))
    watch.now = 0.6
    report(progress(5))

    assert [step.percentage for step in watch.reports] == [1, 5]


def test_a_new_phase_is_reported_at_once(watch: Watch) -> None:
    report = watch.reporter()
    report(progress(1, "validation"))
    report(progress(10, "training"))

    assert [step.phase for step in watch.reports] == ["validation", "training"]


def test_short_phases_are_merged_where_that_is_wanted(watch: Watch) -> None:
    report = watch.reporter(least_phase_s=0.2)
    report(progress(1, "validation", logs=("read",)))
    watch.now = 0.1
    report(progress(10, "training", logs=("fitted",)))
    watch.now = 0.3
    report(progress(20, "training"))
    watch.now = 0.4
    report(progress(90, "evaluation"))
    watch.now = 0.5
    report(progress(95, "evaluation"))

    assert [step.phase for step in watch.reports] == ["training", "evaluation"]
    assert watch.reports[0].logs == ("read", "fitted")


def test_merged_steps_keep_the_latest_metrics_and_all_logs(watch: Watch) -> None:
    report = watch.reporter()
    report(progress(1))
    report(progress(2, logs=("first",), loss=3.0, rate=0.1))
    report(progress(3, logs=("second",), loss=2.0))
    watch.now = 1.0
    report(progress(4, logs=("third",)))

    assert watch.reports[-1].metrics == {"loss": 2.0, "rate": 0.1}
    assert watch.reports[-1].logs == ("first", "second", "third")


def test_metrics_and_logs_are_reported_once(watch: Watch) -> None:
    report = watch.reporter()
    report(progress(1, logs=("line",), loss=1.0))
    watch.now = 1.0
    report(progress(2))

    assert watch.reports[-1].logs == ()
    assert watch.reports[-1].metrics == {}


def test_of_too_many_logs_the_newest_stay(watch: Watch) -> None:
    report = watch.reporter()
    report(progress(1))
    for number in range(MOST_LOGS + 10):
        report(progress(2, logs=(f"line {number}",)))
    watch.now = 1.0
    report(progress(3))

    assert len(watch.reports[-1].logs) == MOST_LOGS
    assert watch.reports[-1].logs[-1] == f"line {MOST_LOGS + 9}"


def test_a_percentage_never_falls(watch: Watch) -> None:
    report = watch.reporter()
    report(progress(40, "training"))
    report(progress(30, "evaluation"))

    assert [step.percentage for step in watch.reports] == [40, 40]


def test_a_task_that_must_stop_is_stopped_before_anything_is_reported(watch: Watch) -> None:
    def check() -> None:
        raise TrainingCancelledError("stopped")

    report = Reporter(watch.reports.append, check)

    with pytest.raises(TrainingCancelledError):
        report(progress(1))
    assert watch.reports == []
