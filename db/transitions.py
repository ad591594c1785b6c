"""The only code that changes a status: this module is its door.

Every change is a guarded `UPDATE … WHERE status … RETURNING`; who loses a race gets None and
returns. A task's results are written only under its token: the attempt number, which rises with
each claim. No function commits; the messages that a function returns are published after the
caller's commit. `db.locks` tells the order of locks.
"""

from db.jobs.creation import MAX_ATTEMPTS, create_job
from db.lifecycle.jobs import admit, expire, reclaim, request_stop
from db.lifecycle.leases import renew, terms_of
from db.lifecycle.tasks import cancel_task, claim, fail, finish, release, report
from db.lifecycle.tokens import Claim, LeaseTerms, NewTask, StopResult, Token

__all__ = [
    "MAX_ATTEMPTS",
    "Claim",
    "LeaseTerms",
    "NewTask",
    "StopResult",
    "Token",
    "admit",
    "cancel_task",
    "claim",
    "create_job",
    "expire",
    "fail",
    "finish",
    "reclaim",
    "release",
    "renew",
    "report",
    "request_stop",
    "terms_of",
]
