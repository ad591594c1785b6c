"""Brings events to the webhooks of tenants."""
