"""How a caller is known, and what it may do."""

from typing import Any

from api.caller import Scope

Json = dict[str, Any]

_LOGIN = "bearer"

SCHEMES: Json = {
    _LOGIN: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": (
            "A token of your identity provider, with the claims `sub`, `exp`, `tenant_id` and"
            " `scope`. Scopes: `read` looks, `train` starts and stops trainings and changes data,"
            " `deploy` decides which models are used, `admin` may do everything. Each operation"
            " names the one that it needs. Only with AUTH_MODE=jwt; else nobody has to log in."
        ),
    }
}


def security(scope: Scope) -> list[Json]:
    return [{_LOGIN: [scope]}]
