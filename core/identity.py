"""As whom a server runs that refuses to run as root, and whether that user can reach its files."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from core.errors import UnreachableDirectoryError

ORDINARY_USERS = ("postgres", "nobody")

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2


@dataclass(frozen=True, slots=True)
class Identity:
    """An ordinary user, and the one capability it keeps where it could not enter a directory."""

    uid: int
    gid: int
    capability: int | None = None


def ordinary_identity(directory: Path, *needed: Path) -> Identity | None:
    """For root, the user who serves from a directory; None for an ordinary user, who stays itself.

    The owner of the directory, so that root can serve what an ordinary user made, and that user
    again afterwards. `needed` are further paths to reach.
    """
    if os.geteuid() != 0:
        return None
    owner = directory.stat()
    if owner.st_uid != 0:
        user = Identity(owner.st_uid, owner.st_gid)
    else:
        entry = next(entry for entry in map(_entry, ORDINARY_USERS) if entry)
        user = Identity(entry.pw_uid, entry.pw_gid)
    return _able_to_reach(user, directory, *needed)


def hand_over(directory: Path, identity: Identity) -> None:
    """Make a directory and all in it the identity's own."""
    if directory.stat().st_uid == identity.uid:
        return
    for folder, _, files in os.walk(directory, topdown=False):
        for name in (*files, "."):
            os.lchown(Path(folder) / name, identity.uid, identity.gid)


def _able_to_reach(user: Identity, *paths: Path) -> Identity:
    for path in paths:
        blocked_at = _blocked_at(path, user)
        if blocked_at:
            capability = _searching_capability()
            if capability is None:
                raise UnreachableDirectoryError(path, blocked_at, _name(user.uid))
            return Identity(user.uid, user.gid, capability)
    return user


def _blocked_at(path: Path, user: Identity) -> Path | None:
    """The outermost directory above a path that the user may not enter."""
    above = reversed(path.resolve().parents)
    return next((folder for folder in above if not _may_enter(folder.stat(), user)), None)


def _may_enter(folder: os.stat_result, user: Identity) -> bool:
    if folder.st_uid == user.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == user.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _searching_capability() -> int | None:
    """A capability of ours that lets its holder enter any directory, the weaker one first."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:  # not Linux
        return None
    held = next(int(line.split()[1], 16) for line in status.splitlines() if "CapPrm" in line)
    wanted = (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)
    return next((capability for capability in wanted if held >> capability & 1), None)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
