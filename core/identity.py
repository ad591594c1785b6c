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
CAP_SETPCAP = 8


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
    blocks = [block for path in paths for block in _blocks(path, user)]
    if not blocks:
        return user
    # To search directories is enough where only they are in the way, and lets their holder do less.
    is_file = any(block.is_file() for block in blocks)
    useful = (CAP_DAC_OVERRIDE,) if is_file else (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)
    held = _held_capabilities()
    capability = next((one for one in useful if held >> one & 1), None)
    may_pass_on = held >> CAP_SETPCAP & 1
    if capability is None or not may_pass_on:
        raise UnreachableDirectoryError(paths[0], blocks[0], _name(user.uid))
    return Identity(user.uid, user.gid, capability)


def _blocks(path: Path, user: Identity) -> list[Path]:
    """The directories above a path that the user may not enter, and the file it may not run."""
    resolved = path.resolve()
    needed = [*reversed(resolved.parents), *([resolved] if resolved.is_file() else [])]
    return [one for one in needed if not _may_use(one, user)]


def _may_use(path: Path, user: Identity) -> bool:
    found = path.stat()
    wanted = stat.S_IXOTH | (stat.S_IROTH if path.is_file() else 0)
    if found.st_uid == user.uid:
        wanted <<= 6
    elif found.st_gid == user.gid:
        wanted <<= 3
    return found.st_mode & wanted == wanted


def _held_capabilities() -> int:
    """The capabilities of this process, as the bits that Linux reports."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:  # not Linux
        return 0
    return next(int(line.split()[1], 16) for line in status.splitlines() if "CapPrm" in line)


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
