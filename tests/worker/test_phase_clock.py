import pytest
from structlog.testing import capture_logs

from pipeline.progress import Progress
from worker.phase_clock import PhaseClock


def test_the_duration_of_each_phase_is_logged_when_it_ends() -> None:
    steps: list[Progress] = []
    moments = iter([0.0, 1.0, 3.5])
    clock = PhaseClock(steps.append, clock=lambda: next(moments))
    with capture_logs() as lines:
        for phase in ("loading", "loading", "training"):
            clock(Progress(phase, 1, phase))

    assert [(line["phase"], line["seconds"]) for line in lines] == [("loading", 2.5)]
    assert [step.phase for step in steps] == ["loading", "loading", "training"]


def test_what_the_callback_raises_goes_through() -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PhaseClock(stop)(Progress("loading", 1, "loading"))
