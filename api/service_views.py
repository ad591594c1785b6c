"""What operators and their machines ask: is it alive, is it ready, how is it doing."""

import hmac
from pathlib import Path

from flask import Response, request, send_from_directory
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from api import schemas
from api.errors import UnauthorizedError
from api.services import Services
from db.tenancy import as_system

STATIC = Path(__file__).with_name("static")


def health(_: Services) -> schemas.Health:
    return schemas.Health(status="ok")


def readiness(services: Services) -> schemas.Readiness:
    with as_system(), services.sessions() as session:
        session.execute(text("SELECT 1 FROM alembic_version"))
    return schemas.Readiness(status="ready", database="ok")


def telemetry(services: Services) -> Response:
    """It names tenants, so it can be kept for those who have `METRICS_TOKEN`."""
    _require_metrics_token(services.settings.metrics_token)
    return Response(generate_latest(services.registry), content_type=CONTENT_TYPE_LATEST)


def _require_metrics_token(wanted: str | None) -> None:
    if wanted is None:
        return
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        raise UnauthorizedError(
            "Send the METRICS_TOKEN of this service as Authorization: Bearer <token>",
            is_given=bool(given),
        )


def page(_: Services) -> Response:
    return send_from_directory(STATIC, "index.html")
