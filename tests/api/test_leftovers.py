import os
import time
from pathlib import Path

from api.uploads.leftovers import LONGEST_UPLOAD_S, remove_leftovers


def test_only_files_older_than_any_upload_are_removed(tmp_path: Path) -> None:
    old, new = tmp_path / "upload-old", tmp_path / "upload-new"
    old.touch()
    new.touch()
    long_ago = time.time() - LONGEST_UPLOAD_S - 1
    os.utime(old, (long_ago, long_ago))
    remove_leftovers(tmp_path)
    remove_leftovers(tmp_path / "never made")
    assert list(tmp_path.iterdir()) == [new]
