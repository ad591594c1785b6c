import os
import time
from pathlib import Path

import pytest

from api.uploads.leftovers import LONGEST_TRANSFER_S, remove_leftovers


def age(path: Path) -> None:
    long_ago = time.time() - LONGEST_TRANSFER_S - 1
    os.utime(path, (long_ago, long_ago))


def test_only_uploads_older_than_any_are_removed(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    old, new = uploads / "upload-old", uploads / "upload-new"
    old.touch()
    new.touch()
    age(old)

    remove_leftovers(tmp_path)

    assert list(uploads.iterdir()) == [new]


def test_what_was_fetched_for_a_download_goes_with_its_folder(tmp_path: Path) -> None:
    old, new = tmp_path / "downloads/old", tmp_path / "downloads/new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "digest").write_bytes(b"PAR1")
    age(old)

    remove_leftovers(tmp_path)

    assert not old.exists()
    assert (new / "digest").read_bytes() == b"PAR1"


@pytest.mark.parametrize("other", ["models", "keys"])
def test_nothing_else_of_the_data_directory_is_touched(tmp_path: Path, other: str) -> None:
    kept = tmp_path / other / "old"
    kept.mkdir(parents=True)
    age(kept)

    remove_leftovers(tmp_path)

    assert kept.exists()
