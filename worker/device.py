"""What a training computes on: the GPU that was asked for, where there is one."""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Literal

import structlog

log = structlog.get_logger(__name__)

Device = Literal["cpu", "cuda"]

_DRIVER = "libcuda.so.1"


@cache
def has_gpu() -> bool:
    """Whether the driver of this host offers this process a GPU."""
    try:
        driver = ctypes.CDLL(_DRIVER)
    except OSError:
        return False
    count = ctypes.c_int(0)
    return (
        driver.cuInit(0) == 0
        and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
        and count.value > 0
    )


def device_for(
    wanted: Literal["cpu", "cuda", "auto"], *, has_gpu: Callable[[], bool] = has_gpu
) -> Device:
    """The device of the setting `TASK_DEVICE`; without a GPU it is the CPU."""
    if wanted == "cpu":
        return "cpu"
    if has_gpu():
        return "cuda"
    if wanted == "cuda":
        log.warning("no GPU found, computing on the CPU", setting="TASK_DEVICE")
    return "cpu"
