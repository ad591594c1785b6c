"""What was last made of a history: methods that are tested on the same one ask for the same."""

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import ref

from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import History

T = TypeVar("T")


class Newest(Generic[T]):
    """Keeps what was made of one history, for as long as that lives and no other is asked for."""

    def __init__(self, make: Callable[[History, FitContext], T]) -> None:
        self._make = make
        self._of: tuple[ref[History], FitContext, T] | None = None

    def of(self, history: History, context: FitContext) -> T:
        """The same object as the last time, or made now."""
        if self._of is not None:
            of_history, of_context, made = self._of
            if of_history() is history and of_context is context:
                return made
        made = self._make(history, context)
        self._of = (ref(history), context, made)
        return made
