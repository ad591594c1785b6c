"""Becomes another program that ends when its parent does, as an ordinary user if asked.

Run as a script with the standard library alone: `python -I -S child.py ORDERS PROGRAM …`, where
ORDERS is the JSON form of `Orders`. Done here and not in `preexec_fn`, which is not safe in a
process that has threads.
"""

import ctypes
import json
import os
import sys
from typing import TypedDict

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
SECBIT_NO_SETUID_FIXUP = 1 << 2


class Orders(TypedDict):
    """What to arrange before the other program starts."""

    parent: int
    death_signal: int
    uid: int | None
    gid: int | None
    capability: int | None


class CapabilityHeader(ctypes.Structure):
    """`cap_user_header_t` of Linux."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class CapabilityData(ctypes.Structure):
    """`cap_user_data_t` of Linux."""

    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def become_user(uid: int, gid: int, capability: int | None) -> None:
    """Drop root for good, keeping at most one capability across the next exec."""
    if capability is not None:
        # So that neither setuid nor access(2), with which PostgreSQL looks at its own program,
        # sets the capabilities of an ordinary user aside.
        _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([gid])
    os.setgid(gid)
    os.setuid(uid)
    if capability is not None:
        _keep(capability)


def die_with_parent(parent: int, death_signal: int) -> None:
    """Ask Linux to send this process a signal when its parent ends; elsewhere, do nothing."""
    if sys.platform != "linux":
        return
    _prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # the parent ended before we asked
        sys.exit(0)


def _keep(capability: int) -> None:
    bit = 1 << capability
    header = CapabilityHeader(CAPABILITY_VERSION_3, 0)
    data = (CapabilityData * 2)(CapabilityData(bit, bit, bit), CapabilityData(0, 0, 0))
    _checked(_libc().capset(ctypes.byref(header), ctypes.byref(data)))
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def _prctl(option: int, *values: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _checked(_libc().prctl(option, *padded))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def main(orders: Orders, program: list[str]) -> None:
    """Arrange what is ordered, then become the program."""
    if orders["uid"] is not None and orders["gid"] is not None:
        become_user(orders["uid"], orders["gid"], orders["capability"])
    # After the change of user, which makes Linux forget it.
    die_with_parent(orders["parent"], orders["death_signal"])
    os.execvp(program[0], program)  # noqa: S606 - becoming that program is the purpose


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
