"""What errors of the database tell: they are logged, and values may be secrets."""

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.operation_tables import Webhook
from tests.db.builders import new_tenant


def test_an_error_does_not_tell_the_values(session: Session) -> None:
    session.add(
        Webhook(
            tenant_id=new_tenant(session),
            url="https://shop.example/" + "x" * 3000,
            secret="hush hush",
            event_types=[],
        )
    )
    with pytest.raises(DBAPIError) as failed:
        session.flush()
    assert "INSERT INTO webhooks" in str(failed.value)
    assert "hush hush" not in str(failed.value)
