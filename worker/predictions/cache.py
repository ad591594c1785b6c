"""Models that stay loaded: the ones used last, bounded by number and by size."""

from collections import OrderedDict
from collections.abc import Callable

from worker.predictions.loaded import LoadedModel


class ModelCache:
    """For one thread. A model larger than the whole cache is used once and not kept."""

    def __init__(self, *, max_models: int, max_bytes: int) -> None:
        self._max_models = max_models
        self._max_bytes = max_bytes
        self._models: OrderedDict[str, LoadedModel] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._models)

    def get(self, digest: str, load: Callable[[], LoadedModel]) -> LoadedModel:
        """The model of this manifest, loaded if it is not here."""
        found = self._models.get(digest)
        if found is not None:
            self._models.move_to_end(digest)
            return found
        loaded = load()
        self._models[digest] = loaded
        self._bytes += loaded.size
        self._shrink()
        return loaded

    def _shrink(self) -> None:
        while len(self._models) > self._max_models or self._bytes > self._max_bytes:
            _, oldest = self._models.popitem(last=False)
            self._bytes -= oldest.size
