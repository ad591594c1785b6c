"""The Python SDK and the `model-studio` command."""
