"""Who asks. With `AUTH_MODE=none`, the only mode so far, everybody is the one default tenant."""

from uuid import UUID

from db.tables import DEFAULT_TENANT_ID


def tenant_of_request() -> UUID:
    return DEFAULT_TENANT_ID
