"""The commands of `model-studio`, a module for each kind of thing."""
