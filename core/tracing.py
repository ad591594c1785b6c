"""Traces in OpenTelemetry's terms, from the request over its tasks to their steps.

Switched on by the standard variables alone. While they are unset nothing of OpenTelemetry is
imported, and every call here does nothing.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

Attributes = Mapping[str, str | int | float]

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_DELAY = "OTEL_BSP_SCHEDULE_DELAY"
_DELAY_MS = 1000.0
_NANOSECONDS = 1_000_000_000


class Tracing(Protocol):
    """What a process says of its work. A span that ends with an exception records it."""

    def span(
        self, name: str, *, parent: str | None = None, attributes: Attributes | None = None
    ) -> AbstractContextManager[None]:
        """A span around the block, part of the trace that `parent` (W3C traceparent) names."""

    def describe(self, **attributes: str | float) -> None:
        """Say more of the span that is open."""

    def fail(self, message: str) -> None:
        """The work of the open span failed, although no exception leaves its block."""

    def add_step(self, name: str, *, began_at: float, seconds: float) -> None:
        """A finished part of the open span; `began_at` is in seconds since the epoch."""

    def traceparent(self) -> str | None:
        """How other processes go on with this trace."""

    def close(self) -> None:
        """Send what has not been sent."""


class NoTracing:
    """Nobody wants traces."""

    def span(
        self,
        name: str,  # noqa: ARG002 - the protocol's
        *,
        parent: str | None = None,  # noqa: ARG002
        attributes: Attributes | None = None,  # noqa: ARG002
    ) -> AbstractContextManager[None]:
        return nullcontext()

    def describe(self, **attributes: str | float) -> None: ...

    def fail(self, message: str) -> None: ...

    def add_step(self, name: str, *, began_at: float, seconds: float) -> None: ...

    def traceparent(self) -> str | None:
        return None

    def close(self) -> None: ...


NO_TRACING = NoTracing()


def start_tracing(service: str) -> Tracing:
    """Tracing as the standard variables want it; to be called after a fork."""
    return OpenTelemetry(service, os.environ) if _is_wanted(os.environ) else NO_TRACING


def _is_wanted(variables: Mapping[str, str]) -> bool:
    """Whether there is somebody to send traces to."""
    if variables.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporter = variables.get("OTEL_TRACES_EXPORTER", "")
    return exporter == "otlp" or (not exporter and any(map(variables.get, _ENDPOINTS)))


class OpenTelemetry:
    """Spans of the real thing, sent over OTLP/HTTP by a thread once a second."""

    def __init__(self, service: str, variables: Mapping[str, str]) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - see above
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        name = variables.get("OTEL_SERVICE_NAME") or f"model-studio-{service}"
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": name}), shutdown_on_exit=False
        )
        delay_ms = float(variables.get(_DELAY) or _DELAY_MS)
        self._provider.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter(), schedule_delay_millis=delay_ms)
        )
        self._tracer = self._provider.get_tracer("model_studio")

    @contextmanager
    def span(
        self, name: str, *, parent: str | None = None, attributes: Attributes | None = None
    ) -> Iterator[None]:
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        context = None
        if parent is not None:
            context = TraceContextTextMapPropagator().extract({"traceparent": parent})
        with self._tracer.start_as_current_span(name, context=context, attributes=attributes):
            yield

    def describe(self, **attributes: str | float) -> None:
        self._current().set_attributes(attributes)

    def fail(self, message: str) -> None:
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415

        self._current().set_status(Status(StatusCode.ERROR, message))

    def add_step(self, name: str, *, began_at: float, seconds: float) -> None:
        step = self._tracer.start_span(name, start_time=round(began_at * _NANOSECONDS))
        step.end(round((began_at + seconds) * _NANOSECONDS))

    def traceparent(self) -> str | None:
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier)
        return carrier.get("traceparent")

    def close(self) -> None:
        self._provider.shutdown()

    @staticmethod
    def _current() -> Any:
        from opentelemetry.trace import get_current_span  # noqa: PLC0415

        return get_current_span()
