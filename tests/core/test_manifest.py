"""A manifest is read only as it was signed; a bundle only as its manifest says."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.artifacts import ArtifactStore
from core.bundles import load_bundle, load_manifest, store_bundle
from core.errors import (
    ArtifactCorruptError,
    ArtifactNotFoundError,
    ManifestFormatError,
    ManifestSignatureError,
)
from core.manifest import FileEntry, Manifest, sign, verify

KEY = "a key of sixteen characters or more"
FILES = {"model.pkl": b"bread " * 500, "feature_list.json": b"[]", "empty": b""}
VERSIONS = {"prophet": "1.5", "numpy": "2.4"}
DATA = Path(__file__).parent / "data"

MANIFEST = Manifest(
    files={"model.pkl": FileEntry("ab" * 32, 10, "cd" * 32, 20, "gzip")},
    versions=VERSIONS,
    data_digest="ef" * 32,
    created_at=datetime(2026, 1, 30, 18, 15, tzinfo=UTC),
)


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(str(tmp_path / "models"))


def _stored(store: ArtifactStore, *, compress: bool = True) -> str:
    return store_bundle(
        store, FILES, key=KEY, compress=compress, versions=VERSIONS, data_digest=None
    ).manifest_digest


def test_what_was_signed_is_verified() -> None:
    assert verify(sign(MANIFEST, KEY), KEY) == MANIFEST
    without_digest = replace(MANIFEST, data_digest=None)
    assert verify(sign(without_digest, KEY), KEY) == without_digest


def test_signing_is_repeatable() -> None:
    assert sign(MANIFEST, KEY) == sign(MANIFEST, KEY)


def test_no_byte_may_change() -> None:
    signed = sign(MANIFEST, KEY)
    for position in range(len(signed)):
        changed = bytearray(signed)
        changed[position] ^= 1
        with pytest.raises(ManifestSignatureError):
            verify(bytes(changed), KEY)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda signed: b"",
        lambda signed: b"\n",
        lambda signed: signed[:-1],
        lambda signed: signed + b" ",
        lambda signed: b"\n" + signed.partition(b"\n")[2],
        lambda signed: signed.partition(b"\n")[2],
        lambda signed: signed.partition(b"\n")[0],
        lambda signed: b"\xff" + signed,
        lambda signed: sign(MANIFEST, "another key"),
    ],
)
def test_nothing_else_is_taken_for_signed(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ManifestSignatureError, match="ARTIFACT_SIGNING_KEY"):
        verify(spoil(sign(MANIFEST, KEY)), KEY)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ManifestFormatError, match="format 2; this version reads 1"):
        verify(sign(replace(MANIFEST, format=2), KEY), KEY)


def test_format_1_stays_readable() -> None:
    """The file was written by the first version and is never made anew."""
    assert verify((DATA / "manifest-format-1.signed").read_bytes(), KEY) == MANIFEST


@pytest.mark.parametrize("compress", [True, False])
def test_a_bundle_comes_back(store: ArtifactStore, compress: bool) -> None:
    assert load_bundle(store, _stored(store, compress=compress), KEY) == FILES


def test_a_bundle_tells_what_it_stored(store: ArtifactStore) -> None:
    bundle = store_bundle(
        store, FILES, key=KEY, compress=True, versions=VERSIONS, data_digest="ef" * 32
    )
    blob = bundle.files["model.pkl"]
    stored = store.read(blob.digest)
    assert gzip.decompress(stored) == FILES["model.pkl"]
    assert blob.size == len(stored) < len(FILES["model.pkl"])
    manifest = load_manifest(store, bundle.manifest_digest, KEY)
    assert (manifest.versions, manifest.data_digest) == (VERSIONS, "ef" * 32)


def test_the_same_files_are_stored_once(store: ArtifactStore) -> None:
    _stored(store)
    before = {blob.digest for blob in store.digests()}
    manifest_digest = _stored(store)
    assert {blob.digest for blob in store.digests()} - before <= {manifest_digest}


def test_a_bundle_of_another_key_is_not_loaded(store: ArtifactStore) -> None:
    with pytest.raises(ManifestSignatureError):
        load_bundle(store, _stored(store), "another key of enough characters")


def test_a_bundle_with_a_changed_file_is_not_loaded(store: ArtifactStore, tmp_path: Path) -> None:
    digest = _stored(store, compress=False)
    entry = load_manifest(store, digest, KEY).files["model.pkl"]
    file = next((tmp_path / "models").rglob(entry.digest))
    file.write_bytes(FILES["model.pkl"].replace(b"bread", b"bomb!", 1))
    with pytest.raises(ArtifactCorruptError, match=entry.digest):
        load_bundle(store, digest, KEY)


def test_a_bundle_with_a_missing_file_is_not_loaded(store: ArtifactStore) -> None:
    digest = _stored(store)
    store.delete(load_manifest(store, digest, KEY).files["model.pkl"].digest)
    with pytest.raises(ArtifactNotFoundError):
        load_bundle(store, digest, KEY)


def test_content_must_be_what_the_manifest_says(store: ArtifactStore) -> None:
    blob = store.put(gzip.compress(b"not the model"))
    entry = FileEntry(blob.digest, blob.size, "cd" * 32, 20, "gzip")
    manifest = replace(MANIFEST, files={"model.pkl": entry})
    digest = store.put(sign(manifest, KEY)).digest
    with pytest.raises(ArtifactCorruptError):
        load_bundle(store, digest, KEY)


def test_the_signed_form_can_be_read_by_people() -> None:
    signature, _, payload = sign(MANIFEST, KEY).partition(b"\n")
    assert len(bytes.fromhex(signature.decode())) == 32
    assert json.loads(payload)["versions"] == VERSIONS
