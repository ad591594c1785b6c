"""Tests of explanations and model cards."""
