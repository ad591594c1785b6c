"""As many open files as the system allows: every socket is one."""

import resource

import structlog

log = structlog.get_logger(__name__)

_BESIDE_SOCKETS = 200


def raise_file_limit(sockets: int) -> int:
    """Raise the soft limit to what so many sockets need, or to the hard limit; what it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sockets + _BESIDE_SOCKETS
    if _covers(soft, wanted):
        return soft
    allowed = wanted if _covers(hard, wanted) else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        log.warning("few open files are allowed", allowed=allowed, wanted=wanted)
    return allowed


def _covers(limit: int, wanted: int) -> bool:
    return limit == resource.RLIM_INFINITY or limit >= wanted
