"""Finished trials of a search, in the database: whoever goes on with the task need not repeat
them.
"""

from collections.abc import Mapping
from typing import Any

import structlog

from db.engine import Sessions
from db.jobs.trials import add_trial, trials_of
from db.lifecycle.tokens import Token
from worker.database import UNAVAILABLE, in_transaction

log = structlog.get_logger(__name__)


class TrialJournal:
    """Of one attempt at a task. What a former attempt still writes late is refused."""

    def __init__(self, sessions: Sessions, token: Token) -> None:
        self._sessions = sessions
        self._token = token

    def load(self) -> list[dict[str, Any]]:
        """What former attempts finished, in order."""
        return in_transaction(self._sessions, lambda session: trials_of(session, self._token))

    def append(self, entry: Mapping[str, Any]) -> None:
        """Keep a trial. One that cannot be kept now is only repeated some day."""
        try:
            with self._sessions.begin() as session:
                is_kept = add_trial(session, self._token, dict(entry))
        except UNAVAILABLE:
            log.warning("trial not kept", exc_info=True)
        else:
            if not is_kept:
                log.warning("trial not kept, the task belongs to another attempt")
