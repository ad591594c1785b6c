"""The Python SDK and the `model-studio` command."""

from client.errors import StudioError
from client.sdk import Client
from client.tabular import TableRequest

__all__ = ["Client", "StudioError", "TableRequest"]
