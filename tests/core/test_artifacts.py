"""One suite over every kind of artifact store."""

import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.artifacts import ArtifactStore
from core.errors import (
    ArtifactCorruptError,
    ArtifactNotFoundError,
    ArtifactStoreAwayError,
)
from core.settings import Settings
from tests.fixtures.s3 import no_server, s3_server, use_bucket

CONTENT = b"what a model is made of" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture
def s3_root(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch, key_prefix: str) -> str:
    return use_bucket(monkeypatch, s3_endpoint, key_prefix)


@pytest.fixture(params=["disk", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "disk":
        return str(tmp_path / "models")
    return str(request.getfixturevalue("s3_root"))


@pytest.fixture
def store(root: str) -> ArtifactStore:
    return ArtifactStore(root)


def test_the_size_of_what_is_there(store: ArtifactStore) -> None:
    assert store.size(DIGEST) is None
    store.put(CONTENT)
    assert store.size(DIGEST) == len(CONTENT)


def test_what_was_put_is_read(store: ArtifactStore) -> None:
    blob = store.put(CONTENT)
    assert (blob.digest, blob.size) == (DIGEST, len(CONTENT))
    assert store.read(blob.digest) == CONTENT
    with store.open(blob.digest) as file:
        assert file.read(10) == CONTENT[:10]


def test_nothing_is_content_too(store: ArtifactStore) -> None:
    assert store.read(store.put(b"").digest) == b""


def test_a_file_is_put_from_where_it_stands_to_its_end(store: ArtifactStore) -> None:
    file = io.BytesIO(b"skipped" + CONTENT)
    file.seek(len(b"skipped"))
    assert store.put(file).digest == DIGEST


def test_the_same_content_is_stored_once(store: ArtifactStore) -> None:
    assert store.put(CONTENT) == store.put(io.BytesIO(CONTENT))
    assert [blob.digest for blob in store.digests()] == [DIGEST]


def test_several_are_stored_in_their_order_also_the_same_twice(store: ArtifactStore) -> None:
    contents = [CONTENT, b"", *(bytes([place]) * 100 for place in range(20)), CONTENT]
    blobs = store.put_all(contents)
    assert [store.read(blob.digest) for blob in blobs] == contents
    assert [blob.size for blob in blobs] == [len(content) for content in contents]
    assert {blob.digest for blob in store.digests()} == {blob.digest for blob in blobs}
    assert store.put_all([]) == []


def test_digests_tell_size_and_time(store: ArtifactStore) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    store.put(CONTENT)
    store.put(b"other")
    found = {blob.digest: blob for blob in store.digests()}
    assert len(found) == 2
    assert found[DIGEST].size == len(CONTENT)
    assert before < found[DIGEST].modified_at < datetime.now(UTC) + timedelta(seconds=2)


def test_an_empty_store_has_no_digests(store: ArtifactStore) -> None:
    assert list(store.digests()) == []


def test_a_store_sees_what_another_process_put_and_deleted(root: str) -> None:
    one, other = ArtifactStore(root), ArtifactStore(root)
    assert not other.exists(DIGEST)
    one.put(CONTENT)
    assert other.exists(DIGEST)
    assert [blob.digest for blob in other.digests()] == [DIGEST]
    assert one.delete(DIGEST)
    assert not other.exists(DIGEST)
    assert list(other.digests()) == []


def test_deleting_twice_is_harmless(store: ArtifactStore) -> None:
    store.put(CONTENT)
    assert store.delete(DIGEST)
    assert not store.delete(DIGEST)
    with pytest.raises(ArtifactNotFoundError, match=DIGEST):
        store.read(DIGEST)


def test_what_was_put_again_meanwhile_is_not_deleted(store: ArtifactStore) -> None:
    store.put(CONTENT)
    assert not store.delete(DIGEST, unless_put_since=datetime.now(UTC) - timedelta(days=1))
    assert store.exists(DIGEST)
    assert store.delete(DIGEST, unless_put_since=datetime.now(UTC) + timedelta(seconds=5))


def test_a_fetched_copy_is_verified_and_private(store: ArtifactStore, tmp_path: Path) -> None:
    copy = store.fetch(store.put(CONTENT).digest, tmp_path)
    assert copy.read_bytes() == CONTENT
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_damaged_bytes_are_not_returned(store: ArtifactStore, tmp_path: Path) -> None:
    store.put(CONTENT)
    _overwrite(store, DIGEST, b"something else")
    with pytest.raises(ArtifactCorruptError, match="damaged"):
        store.read(DIGEST)
    with pytest.raises(ArtifactCorruptError, match="damaged"):
        store.fetch(DIGEST, tmp_path)
    assert not (tmp_path / DIGEST).exists()


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1]])
def test_what_is_no_digest_is_not_found(store: ArtifactStore, digest: str) -> None:
    with pytest.raises(ArtifactNotFoundError):
        store.read(digest)


