"""Who may be let in by the address the API listens on."""

import pytest

from core.errors import LauncherError
from core.listening import require_permission_to_listen
from core.settings import Settings

ANYWHERE = Settings(host="0.0.0.0")


def test_nobody_listens_to_strangers_without_asking_who_they_are() -> None:
    with pytest.raises(LauncherError, match="AUTH_MODE=none does not ask who calls"):
        require_permission_to_listen(ANYWHERE)


@pytest.mark.parametrize(
    "change",
    [
        {"auth_mode": "jwt", "jwt_secret": "s" * 32},
        {"insecure": True},
        {"host": "127.0.0.1"},
        {"host": "::1"},
    ],
)
def test_where_callers_are_known_or_local_it_is_allowed(change: dict[str, object]) -> None:
    require_permission_to_listen(ANYWHERE.model_copy(update=change))
