"""A model as a file for other programs."""

from core.predictions import PredictionAnswer, PredictionRequest
from pipeline.errors import InvalidParameterError, ResourceLimitError
from pipeline.forecast.structural.export import prophet_json
from worker.predictions.answers import exported
from worker.predictions.loaded import LoadedModel, LoadedTable

DEFAULT_FORMAT = "onnx"
PROPHET = "prophet"
BYTES_PER_MB = 1024**2


def export_model(
    loaded: LoadedModel, request: PredictionRequest, most_bytes: int
) -> PredictionAnswer:
    format_ = request.options.get("format", DEFAULT_FORMAT)
    if isinstance(loaded.fitted, LoadedTable):
        return _export_table(loaded.fitted, loaded.public_id, request, most_bytes)
    if format_ != PROPHET:
        raise InvalidParameterError(
            f"{loaded.public_id} is the forecast of a product, which has no form of format"
            f" {format_!r}; ask for format={PROPHET}"
        )
    content = prophet_json(loaded.fitted.members).encode()
    return exported(content, "application/json", f"{loaded.public_id}-{PROPHET}.json")


def _export_table(
    fitted: LoadedTable, public_id: str, request: PredictionRequest, most_bytes: int
) -> PredictionAnswer:
    from pipeline.table.export import export  # noqa: PLC0415 - loads ONNX, which few requests need

    candidate = request.options.get("candidate") or request.chosen
    file = export(fitted, candidate, request.options.get("format", DEFAULT_FORMAT))
    if len(file.content) > most_bytes:
        raise ResourceLimitError(
            f"The file takes {len(file.content) / BYTES_PER_MB:,.0f} MB; accepted: up to"
            f" {most_bytes / BYTES_PER_MB:,.0f} MB (EXPORT_MAX_MB). Export a single candidate"
        )
    return exported(file.content, file.media_type, f"{public_id}-{file.name}")
