from contextlib import closing
from threading import Event, current_thread, main_thread

import pytest

from pipeline.table.learners.learner import Step
from pipeline.table.search.side_by_side import outcomes


class StopError(Exception):
    """What a caller raises to stop."""


def ignore(step):
    """Of a caller who does not watch."""


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_order_whatever_is_done_first(workers):
    jobs = [lambda on_step, number=number: number for number in range(6)]
    assert [result() for result in outcomes(jobs, workers, ignore)] == list(range(6))


def test_jobs_run_at_the_same_time():
    met = [Event(), Event()]

    def job(own, other, on_step):
        met[own].set()
        return met[other].wait(30)

    jobs = [lambda s: job(0, 1, s), lambda s: job(1, 0, s)]
    assert all(result() for result in outcomes(jobs, 2, ignore))


def test_what_a_job_raises_is_raised_by_its_result():
    def fail(on_step):
        raise ArithmeticError

    first, second = outcomes([fail, lambda on_step: 2], 2, ignore)
    with pytest.raises(ArithmeticError):
        first()
    assert second() == 2


def stepping(ended):
    """A job that goes on until a step raises."""

    def job(on_step):
        try:
            while True:
                on_step(Step(1, 2))
        finally:
            ended.append(True)

    return job


def test_steps_are_told_in_the_thread_of_the_caller_who_can_stop_all():
    threads, ended = [], []

    def stop(step):
        threads.append(current_thread())
        raise StopError

    with pytest.raises(StopError):
        list(outcomes([stepping(ended), stepping(ended)], 2, stop))
    assert threads == [main_thread()]
    assert len(ended) == 2


def test_who_wants_no_more_results_ends_the_jobs():
    begun, ended = Event(), []

    def go_on(on_step):
        begun.set()
        stepping(ended)(on_step)

    jobs = [lambda on_step: begun.wait(30), go_on]
    with closing(outcomes(jobs, 2, ignore)) as results:
        assert next(results)()
    assert ended == [True]
