"""Tests of the forecast per product."""
