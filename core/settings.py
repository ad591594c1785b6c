"""Every variable that an operator can set, as one frozen object.

An attribute is its environment variable in lower case. Entry points call
`Settings.from_environment`; everything below is passed what it needs. `python -m
core.settings_table` makes `docs/settings.md` from this module.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from core.cores import usable_cores
from core.errors import SettingsError
from core.setting_kinds import (
    AmqpUrl,
    BrokerUrl,
    Country,
    CronOrOff,
    DatabaseUrl,
    HttpUrl,
    JwksUrl,
    LogLevel,
    Networks,
    Origins,
    RedisUrl,
    TimeZone,
)
from core.setting_notes import accepts, notes, setting
from core.training_options import ForecastBudget

SERVICE = "Service"
SECURITY = "Security"
TRAINING = "Training"
PROPHET = "Prophet"
FORECASTS = "Forecasts"
PREDICTIONS = "Predictions and live scores"
SOURCES = "Outside data"
TABLES = "Tables and uploads"
WEBSOCKET = "WebSocket"
STORAGE = "Storage"
PROCESSES = "Processes"
SCHEDULES = "Schedules"
EVENTS = "Events"
OBSERVATION = "Logs and telemetry"

COMPUTED = {
    "rate_limit_per_minute": "`600` with a login, else no limit",
    "rate_limit_training_per_minute": "`30` with a login, else no limit",
    "broker_url": "`REDIS_URL`",
    "worker_concurrency": "number of cores, and one more",
    "task_threads": "number of cores over `WORKER_CONCURRENCY`",
}
"""What the settings table says of a default that is not a constant."""

LONGEST_TIME_BUDGET_S = 86_400


def _slots_of_a_worker() -> int:
    """While one waits for the disk, the database or its next message, the others have work for all
    cores.
    """
    return usable_cores() + 1


def _threads_of_a_slot(given: Mapping[str, Any]) -> int:
    slots: int = given.get("worker_concurrency", _slots_of_a_worker())
    return max(1, usable_cores() // slots)


class Settings(BaseModel):
    """The settings of one process. The defaults suit one machine with embedded servers."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        protected_namespaces=(),
        allow_inf_nan=False,
        str_strip_whitespace=True,
    )

    port: int = setting(SERVICE, 8004, "Port of the API", ge=1, le=65535)
    host: str = setting(
        SERVICE,
        "127.0.0.1",
        "Address the API listens on; another than loopback needs `AUTH_MODE=jwt` or `INSECURE`",
        min_length=1,
    )
    insecure: bool = setting(
        SERVICE, False, "Let other machines in although callers are not recognised"
    )
    data_dir: str = setting(
        SERVICE, ".data", "Directory of embedded servers, artifacts, keys and logs", min_length=1
    )
    database_url: DatabaseUrl | None = setting(
        SERVICE,
        None,
        "PostgreSQL; the launcher starts an embedded one when unset",
        accepts="a URL `postgresql://user:password@host:port/name`",
        secret=True,
    )
    redis_url: RedisUrl | None = setting(
        SERVICE,
        None,
        "Redis or Valkey, for progress; the launcher starts an embedded one when unset",
        accepts="a URL `redis://…` or `rediss://…`",
        secret=True,
    )
    broker_url: BrokerUrl | None = setting(
        SERVICE,
        None,
        "Broker between the API and the workers",
        accepts="a URL `redis://…`, `rediss://…`, `amqp://…` or `amqps://…`",
        secret=True,
    )
    rabbitmq_url: AmqpUrl | None = setting(
        SERVICE,
        None,
        "RabbitMQ that receives events; while unset they stay in the database for a week",
        accepts="a URL `amqp://…` or `amqps://…`",
        secret=True,
    )
    model_storage_path: str = setting(
        SERVICE,
        "/models",
        "Where artifacts are stored; the launcher uses `DATA_DIR/models` when unset",
        accepts="a directory or `s3://bucket/prefix`",
        min_length=1,
    )

    auth_mode: Literal["none", "jwt"] = setting(
        SECURITY,
        "none",
        "How callers are recognised",
        accepts="`none` (everybody who reaches the API is one tenant, so keep it on loopback) or"
        " `jwt` (each request carries a token; needs `JWT_SECRET` or `JWT_JWKS_URL`)",
    )
    jwt_secret: str | None = setting(
        SECURITY,
        None,
        "Secret that signs tokens (HS256)",
        accepts="a text of at least 32 characters",
        secret=True,
        min_length=32,
    )
    jwt_jwks_url: JwksUrl | None = setting(
        SECURITY,
        None,
        "Where the public keys of the identity provider are (RS256, ES256)",
        accepts="a URL `https://…`, `http://…` or `file:///…` of a JWKS document",
        secret=True,
    )
    jwt_audience: str | None = setting(
        SECURITY, None, "What the claim `aud` of a token must name; not asked for when unset"
    )
    jwt_issuer: str | None = setting(
        SECURITY, None, "What the claim `iss` of a token must be; not asked for when unset"
    )
    jwt_leeway_seconds: float = setting(
        SECURITY, 10, "How far clocks may differ when times of a token are checked", ge=0, le=300
    )
    trusted_proxies: int = setting(
        SECURITY,
        0,
        "Reverse proxies in front whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed",
        ge=0,
        le=10,
    )
    cors_origins: Origins | None = setting(
        SECURITY,
        None,
        "Sites whose pages may use the API from a browser; only its own page when unset",
        accepts="exact origins `https://shop.example`, separated by commas",
    )
    rate_limit_per_minute: int | None = setting(
        SECURITY,
        None,
        "Requests of one tenant in a minute; a tenant may have its own number; `0` is no limit",
        accepts="a whole number, at least 0",
        ge=0,
    )
    rate_limit_training_per_minute: int | None = setting(
        SECURITY,
        None,
        "Trainings that one tenant may ask for in a minute; `0` is no limit",
        accepts="a whole number, at least 0",
        ge=0,
    )
    request_timeout: float = setting(
        SECURITY, 3600, "Seconds in which the whole body of a request must have arrived", gt=0
    )

    max_concurrent_jobs: int = setting(
        TRAINING, 3, "Jobs that run at the same time; further ones wait", ge=1
    )
    max_training_time_minutes: float = setting(
        TRAINING, 30, "Deadline of a job over products, in minutes", gt=0
    )
    min_training_data_days: int = setting(
        TRAINING,
        30,
        "Days of sales that a product needs to be trained; at least 8 rows it needs in any case",
        ge=2,
        le=3650,
    )
    enable_auto_deployment: bool = setting(
        TRAINING,
        True,
        "Deploy each new model that is not worse than the deployed one on the same newest sales; a"
        " simpler fallback never replaces a model that is none",
    )
    max_attempts: int = setting(
        TRAINING, 3, "Times that a task is tried before it fails for good", ge=1
    )
    max_active_jobs_per_tenant: int = setting(
        TRAINING,
        100,
        "Jobs that one tenant may have waiting or running, unless it has a limit of its own",
        ge=1,
    )
    max_products_per_tenant: int = setting(
        TRAINING, 100_000, "Products of one tenant, unless it has a limit of its own", ge=1
    )
    max_running_tasks_per_tenant: int | None = setting(
        TRAINING,
        None,
        "Products of one tenant that are trained at once, unless it has a limit of its own",
        accepts="a whole number, at least 1",
        ge=1,
    )
    lease_seconds: float = setting(
        TRAINING, 20, "Silence of a worker, in seconds, after which another takes its task", ge=2
    )

    prophet_daily_seasonality: bool = setting(
        PROPHET, True, "Patterns within a day, where sales are finer than a day"
    )
    prophet_weekly_seasonality: bool = setting(PROPHET, True, "Patterns within a week")
    prophet_yearly_seasonality: bool = setting(PROPHET, True, "Patterns within a year")
    prophet_interval_width: float = setting(
        PROPHET, 0.95, "Share of days that a forecast interval should hold", ge=0.5, le=0.995
    )
    prophet_changepoint_prior_scale: float = setting(
        PROPHET, 0.05, "How readily the trend bends", ge=0.0001, le=10
    )
    prophet_verbose: bool = setting(
        PROPHET, False, "Log what Prophet and its optimiser report of each fit"
    )

    forecast_budget: ForecastBudget = setting(
        FORECASTS,
        "balanced",
        "How much computing a product is worth, unless its training says otherwise",
    )
    forecast_horizon_days: int = setting(
        FORECASTS, 90, "Days that a stored forecast reaches ahead", ge=1, le=730
    )
    holiday_country: Country = setting(
        FORECASTS,
        "ES",
        "Country whose holidays count, unless a tenant has its own",
        accepts="a two-letter country code (ISO 3166), such as `ES`",
    )
    holiday_subdivision: str | None = setting(
        FORECASTS, None, "Region of that country, such as `MD` for Madrid"
    )

    prediction_concurrency: int = setting(
        PREDICTIONS, 1, "Predictions that one prediction worker makes at the same time", ge=1
    )
    prediction_cache_models: int = setting(
        PREDICTIONS, 200, "Models that one prediction process keeps loaded", ge=1
    )
    prediction_cache_mb: int = setting(
        PREDICTIONS,
        512,
        "Memory that they may take, in megabytes of their stored, unpacked size",
        ge=1,
    )
    prediction_timeout_seconds: float = setting(
        PREDICTIONS, 10, "Longest time that a prediction may take", gt=0, le=60
    )
    prediction_max_waiting: int = setting(
        PREDICTIONS, 64, "Predictions that one API process waits for at the same time", ge=1
    )
    prediction_max_rows: int = setting(
        PREDICTIONS, 100_000, "Rows of one request for predictions", ge=1
    )
    prediction_max_mb: int = setting(
        PREDICTIONS, 16, "Size of one request for predictions, in megabytes", ge=1, le=256
    )
    explanation_timeout_seconds: float = setting(
        PREDICTIONS, 60, "Longest time that an explanation or an export may take", gt=0, le=600
    )
    explanation_max_rows: int = setting(
        PREDICTIONS, 100, "Rows of one request for explanations", ge=1, le=10_000
    )
    export_max_mb: int = setting(
        PREDICTIONS, 100, "Size of a model as a file for other programs, in megabytes", ge=1, le=400
    )
    batch_prediction_retention_days: int = setting(
        PREDICTIONS, 7, "Days that the result of a predicted file is kept", ge=1
    )
    live_window_days: int = setting(
        PREDICTIONS, 28, "Days over which a deployed forecast is compared with new sales", ge=7
    )
    retrain_on_drift: bool = setting(
        PREDICTIONS,
        True,
        "Train a product again when the error of its deployed model leaves its band",
    )

    sales_service_url: HttpUrl | None = setting(
        SOURCES,
        None,
        "Sales service that products and their sales are fetched from before each training",
        accepts="a URL `http://…` or `https://…`",
        secret=True,
    )
    weather_service_url: HttpUrl | None = setting(
        SOURCES,
        None,
        "Weather at the tenant's place",
        accepts="a URL `http://…` or `https://…`",
        secret=True,
    )
    traffic_service_url: HttpUrl | None = setting(
        SOURCES,
        None,
        "Traffic at the tenant's place",
        accepts="a URL `http://…` or `https://…`",
        secret=True,
    )
    holiday_service_url: HttpUrl | None = setting(
        SOURCES,
        None,
        "Public holidays of the tenant's country; while unset, a built-in calendar tells them",
        accepts="a URL `http://…` or `https://…`",
        secret=True,
    )
    source_token: str | None = setting(
        SOURCES, None, "Bearer token that every outside source is sent", secret=True
    )
    source_timeout_seconds: float = setting(
        SOURCES, 10, "Longest silence of an outside source, in seconds", gt=0, le=300
    )
    source_deadline_seconds: float = setting(
        SOURCES,
        30,
        "Longest time for one answer of an outside source with all its pages and attempts, in"
        " seconds",
        gt=0,
        le=600,
    )
    source_cache_hours: float = setting(
        SOURCES, 24, "Hours after which weather, traffic and holidays are fetched again", gt=0
    )
    default_latitude: float | None = setting(
        SOURCES, None, "Place of tenants that state none, in degrees north", ge=-90, le=90
    )
    default_longitude: float | None = setting(
        SOURCES, None, "Place of tenants that state none, in degrees east", ge=-180, le=180
    )

    max_upload_mb: int = setting(
        TABLES, 100, "Size of a file inside a WebSocket message, decoded, in megabytes", ge=1
    )
    max_http_upload_mb: int = setting(
        TABLES, 2048, "Size of a file sent over HTTP, in megabytes", ge=1
    )
    upload_timeout_hours: float = setting(
        TABLES, 24, "Deadline of the training of an uploaded file, in hours", gt=0
    )
    table_max_rows: int = setting(TABLES, 5_000_000, "Rows of an uploaded table", ge=1)
    table_max_columns: int = setting(TABLES, 2_000, "Columns of an uploaded table", ge=1)
    table_max_memory_mb: int = setting(
        TABLES,
        2_048,
        "Memory that an uploaded table may take, and again each fit on it, in megabytes",
        ge=1,
    )
    table_time_budget_seconds: float = setting(
        TABLES,
        60,
        "Time that the training of a table takes unless its request says another, in seconds",
        ge=1,
        le=LONGEST_TIME_BUDGET_S,
    )

    websocket_heartbeat_interval: float = setting(
        WEBSOCKET, 30, "Seconds between pings; a peer without an answer is cut 10 s later", gt=0
    )
    websocket_max_connections: int = setting(
        WEBSOCKET, 10, "Connections of one tenant at the same time", ge=1
    )
    websocket_message_queue_size: int = setting(
        WEBSOCKET, 100, "Messages kept for a slow watcher before progress is merged", ge=1
    )
    websocket_batch_seconds: float = setting(
        WEBSOCKET, 2, "Longest time that progress is held back to be sent together", ge=0
    )
    websocket_start_timeout: float = setting(
        WEBSOCKET, 60, "Seconds in which an upload connection must send its request", gt=0
    )

    model_retention_days: int = setting(
        STORAGE,
        90,
        "Days that models are kept, and uploaded files after their training; deployed, previous and"
        " pinned models and the newest of each product stay",
        ge=1,
    )
    max_model_versions_per_product: int = setting(
        STORAGE,
        10,
        "Newest versions kept of a product's model; deployed, previous and pinned ones stay, too",
        ge=1,
    )
    enable_model_compression: bool = setting(STORAGE, True, "Store model files compressed (gzip)")
    artifact_signing_key: str | None = setting(
        STORAGE,
        None,
        "Key that signs model files, the same for every worker; the launcher keeps one in"
        " `DATA_DIR` when unset",
        accepts="a text of at least 16 characters",
        secret=True,
        min_length=16,
    )

    worker_concurrency: int = setting(
        PROCESSES, _slots_of_a_worker, "Tasks that one worker trains at the same time", ge=1
    )
    worker_grace_seconds: float = setting(
        PROCESSES,
        10,
        "Seconds that a worker which is told to end goes on with its trainings; what has not ended"
        " by then is handed to another worker",
        ge=0,
        le=24 * 3600,
    )
    task_threads: int = setting(PROCESSES, _threads_of_a_slot, "CPU threads of one task", ge=1)
    task_device: Literal["cpu", "cuda", "auto"] = setting(
        PROCESSES,
        "cpu",
        "What trainings of tables compute on; without a GPU it is the CPU in any case",
        accepts="`cpu`, `cuda` (an NVIDIA GPU) or `auto` (the GPU where there is one)",
    )
    api_workers: int = setting(
        PROCESSES, 1, "Processes of the API; each holds thousands of connections", ge=1
    )

    default_retraining_cron: CronOrOff = setting(
        SCHEDULES,
        "0 3 * * 1",
        "When each tenant's products are retrained unless it decides otherwise, in its own time"
        " zone; `off` makes no such schedule",
        accepts="a cron expression of five fields, or `off`",
    )
    default_retraining_spread_minutes: int = setting(
        SCHEDULES,
        120,
        "Minutes over which the first runs of all tenants are spread, so that they do not start"
        " together",
        ge=0,
        le=720,
    )
    default_time_zone: TimeZone = setting(
        SCHEDULES,
        "Europe/Madrid",
        "Time zone of schedules, unless a tenant has its own",
        accepts="a name of the IANA list, such as `Europe/Madrid`",
    )

    orchestrator_exchange: str = setting(
        EVENTS, "orchestrator", "Exchange in which the orchestrator asks for trainings"
    )
    orchestrator_binding: str = setting(
        EVENTS, "training.scheduled", "Routing key of a scheduled training"
    )
    sales_exchange: str = setting(EVENTS, "sales", "Exchange in which new sales are announced")
    sales_binding: str = setting(EVENTS, "sales.imported", "Routing key of imported sales")
    events_queue: str = setting(
        EVENTS,
        "model_studio.events",
        "Queue of the events from others; those that cannot be read go to the same name with"
        " `.dead`",
        max_length=200,
    )
    retrain_on_import: bool = setting(
        EVENTS, False, "Train products again when their sales are imported here"
    )
    webhook_allow_http: bool = setting(EVENTS, False, "Let webhooks go to `http://` addresses, too")
    webhook_allowed_networks: Networks = setting(
        EVENTS,
        "",
        "Private networks that webhooks may reach, such as `10.2.0.0/16`; without, only public"
        " addresses",
        accepts="networks in CIDR notation, separated by commas",
    )
    webhook_timeout_seconds: float = setting(
        EVENTS, 10, "Time that the receiver of a webhook has to answer", gt=0, le=120
    )

    log_level: LogLevel = setting(OBSERVATION, "INFO", "Least severe log line that is written")
    enable_profiling: bool = setting(
        OBSERVATION, False, "Log how long each step of a training takes"
    )
    metrics_token: str | None = setting(
        OBSERVATION,
        None,
        "What Prometheus must send as bearer token to read `/metrics`; unset, everybody may",
        accepts="a text of at least 16 characters",
        secret=True,
        min_length=16,
    )
    telemetry_max_tenants: int = setting(
        OBSERVATION, 100, "Tenants with a label of their own; the rest count as `other`", ge=1
    )

    @model_validator(mode="before")
    @classmethod
    def _redis_is_the_broker(cls, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("broker_url") is None and given.get("redis_url") is not None:
            return given | {"broker_url": given["redis_url"]}
        return given

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Settings from variables; an empty one counts as unset, names of others are ignored."""
        variables = os.environ if environment is None else environment
        given = {name: variables.get(name.upper(), "").strip() for name in cls.model_fields}
        try:
            settings = cls.model_validate({name: value for name, value in given.items() if value})
        except ValidationError as error:
            raise SettingsError(tuple(_problems(error))) from None
        if contradictions := settings.contradictions():
            raise SettingsError(contradictions)
        return settings

    def contradictions(self) -> tuple[str, ...]:
        """What does not fit together, although each value is accepted for itself."""
        if self.auth_mode == "jwt" and (self.jwt_secret is None) == (self.jwt_jwks_url is None):
            return ("AUTH_MODE=jwt needs either JWT_SECRET or JWT_JWKS_URL, and not both",)
        return ()

    def to_environment(self) -> dict[str, str]:
        """The variables that make `from_environment` return these settings."""
        return {
            name.upper(): str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in self
            if value is not None
        }

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return [(name, _shown(name, value)) for name, value in self]


def _shown(name: str, value: object) -> object:
    secret = notes(Settings.model_fields[name])["secret"]
    return "***" if secret and value is not None else value


def _problems(error: ValidationError) -> Iterator[str]:
    for detail in error.errors():
        if detail["type"] != "default_factory_not_called":  # only follows from another problem
            yield _problem(detail)


def _problem(detail: Any) -> str:
    name = str(detail["loc"][0])
    wanted = accepts(Settings.model_fields[name]).replace("`", "")
    return f"{name.upper()}={_shown(name, detail['input'])} is not accepted: it takes {wanted}"
