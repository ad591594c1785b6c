"""Tests of table models."""
