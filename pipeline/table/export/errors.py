"""What cannot be exported."""

from collections.abc import Sequence

from pipeline.errors import PipelineError


class NotExportableError(PipelineError):
    """A model has no form in a format; ``available`` says what could be asked for instead."""

    recommended_action = "Choose another format or candidate"

    def __init__(self, reason: str, available: Sequence[str] = ()) -> None:
        instead = f"; available: {', '.join(available)}" if available else ""
        super().__init__(f"{reason}{instead}")
        self.available = tuple(available)
