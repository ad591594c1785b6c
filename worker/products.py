"""The work of one product: its sales in, a stored forecasting model out."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from db.lifecycle.outcomes import ForecastRow, LogLine, ModelOutcome, SkippedOutcome
from db.tables import Product
from db.transitions import Claim
from pipeline.forecast.result import ForecastResult
from pipeline.forecast.selection.incumbent import settings_of
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast
from pipeline.progress import ProgressCallback
from worker import bundle
from worker.artifacts import artifact_files, store_files
from worker.context import Context
from worker.forecast_details import details_of
from worker.incremental import Ingredients, outside_sources, skip_if_unchanged
from worker.known import what_is_known
from worker.outside import desk_of, telling_of_sources, with_remarks, with_sources
from worker.plain import plain
from worker.shared import shared_profile_of
from worker.sources.desk import Desk
from worker.sources.sales import refresh_sales
from worker.sources.surroundings import surroundings_of


def train_product(
    claim: Claim, context: Context, on_progress: ProgressCallback
) -> ModelOutcome | SkippedOutcome:
    desk = desk_of(claim, context, on_progress)
    with telling_of_sources(desk):
        return _train(claim, context, desk, on_progress)


def _train(
    claim: Claim, context: Context, desk: Desk, on_progress: ProgressCallback
) -> ModelOutcome | SkippedOutcome:
    refresh_sales(desk, claim.product_id)
    known = what_is_known(claim, context, desk)
    product, tenant = known.standing.product, known.standing.tenant
    ingredients = Ingredients(
        history=known.history,
        spec=known.spec,
        category=product.category,
        observed_until=known.observed_until,
        knows_shop=claim.shared_artifact is not None,
        outside=outside_sources(context.settings, tenant),
    )
    skipped = skip_if_unchanged(claim, known.standing, ingredients)
    if skipped is not None:
        return with_remarks(skipped, desk)
    champion = known.champion
    result = train_forecast(
        known.history,
        known.spec,
        category=ingredients.category,
        shared=shared_profile_of(claim, context),
        observed_until=ingredients.observed_until,
        surroundings=surroundings_of(desk, tenant),
        incumbent=None if champion is None else champion.incumbent,
        on_progress=on_progress,
    )
    outcome = _outcome(product, known.spec, result, context)
    comparison = None
    if champion is not None and result.comparison is not None:
        comparison = champion.beside(result.comparison)
    outcome = with_sources(outcome, desk)
    # What was trained while a source was away is trained again when it is back.
    whole = all(told.error is None for told in desk.told)
    training_digest = ingredients.digest() if whole else None
    return replace(outcome, training_digest=training_digest, comparison=comparison)


def _outcome(
    product: Product, spec: ForecastSpec, result: ForecastResult, context: Context
) -> ModelOutcome:
    stored = store_files(
        context,
        {
            "model.pkl": bundle.dumps(result.model),
            "feature_list.json": json.dumps(list(result.features), indent=1).encode(),
        },
        versions=result.library_versions,
        data_digest=result.data_digest,
    )
    return ModelOutcome(
        ml_task="forecast",
        name=product.name,
        algorithm=result.algorithm,
        manifest_digest=stored.manifest_digest,
        artifacts=artifact_files(stored),
        metrics=result.metrics,
        baseline=result.baseline_metrics,
        hyperparameters=plain(result.hyperparameters),
        features=result.features,
        details={
            "backtest": plain(result.backtest),
            "outliers": plain(result.outliers),
            "notes": list(result.notes),
            "library_versions": dict(result.library_versions),
            "seed": spec.seed,
            "settings": settings_of(spec),
            "comparison": plain(result.comparison),
        },
        data_digest=result.data_digest,
        training_seconds=result.training_seconds,
        training_data_points=result.training_data_points,
        validation_data_points=result.validation_data_points,
        frequency=result.frequency,
        interval_width=result.interval_width,
        horizon_days=spec.horizon_days,
        degraded_reason=result.degraded_reason,
        forecast=tuple(_forecast_rows(result.forecast)),
        forecast_details=details_of(result),
        logs=tuple(_log_lines(result)),
        auto_deploy=context.settings.enable_auto_deployment,
        message=f"Model of {product.name} is ready ({result.algorithm})",
    )


def _forecast_rows(forecast: pd.DataFrame) -> Iterator[ForecastRow]:
    columns = (forecast[name].tolist() for name in ("yhat", "yhat_lower", "yhat_upper"))
    moments = forecast["ds"].to_numpy().astype("datetime64[us]").tolist()
    return (ForecastRow(*row) for row in zip(moments, *columns, strict=True))


def _log_lines(result: ForecastResult) -> Iterator[LogLine]:
    for note in result.notes:
        yield LogLine(message=note, step_name="training")
    if result.degraded_reason:
        yield LogLine(message=result.degraded_reason, level="WARNING", step_name="training")
