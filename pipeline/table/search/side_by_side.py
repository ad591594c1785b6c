"""Several fits at once, each on one thread: on small tables that is quicker than several threads
for one fit.
"""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from threading import Event
from typing import TypeVar

from threadpoolctl import ThreadpoolController

from pipeline.table.learners.learner import OnStep, Step

T = TypeVar("T")
Job = Callable[[OnStep], T]
_SECONDS_BETWEEN_LOOKS = 0.05


class _CancelledError(Exception):
    """The outcome of this fit is not wanted any more."""


def outcomes(
    jobs: Sequence[Job[T]], workers: int, on_step: OnStep
) -> Generator[Callable[[], T], None, None]:
    """What to call for the result of each job, in order; it raises what the job raised.

    ``on_step`` is only called in the thread of the caller. What it raises ends all jobs, and so
    does closing the generator.
    """
    if workers == 1 or len(jobs) == 1:
        yield from (partial(job, on_step) for job in jobs)
    else:
        yield from _in_threads(jobs, workers, on_step)


def _in_threads(
    jobs: Sequence[Job[T]], workers: int, on_step: OnStep
) -> Generator[Callable[[], T], None, None]:
    controller = ThreadpoolController()
    is_cancelled = Event()
    latest: list[Step] = []

    def remember(step: Step) -> None:
        if is_cancelled.is_set():
            raise _CancelledError
        latest[:] = [step]

    def run(job: Job[T]) -> T:
        with controller.limit(limits=1, user_api="openmp"):  # OpenMP counts for each thread
            return job(remember)

    # BLAS counts for the whole process, so the limit has to outlast every job.
    with controller.limit(limits=1, user_api="blas"), ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run, job) for job in jobs]
        try:
            for future in futures:
                while not future.done():
                    wait([future], timeout=_SECONDS_BETWEEN_LOOKS)
                    for step in latest[:]:
                        on_step(step)
                yield future.result
        finally:
            is_cancelled.set()
            for future in futures:
                future.cancel()
