"""What deleted models named leaves the store, in a chore: a store may be slow."""

from collections.abc import Mapping

import structlog

from api.chores.protocol import ChoreError, Chores
from api.errors import UnavailableError
from db.models.stored import Reclaimed

log = structlog.get_logger(__name__)

_AT_ONCE = 500


def reclaim(chores: Chores, freed: Mapping[str, int]) -> Reclaimed:
    """What could not be deleted now is left to the collection of orphans."""
    now = later = 0
    files = list(freed.items())
    for start in range(0, len(files), _AT_ONCE):
        done = _reclaim(chores, dict(files[start : start + _AT_ONCE]))
        now, later = now + done.bytes_now, later + done.bytes_later
    return Reclaimed(now, later)


def _reclaim(chores: Chores, freed: Mapping[str, int]) -> Reclaimed:
    try:
        return chores.reclaim(freed)
    except (ChoreError, UnavailableError):
        log.warning("nothing reclaimed, left to the collection of orphans", exc_info=True)
        return Reclaimed(0, sum(freed.values()))
