"""Two models side by side."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import BadQueryError
from api.models import comparison_schemas as schemas
from api.models.details import deployment_entry
from api.models.schemas import DeploymentEntry
from api.models.summaries import find_record, summary
from api.services import Services
from db.models.deployment_history import changes_of_model
from db.models.details import ModelRecord
from db.models.forecasts import begins_of, side_by_side
from db.models.metrics import metric_values
from db.tables import TrainedModel

_ABOUT_EQUAL = 0.02
_HIGHER_IS_BETTER = frozenset({"accuracy", "r2_score", "test_accuracy", "test_r2", "test_f1"})
_LOWER_IS_BETTER = frozenset({"mae", "rmse", "mape", "wape", "smape", "mase"})
_DECIDES: Mapping[str, tuple[str, str]] = {
    "forecast": ("mase", "scaled error (MASE)"),
    "classification": ("accuracy", "accuracy"),
    "regression": ("r2_score", "explained share of the variance (R²)"),
}
_DIFFERENT_DATA = (
    " They were scored on different data, each on the newest that it did not learn from, so a part"
    " of the difference may be due to that."
)


def compare(
    services: Services, tenant_id: UUID, query: schemas.CompareQuery
) -> schemas.ModelComparison:
    with services.sessions() as session:
        a, b = (find_record(session, tenant_id, reference) for reference in (query.a, query.b))
        if a.model.ml_task != b.model.ml_task:
            raise BadQueryError(
                f"{a.model.public_id} is a {a.model.ml_task} model and {b.model.public_id} a"
                f" {b.model.ml_task} model; only models for the same task can be compared"
            )
        metrics = list(_metrics(a, b))
        better, verdict = _verdict(a, b, metrics)
        return schemas.ModelComparison(
            a=summary(a),
            b=summary(b),
            better=better,
            verdict=verdict,
            metrics=metrics,
            hyperparameters=list(_parameters(a.model, b.model)),
            features=_features(a.model, b.model),
            data=_data(session, a.model, b.model),
            forecasts=_forecasts(session, a.model, b.model),
            gate=_gate(session, a.model, b.model),
        )


def _metrics(a: ModelRecord, b: ModelRecord) -> Iterator[schemas.MetricPair]:
    of_a, of_b = metric_values(a.metrics), metric_values(b.metrics)
    for name in dict.fromkeys([*of_a, *of_b]):
        left, right = _number(of_a.get(name)), _number(of_b.get(name))
        if left is not None or right is not None:
            yield schemas.MetricPair(
                name=name,
                a=left,
                b=right,
                difference=None if left is None or right is None else right - left,
                better=_better(name, left, right, a.model.interval_width, b.model.interval_width),
            )


def _better(
    name: str,
    a: float | None,
    b: float | None,
    width_a: float | None,
    width_b: float | None,
) -> schemas.Side | None:
    if a is None or b is None:
        return None
    if name == "coverage" and width_a is not None and width_b is not None:
        a, b = -abs(a - width_a), -abs(b - width_b)
    elif name in _LOWER_IS_BETTER:
        a, b = -a, -b
    elif name not in _HIGHER_IS_BETTER:
        return None
    if a == b:
        return None
    return "a" if a > b else "b"


def _verdict(
    a: ModelRecord, b: ModelRecord, metrics: list[schemas.MetricPair]
) -> tuple[schemas.Side | None, str]:
    name, words = _DECIDES[a.model.ml_task]
    pair = next((metric for metric in metrics if metric.name == name), None)
    if pair is None or pair.a is None or pair.b is None:
        return None, f"The {words} of one of the two is not known, so neither can be called better."
    note = "" if _is_same_data(a.model, b.model) else _DIFFERENT_DATA
    told = f"{words}: {pair.a:.3g} against {pair.b:.3g}"
    if abs(pair.b - pair.a) <= _ABOUT_EQUAL * max(abs(pair.a), abs(pair.b)):
        return None, f"Both are about equally good ({told}).{note}"
    better = a if pair.better == "a" else b
    return pair.better, f"{better.model.public_id} is better ({told}).{note}"


def _parameters(a: TrainedModel, b: TrainedModel) -> Iterator[schemas.ParameterPair]:
    of_a, of_b = dict(_flat(a.hyperparameters)), dict(_flat(b.hyperparameters))
    for name in dict.fromkeys([*of_a, *of_b]):
        if of_a.get(name) != of_b.get(name):
            yield schemas.ParameterPair(name=name, a=of_a.get(name), b=of_b.get(name))


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _features(a: TrainedModel, b: TrainedModel) -> schemas.FeatureDifference:
    return schemas.FeatureDifference(
        only_a=[feature for feature in a.features if feature not in b.features],
        only_b=[feature for feature in b.features if feature not in a.features],
        shared=sum(feature in b.features for feature in a.features),
    )


def _data(session: Session, a: TrainedModel, b: TrainedModel) -> schemas.DataPair:
    begin_of = begins_of(session, [a.id, b.id])
    return schemas.DataPair(
        is_same=_is_same_data(a, b),
        training_points_a=a.training_data_points,
        training_points_b=b.training_data_points,
        forecast_from_a=begin_of.get(a.id),
        forecast_from_b=begin_of.get(b.id),
    )


def _forecasts(session: Session, a: TrainedModel, b: TrainedModel) -> list[schemas.ForecastPair]:
    return [
        schemas.ForecastPair(ds=ds, a=left, b=right, difference=right - left)
        for ds, left, right in side_by_side(session, a.id, b.id)
    ]


def _gate(session: Session, a: TrainedModel, b: TrainedModel) -> DeploymentEntry | None:
    ids = {a.id, b.id}
    for change in changes_of_model(session, b):
        entry = change.entry
        if entry.kind in {"auto", "refused"} and {entry.model_id, entry.previous_model_id} == ids:
            return deployment_entry(change)
    return None


def _is_same_data(a: TrainedModel, b: TrainedModel) -> bool:
    return a.data_digest is not None and a.data_digest == b.data_digest


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
