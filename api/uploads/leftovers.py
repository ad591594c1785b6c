"""Files of uploads whose process was killed before it could delete them."""

import time
from pathlib import Path

LONGEST_UPLOAD_S = 24 * 3600.0


def remove_leftovers(directory: Path) -> None:
    """Delete what has not been written to for longer than any upload takes."""
    if not directory.is_dir():
        return
    oldest = time.time() - LONGEST_UPLOAD_S
    for path in directory.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
