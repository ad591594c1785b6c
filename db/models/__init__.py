"""Trained models: stored, deployed, judged by later sales, kept or removed."""
