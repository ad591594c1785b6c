"""Trained models over HTTP: list, detail, quality, forecasts, deployment, retention."""
