"""Performance, accuracy and duration."""

from uuid import UUID

from sqlalchemy.orm import Session

from api.analytics import schemas
from api.analytics.advice import advise
from api.analytics.schemas import AnalyticsQuery
from api.products.references import find_product
from api.services import Services
from db.analytics import accuracy as analytics_accuracy
from db.analytics import duration as analytics_duration
from db.analytics import performance as analytics_performance
from db.analytics.accuracy import Version
from db.analytics.basis import Scope
from db.analytics.performance import Products
from db.operation import tenants


def performance(services: Services, tenant_id: UUID, query: AnalyticsQuery) -> schemas.Performance:
    with services.sessions() as session:
        scope = _scope(services, session, tenant_id, query)
        products = analytics_performance.products(session, scope)
        before = analytics_performance.before(scope)
        fields = {
            "period": scope,
            "jobs": analytics_performance.jobs(session, scope),
            "products": _figures(products, scope),
            "previous": _figures(analytics_performance.products(session, before), before),
            "models_trained": products.trained,
            "trend": analytics_performance.days(session, scope),
            "failures": analytics_performance.failures(session, scope),
            "saved_by_incremental_training": analytics_performance.saved(session, scope),
        }
    return schemas.Performance.model_validate(fields)


def accuracy(services: Services, tenant_id: UUID, query: AnalyticsQuery) -> schemas.Accuracy:
    with services.sessions() as session:
        scope = _scope(services, session, tenant_id, query)
        overall = analytics_accuracy.overall(session, scope)
        is_of_one = scope.product_id is not None
        fields = {
            "period": scope,
            "distribution": overall.distribution,
            "accuracy": overall.accuracy,
            "mase": overall.mase,
            "wape": overall.wape,
            "against_baseline": overall.baseline,
            "by_category": analytics_accuracy.by_category(session, scope),
            "by_algorithm": analytics_accuracy.by_algorithm(session, scope),
            "trend": analytics_accuracy.days(session, scope),
            "versions": analytics_accuracy.versions(session, scope) if is_of_one else [],
            "worst_products": [*map(_worst, analytics_accuracy.worst(session, scope))],
        }
    return schemas.Accuracy.model_validate(fields)


def duration(services: Services, tenant_id: UUID, query: AnalyticsQuery) -> schemas.Duration:
    with services.sessions() as session:
        scope = _scope(services, session, tenant_id, query)
        jobs = analytics_duration.jobs(session, scope)
        fields = {
            "period": scope,
            "distribution": jobs.distribution,
            "jobs": jobs.duration,
            "queue_wait": jobs.wait,
            "products": analytics_duration.products(session, scope),
            "by_algorithm": analytics_duration.by_algorithm(session, scope),
            "by_step": analytics_duration.by_step(session, scope),
            "slowest_products": analytics_duration.slowest_products(session, scope),
            "trend": analytics_duration.days(session, scope),
        }
    return schemas.Duration.model_validate(fields)


def _scope(services: Services, session: Session, tenant_id: UUID, query: AnalyticsQuery) -> Scope:
    since, until = query.period()
    own_time_zone = tenants.find(session, tenant_id).time_zone
    product = find_product(session, tenant_id, query.product) if query.product else None
    return Scope(
        tenant_id=tenant_id,
        since=since,
        until=until,
        time_zone=own_time_zone or services.settings.default_time_zone,
        category=query.category,
        product_id=product.id if product else None,
        limit=query.limit,
    )


def _figures(products: Products, scope: Scope) -> schemas.ProductFigures:
    return schemas.ProductFigures(
        trained=products.trained,
        skipped=products.skipped,
        failed=products.failed,
        cancelled=products.cancelled,
        degraded=products.degraded,
        success_rate=products.success_rate,
        trained_per_day=analytics_performance.per_day(products.trained, scope),
    )


def _worst(version: Version) -> schemas.WorstProduct:
    shown = schemas.VersionAccuracy.model_validate(version)
    advice = [schemas.Advice.model_validate(one) for one in advise(version)]
    return schemas.WorstProduct(**shown.model_dump(), advice=advice)
