"""docker-compose.yml as Compose would read it: merged, with variables put in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
ENVIRONMENT_EXAMPLE = ROOT / "deploy" / "env.example"

_VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")
_SECRET = "a-secret-of-at-least-thirty-two-characters"
FILLED_IN = {
    "POSTGRES_PASSWORD": "p0",
    "REDIS_PASSWORD": "r0",
    "RABBITMQ_PASSWORD": "m0",
    "GRAFANA_PASSWORD": "g0",
    "FLOWER_BASIC_AUTH": "ops:f0",
    "ARTIFACT_SIGNING_KEY": _SECRET,
    "JWT_SECRET": _SECRET,
}


class MissingVariableError(Exception):
    """Compose would refuse to start: the variable has to be set."""


@dataclass(frozen=True)
class Service:
    name: str
    definition: Mapping[str, Any]

    @property
    def is_ours(self) -> bool:
        return "build" in self.definition

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.definition.get("environment", {}))

    @property
    def health_check(self) -> list[str]:
        """The command that is run in the container, without the word CMD."""
        kind, *command = self.definition["healthcheck"]["test"]
        assert kind == "CMD"
        return list(command)


def services(variables: Mapping[str, str] | None = None) -> dict[str, Service]:
    """Every service of the file, with its variables put in."""
    given = FILLED_IN if variables is None else variables
    content = put_in(yaml.safe_load(FILE.read_text()), given)
    return {name: Service(name, it) for name, it in content["services"].items()}


def put_in(content: Any, variables: Mapping[str, str]) -> Any:
    """Replace ${NAME}, ${NAME:-default}, ${NAME:?message} and $$ in every text."""
    if isinstance(content, dict):
        return {key: put_in(value, variables) for key, value in content.items()}
    if isinstance(content, list):
        return [put_in(value, variables) for value in content]
    if isinstance(content, str):
        return _VARIABLE.sub(lambda found: _value(found, variables), content)
    return content


def mentioned_variables() -> dict[str, bool]:
    """The variables that the file takes from outside, and whether each has to be set."""
    found = [match for match in _VARIABLE.finditer(FILE.read_text()) if match["name"]]
    required = {match["name"] for match in found if match["kind"] == "?"}
    return {match["name"]: match["name"] in required for match in found}


def seconds(duration: str) -> float:
    """Of a duration such as 90s."""
    assert duration.endswith("s"), duration
    return float(duration.removesuffix("s"))


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    if found["name"] is None:
        return "$"
    value = variables.get(found["name"], "")
    if value or found["kind"] is None:
        return value
    if found["kind"] == "?":
        raise MissingVariableError(found["name"])
    return str(found["rest"])
