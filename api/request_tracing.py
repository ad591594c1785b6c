"""A span around every request that is worth one, in the trace that its sender may have begun."""

from contextlib import ExitStack

from flask import Flask, Response, g, request

from core.tracing import NO_TRACING, Tracing

_QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json", "/"})


def register_tracing(app: Flask, tracing: Tracing) -> None:
    """Nothing, and no cost, while traces are not wanted."""
    if tracing is NO_TRACING:
        return

    @app.before_request
    def begin() -> None:
        rule = request.url_rule
        # A socket is open for as long as its job runs.
        if rule is None or rule.websocket or request.path in _QUIET_PATHS:
            return
        g.span = ExitStack()
        attributes = {
            "http.request.method": request.method,
            "http.route": rule.rule,
            "url.path": request.path,
            "model_studio.request_id": g.request_id,
        }
        g.span.enter_context(
            tracing.span(
                f"{request.method} {rule.rule}",
                parent=request.headers.get("traceparent"),
                attributes=attributes,
            )
        )

    @app.after_request
    def describe(response: Response) -> Response:
        if "span" in g:
            tracing.describe(**{"http.response.status_code": response.status_code})
            if response.status_code >= 500:
                tracing.fail(response.status)
        return response

    @app.teardown_request
    def end(_: BaseException | None) -> None:
        span: ExitStack | None = g.pop("span", None)
        if span is not None:
            span.close()
