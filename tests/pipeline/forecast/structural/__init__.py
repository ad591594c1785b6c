"""Tests of the structural models."""
