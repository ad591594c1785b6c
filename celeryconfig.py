"""Names, queues, routes, limits and the beat schedule of Celery; no URL, and nothing read.

Both queues are reached by name on the default exchange, so that an emptied Redis has no binding to
lose. Their arguments matter to RabbitMQ only.
"""

TRAIN_PRODUCT = "model_studio.train_product"
TRAIN_TABLE = "model_studio.train_table"
FIT_SHARED = "model_studio.fit_shared"
PREDICT_FILE = "model_studio.predict_file"
DISPATCH = "model_studio.dispatch"
SWEEP = "model_studio.sweep"
COLLECT_GARBAGE = "model_studio.collect_garbage"
APPLY_RETENTION = "model_studio.apply_retention"
TICK_SCHEDULES = "model_studio.tick_schedules"
REFRESH_CATALOGUE = "model_studio.refresh_catalogue"
PREDICT = "model_studio.predict"
SCORE_FORECASTS = "model_studio.score_forecasts"

TRAINING_QUEUE = "training"
HOUSEKEEPING_QUEUE = "housekeeping"
PREDICTIONS_QUEUE = "predictions"
DEAD_LETTER_EXCHANGE = "model_studio.dead_letters"

SWEEP_EVERY_S = 5.0
COLLECT_GARBAGE_EVERY_S = 3600.0
APPLY_RETENTION_EVERY_S = 3600.0
TICK_SCHEDULES_EVERY_S = 15.0
REFRESH_CATALOGUE_EVERY_S = 600.0
SCORE_FORECASTS_EVERY_S = 300.0


def _quorum_queue(consumer_timeout_s: int) -> dict[str, object]:
    return {
        "exchange": "",
        "queue_arguments": {
            "x-queue-type": "quorum",
            "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE,
            "x-delivery-limit": 20,
            "x-consumer-timeout": consumer_timeout_s * 1000,
        },
    }


# The last resort, for a process that neither answers its own heartbeat nor a deadline: longer than
# any deadline a request may set. A message given back before its task ended would only be refused,
# as the task's lease is in Postgres; the timeouts of the brokers lie above the limit all the same.
task_time_limit = 8 * 24 * 3600
VISIBILITY_TIMEOUT_S = task_time_limit + 3600

task_default_exchange = ""
task_default_queue = HOUSEKEEPING_QUEUE
task_create_missing_queues = False
task_queues = {
    TRAINING_QUEUE: _quorum_queue(VISIBILITY_TIMEOUT_S),
    HOUSEKEEPING_QUEUE: _quorum_queue(1800),
    PREDICTIONS_QUEUE: _quorum_queue(600),
}
task_routes = {
    TRAIN_PRODUCT: {"queue": TRAINING_QUEUE},
    TRAIN_TABLE: {"queue": TRAINING_QUEUE},
    FIT_SHARED: {"queue": TRAINING_QUEUE},
    PREDICT_FILE: {"queue": TRAINING_QUEUE},
    DISPATCH: {"queue": HOUSEKEEPING_QUEUE},
    SWEEP: {"queue": HOUSEKEEPING_QUEUE},
    COLLECT_GARBAGE: {"queue": HOUSEKEEPING_QUEUE},
    APPLY_RETENTION: {"queue": HOUSEKEEPING_QUEUE},
    TICK_SCHEDULES: {"queue": HOUSEKEEPING_QUEUE},
    REFRESH_CATALOGUE: {"queue": HOUSEKEEPING_QUEUE},
    PREDICT: {"queue": PREDICTIONS_QUEUE},
    SCORE_FORECASTS: {"queue": HOUSEKEEPING_QUEUE},
}

# Ids travel, as JSON; what became of a task is in Postgres, never in a result backend.
accept_content = ["json"]
task_serializer = "json"
task_ignore_result = True
task_store_errors_even_if_ignored = False
result_backend = None
enable_utc = True
timezone = "UTC"

# A message is done when its task is, and a process holds no message that it does not work on; but
# the training worker holds spare ones, so that a slot does not wait for the broker.
task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1
SPARE_PER_SLOT = 1

# A lost broker takes no work away: a training goes on under its lease in Postgres, and the message
# that the broker gives out again is refused. Cancelling would waste an attempt at every restart.
worker_cancel_long_running_tasks_on_connection_loss = False
worker_consumer = "worker.broker_loss:SteadyConsumer"
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_connection_timeout = 3.0

# A broker that is down must not hold up whoever sends: the sweep sends again.
task_publish_retry = True
task_publish_retry_policy = {
    "max_retries": 1,
    "interval_start": 0.1,
    "interval_step": 0.1,
    "interval_max": 0.2,
}

# Forked children on a busy machine need longer than the default 4 s to say that they are alive.
worker_proc_alive_timeout = 60.0
# A fresh child costs a fork. It gives back what native libraries keep (limit in kilobytes).
worker_max_tasks_per_child = 500
worker_max_memory_per_child = 2_000_000
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_send_task_events = True
# What is sent is taken at once, as only free slots are sent anything: the worker's own event tells.
task_send_sent_event = False

# Only intervals: nothing to remember between runs of beat, so no schedule file that could break.
beat_scheduler = "celery.beat:Scheduler"
beat_max_loop_interval = SWEEP_EVERY_S
beat_schedule = {
    "sweep": {
        "task": SWEEP,
        "schedule": SWEEP_EVERY_S,
        "options": {"expires": SWEEP_EVERY_S},
    },
    "tick schedules": {
        "task": TICK_SCHEDULES,
        "schedule": TICK_SCHEDULES_EVERY_S,
        "options": {"expires": TICK_SCHEDULES_EVERY_S},
    },
    "refresh catalogue": {
        "task": REFRESH_CATALOGUE,
        "schedule": REFRESH_CATALOGUE_EVERY_S,
        "options": {"expires": REFRESH_CATALOGUE_EVERY_S},
    },
    "collect garbage": {
        "task": COLLECT_GARBAGE,
        "schedule": COLLECT_GARBAGE_EVERY_S,
        "options": {"expires": COLLECT_GARBAGE_EVERY_S},
    },
    "apply retention": {
        "task": APPLY_RETENTION,
        "schedule": APPLY_RETENTION_EVERY_S,
        "options": {"expires": APPLY_RETENTION_EVERY_S},
    },
    "score forecasts": {
        "task": SCORE_FORECASTS,
        "schedule": SCORE_FORECASTS_EVERY_S,
        "options": {"expires": SCORE_FORECASTS_EVERY_S},
    },
}