def test_a_source_that_breaks_leaves_nothing(store: ArtifactStore) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            content = super().read(size)
            if not content:
                raise ConnectionResetError
            return content

    with pytest.raises(ConnectionResetError):
        store.put(Breaking(CONTENT))
    assert list(store.digests()) == []


def test_old_content_is_renewed_when_put_again(tmp_path: Path) -> None:
    store = ArtifactStore(str(tmp_path))
    store.put(CONTENT)
    file = next(path for path in tmp_path.rglob(DIGEST))
    a_week_ago = (datetime.now(UTC) - timedelta(days=7)).timestamp()
    os.utime(file, (a_week_ago, a_week_ago))
    store.put(CONTENT)
    assert next(store.digests()).modified_at > datetime.now(UTC) - timedelta(minutes=1)


def test_files_on_disk_are_private_and_nothing_else_stays(tmp_path: Path) -> None:
    ArtifactStore(str(tmp_path)).put(CONTENT)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files] == [DIGEST]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.rglob("*") if p.is_dir()} == {0o700}


def test_what_a_killed_process_began_to_put_is_removed_once_it_is_old(tmp_path: Path) -> None:
    store = ArtifactStore(str(tmp_path))
    store.put(CONTENT)
    left = tmp_path / "incoming" / "incoming-killed"
    left.write_bytes(CONTENT[:10])
    a_day_ago = datetime.now(UTC) - timedelta(days=1)

    assert store.remove_unfinished(since_before=a_day_ago) == 0
    os.utime(left, (0, 0))
    assert store.remove_unfinished(since_before=a_day_ago) == 1

    assert not left.exists()
    assert store.read(DIGEST) == CONTENT


def test_the_store_of_the_settings(tmp_path: Path) -> None:
    store = ArtifactStore.from_settings(Settings(model_storage_path=str(tmp_path / "here")))
    store.put(CONTENT)
    assert (tmp_path / "here" / "sha256" / DIGEST[:2] / DIGEST).read_bytes() == CONTENT


def _overwrite(store: ArtifactStore, digest: str, content: bytes) -> None:
    with store._files.open(store._path(digest), "wb") as file:
        file.write(content)


@pytest.mark.parametrize(
    "use",
    [
        lambda store, _: store.put(CONTENT),
        lambda store, _: store.put_all([CONTENT, b"more"]),
        lambda store, _: store.read(DIGEST),
        lambda store, directory: store.fetch(DIGEST, directory),
        lambda store, _: store.exists(DIGEST),
        lambda store, _: store.delete(DIGEST),
        lambda store, _: list(store.digests()),
    ],
    ids=["put", "put_all", "read", "fetch", "exists", "delete", "digests"],
)
def test_an_object_store_that_is_away_is_told_as_a_part_of_the_system_that_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, use: Callable[[ArtifactStore, Path], object]
) -> None:
    with (
        no_server(monkeypatch) as root,
        pytest.raises(ArtifactStoreAwayError, match="connect") as away,
    ):
        use(ArtifactStore(root), tmp_path)

    assert isinstance(away.value, OSError)
