"""Tests of the families of algorithms."""
