"""What a task tells of itself, how often, and in how many bytes."""

import json
from dataclasses import dataclass, field

import pytest

from api.live.progress_views import studio_view
from pipeline.progress import Progress
from worker.errors import TrainingCancelledError
from worker.pace import Pace, SteadyPace, TablePace
from worker.reporter import MOST_LOGS, Reporter


@dataclass
class Watch:
    """A clock that tests set, and what was reported."""

    now: float = 0.0
    reports: list[Progress] = field(default_factory=list)

    def reporter(self, pace: Pace | None = None) -> Reporter:
        return Reporter(
            self.reports.append,
            lambda: None,
            pace or SteadyPace(),
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
    report = watch.reporter(SteadyPace(least_phase_s=0.2))
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


def table(watch: Watch) -> Reporter:
    return watch.reporter(TablePace())


def run(watch: Watch, report: Reporter, phase: str, seconds: float, *, steps_a_second: int) -> None:
    for _ in range(int(seconds * steps_a_second)):
        watch.now += 1 / steps_a_second
        report(progress(5, phase))


@pytest.mark.parametrize(
    ("phase", "least_s"), [("data_loading", 1), ("preprocessing", 2), ("training", 0.5)]
)
def test_a_table_is_told_at_the_rates_of_the_document(
    watch: Watch, phase: str, least_s: float
) -> None:
    run(watch, table(watch), phase, 20, steps_a_second=32)

    assert len(watch.reports) == 20 / least_s


def test_a_slow_iteration_is_a_message(watch: Watch) -> None:
    report = table(watch)
    for _ in range(10):
        watch.now += 3
        report(progress(50))

    assert len(watch.reports) == 10


@pytest.mark.parametrize(("phase", "told"), [("data_loading", 5), ("preprocessing", 3)])
def test_a_long_step_gives_signs_of_life(watch: Watch, phase: str, told: int) -> None:
    report = table(watch)
    report(progress(3, phase, logs=("began",)))
    for _ in range(16):
        watch.now += 0.25
        report.tick()

    assert [step.percentage for step in watch.reports] == [3] * told
    assert [step.logs for step in watch.reports[:2]] == [("began",), ()]


def test_the_last_of_many_quick_iterations_is_told_soon(watch: Watch) -> None:
    report = table(watch)
    report(progress(50))
    report(progress(51))
    for _ in range(4):
        watch.now += 0.25
        report.tick()

    assert [step.percentage for step in watch.reports] == [50, 51]


def test_the_evaluation_is_told_once_at_its_end(watch: Watch) -> None:
    report = table(watch)
    report(progress(84, "training"))
    run(watch, report, "evaluation", 5, steps_a_second=4)
    report(progress(95, "evaluation"))
    report.flush()
    report.flush()

    assert [(step.phase, step.percentage) for step in watch.reports] == [
        ("training", 84),
        ("evaluation", 95),
    ]


def test_the_last_iteration_is_told_before_the_evaluation(watch: Watch) -> None:
    report = table(watch)
    report(progress(80, "training"))
    report(progress(85, "training", iteration=100))
    report(progress(90, "evaluation", rows=40))
    report.flush()

    assert [(step.phase, step.percentage, step.metrics) for step in watch.reports] == [
        ("training", 80, {}),
        ("training", 85, {"iteration": 100}),
        ("evaluation", 90, {"rows": 40}),
    ]


def test_ten_minutes_of_quick_iterations_stay_below_a_megabyte(watch: Watch) -> None:
    report = table(watch)
    for number in range(6000):
        watch.now += 0.1
        line = f"Iteration {number}: train_acc=0.8912, val_acc=0.8613"
        report(progress(50, logs=(line,), iteration=number, train_accuracy=0.8912))

    assert sum(map(size_of, watch.reports)) < 10**6


def size_of(step: Progress) -> int:
    """Bytes of the message to a watcher."""
    task = {
        "phase": step.phase,
        "percentage": step.percentage,
        "message": step.message,
        "metrics": dict(step.metrics),
        "logs": step.logs,
    }
    record = {
        "event": "task_progress",
        "job_id": "0" * 36,
        "seq": 1000,
        "timestamp": "2026-01-30T18:15:30.000Z",
        "task": task,
        "job": {"percentage": 50.0, "current_step": step.message},
    }
    return len(json.dumps(studio_view(record)))
