"""Models: find, look at, compare, deploy, keep, delete."""

from datetime import date, datetime
from typing import Any, Literal, TypedDict, Unpack

from client.addresses import training_path
from client.errors import NotFoundError
from client.forecast_records import (
    Forecast,
    ForecastDrivers,
    ForecastQuantiles,
    ProductForecast,
)
from client.model_records import Comparison, DeletedModel, Deployment, ModelDetail
from client.paging import Page, decoded_page
from client.records import Model, Product
from client.resources.resource import Resource


class ModelFilters(TypedDict, total=False):
    """`sort` leaves out models without a value to sort by."""

    kind: Literal["product", "table"]
    category: str
    algorithm: str
    ml_task: str
    deployed: bool
    pinned: bool
    degraded: bool
    created_from: datetime
    created_to: datetime
    min_accuracy: float
    max_accuracy: float
    min_mase: float
    max_mase: float
    sort: Literal["created_at", "deployed_at", "accuracy", "mase"]
    direction: Literal["asc", "desc"]


class ModelRequests(Resource):
    """Models are named by id or short id; products by id or SKU."""

    def models(
        self,
        *,
        product_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        **filters: Unpack[ModelFilters],
    ) -> Page[Model]:
        """Trained models, the newest first unless told otherwise."""
        answer = self._connection.get(
            training_path("models"),
            {"product_id": product_id, "limit": limit, "cursor": cursor, **filters},
        )
        return decoded_page(Model, answer)

    def model(self, model_id: str) -> ModelDetail:
        return ModelDetail.decode(self._connection.get(training_path("models", model_id)))

    def metrics(self, model_id: str) -> dict[str, Any]:
        """The model's quality on rows that it had not seen."""
        answer: dict[str, Any] = self._connection.get(training_path("models", model_id, "metrics"))
        return answer

    def latest(self, product_id: str) -> ModelDetail:
        """The newest model of a product."""
        return ModelDetail.decode(
            self._connection.get(training_path("models", "latest", product_id))
        )

    def in_use(self, product: str) -> str:
        """Id of the model in use for a product; while there is none, of its newest."""
        deployed = Product.decode(self._connection.get(training_path("products", product))).model
        return deployed.id if deployed is not None else self.latest(product).id

    def forecasts(
        self,
        *,
        category: str | None = None,
        starts_from: date | None = None,
        periods: int | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[ProductForecast]:
        """The forecasts in use of all active products; at most `periods` of each, from the day
        `starts_from` on.
        """
        asked = {
            "category": category,
            "starts_from": starts_from,
            "periods": periods,
            "limit": limit,
            "cursor": cursor,
        }
        return decoded_page(
            ProductForecast, self._connection.get(training_path("forecasts"), asked)
        )

    def forecast(self, name: str) -> Forecast:
        """The stored forecast of a model, or of the one in use for a product (id or SKU)."""
        return Forecast.decode(self._of_forecast(name))

    def quantiles(self, name: str) -> ForecastQuantiles:
        """How much suffices on how many days, of a model or of the one in use for a product."""
        return ForecastQuantiles.decode(self._of_forecast(name, "quantiles"))

    def drivers(self, name: str) -> ForecastDrivers:
        """What adds up to the forecast of a model, or of the one in use for a product."""
        return ForecastDrivers.decode(self._of_forecast(name, "drivers"))

    def compare(self, a: str, b: str) -> Comparison:
        """Two models side by side, and which is better."""
        return Comparison.decode(
            self._connection.get(training_path("models", "compare"), {"a": a, "b": b})
        )

    def deploy(self, model_id: str) -> ModelDetail:
        """Deploys a model for its product; again is harmless."""
        return self._act(training_path("models", model_id, "deploy"))

    def rollback(self, model_id: str) -> ModelDetail:
        """The model that was deployed before this one takes its place."""
        return self._act(training_path("models", model_id, "rollback"))

    def rollback_product(self, product: str) -> ModelDetail:
        """The model that was deployed before for a product takes its place."""
        return self._act(training_path("products", product, "rollback"))

    def pin(self, model_id: str) -> ModelDetail:
        """Keeps a model, whatever its age."""
        return self._act(training_path("models", model_id, "pin"))

    def unpin(self, model_id: str) -> ModelDetail:
        """Lets retention delete a model when its time comes."""
        return ModelDetail.decode(self._connection.delete(training_path("models", model_id, "pin")))

    def delete_model(self, model_id: str, *, force: bool = False) -> DeletedModel:
        """Deletes a model and its files; a deployed or pinned one only with `force`."""
        answer = self._connection.delete(training_path("models", model_id), {"force": force})
        return DeletedModel.decode(answer)

    def deployments(
        self, product: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Deployment]:
        """What was deployed for a product, refused and withdrawn, and why; the newest first."""
        answer = self._connection.get(
            training_path("products", product, "deployments"), {"limit": limit, "cursor": cursor}
        )
        return decoded_page(Deployment, answer)

    def _act(self, path: str) -> ModelDetail:
        return ModelDetail.decode(self._connection.post(path))

    def _of_forecast(self, name: str, *what: str) -> Any:
        def answer(model_id: str) -> Any:
            return self._connection.get(training_path("models", model_id, "forecast", *what))

        try:
            return answer(name)
        except NotFoundError:
            return answer(self.in_use(name))
