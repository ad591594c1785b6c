import pytest

from db.engine import Sessions
from tests.worker.support import Shop


@pytest.fixture
def shop(fresh_sessions: Sessions) -> Shop:
    return Shop(fresh_sessions)
