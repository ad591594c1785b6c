"""A table model as a file for other programs."""

from core.predictions import PredictionAnswer, PredictionRequest
from pipeline.errors import InvalidParameterError, ResourceLimitError
from worker.predictions.answers import exported
from worker.predictions.loaded import LoadedModel, LoadedTable

DEFAULT_FORMAT = "onnx"
BYTES_PER_MB = 1024**2


def export_table(
    loaded: LoadedModel, request: PredictionRequest, most_bytes: int
) -> PredictionAnswer:
    if not isinstance(loaded.fitted, LoadedTable):
        raise InvalidParameterError(
            f"{loaded.public_id} is the forecast of a product, which has no form for other"
            " programs; models of tables have"
        )
    from pipeline.table.export import export  # noqa: PLC0415 - loads ONNX, which few requests need

    candidate = request.options.get("candidate") or request.chosen
    file = export(loaded.fitted, candidate, request.options.get("format", DEFAULT_FORMAT))
    if len(file.content) > most_bytes:
        raise ResourceLimitError(
            f"The file takes {len(file.content) / BYTES_PER_MB:,.0f} MB; accepted: up to"
            f" {most_bytes / BYTES_PER_MB:,.0f} MB (EXPORT_MAX_MB). Export a single candidate"
        )
    return exported(file.content, file.media_type, f"{loaded.public_id}-{file.name}")
