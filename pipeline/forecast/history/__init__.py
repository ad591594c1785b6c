"""A product's past: validated, laid on its calendar, and what its sales do not say recognised."""
