"""The Python SDK and the `model-studio` command."""

from client.errors import StudioError
from client.paging import every
from client.sdk import Client
from client.signatures import SIGNATURE_HEADER, verify_signature
from client.tabular import TableRequest

__all__ = [
    "SIGNATURE_HEADER",
    "Client",
    "StudioError",
    "TableRequest",
    "every",
    "verify_signature",
]
