"""A peer that stops in the middle of its request, or takes no answer, does not keep its place."""

from flask import Flask, request

LONGEST_PAUSE_S = 90.0
"""Longer than a connection may be idle between requests, which the server looks after itself."""


def register_patience(app: Flask) -> None:
    app.before_request(_limit_pauses)


def _limit_pauses() -> None:
    sock = request.environ.get("gunicorn.socket")
    if sock is not None:
        sock.settimeout(LONGEST_PAUSE_S)
