"""What a reverse proxy tells of the client is believed only where one is known to be in front."""

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

_YEAR_S = 365 * 24 * 3600


def register_proxies(app: Flask, trusted_proxies: int) -> None:
    if trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask documents it
            app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies
        )
    app.after_request(_keep_to_tls)


def _keep_to_tls(response: Response) -> Response:
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}"
    return response
