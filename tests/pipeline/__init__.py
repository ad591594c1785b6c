"""Tests of the pipeline: in memory, without any service."""
