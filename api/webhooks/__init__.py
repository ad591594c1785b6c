"""Addresses that are told of events, and events that came from others."""
