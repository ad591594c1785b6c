"""docker-compose.yml: valid by the Compose specification, and true to the code."""

import importlib
import re
import subprocess
import sys

import pytest
import yaml
from tornado.options import options as flower_options

from core.children import HAND_BACK_S, Child
from core.run import programs
from core.settings import Settings
from tests.deploy.composition import (
    ENVIRONMENT_EXAMPLE,
    FILE,
    FILLED_IN,
    ROOT,
    MissingVariableError,
    Service,
    mentioned_variables,
    seconds,
    services,
)

SERVICES = services()
OURS = [service for service in SERVICES.values() if service.is_ours]
OTHERS = [service for service in SERVICES.values() if not service.is_ours]
LASTING = [service for service in SERVICES.values() if service.name != "migrate"]
PROGRAMS = programs(Settings())

VARIABLES_OF_OTHERS = {
    "flower": {"FLOWER_BASIC_AUTH"},
    "postgres": {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"},
    "redis": {"REDIS_PASSWORD", "REDISCLI_AUTH"},
    "rabbitmq": {"RABBITMQ_DEFAULT_USER", "RABBITMQ_DEFAULT_PASS"},
    "prometheus": set[str](),
    "grafana": {
        "GF_SECURITY_ADMIN_PASSWORD",
        "GF_ANALYTICS_REPORTING_ENABLED",
        "GF_ANALYTICS_CHECK_FOR_UPDATES",
    },
}
"""Beside settings of ours: what the documentation of each image names."""

PROGRAMS_OF_IMAGES = {
    "postgres": {"pg_isready"},
    "redis": {"redis-cli"},
    "rabbitmq": {"rabbitmq-diagnostics"},
    "prometheus": {"promtool"},
    "grafana": {"wget"},
}
"""What health checks may use of the images of others."""

named = pytest.mark.parametrize


def ids(service: object) -> str:
    return service.name if isinstance(service, Service) else str(service)


def program_of(service: Service) -> Child:
    return PROGRAMS[service.definition["command"][0]]


def settings_of(service: Service) -> Settings:
    return Settings.from_environment(service.environment)


def test_it_follows_the_compose_specification() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run([*check, str(FILE)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_every_program_of_the_service_has_a_container() -> None:
    assert {service.definition["command"][0] for service in OURS} == set(PROGRAMS)


def test_it_holds_the_servers_that_the_service_stands_on() -> None:
    assert {service.name for service in OTHERS} == set(PROGRAMS_OF_IMAGES)


@named("service", OURS, ids=ids)
def test_settings_are_ours_and_are_accepted(service: Service) -> None:
    known = {name.upper() for name in Settings.model_fields}
    known |= VARIABLES_OF_OTHERS.get(service.name, set())
    assert set(service.environment) <= known
    settings = settings_of(service)
    assert settings.database_url == "postgresql://model_studio:p0@postgres:5432/model_studio"
    assert settings.redis_url == "redis://:r0@redis:6379/0"
    assert settings.broker_url == settings.rabbitmq_url == "amqp://model_studio:m0@rabbitmq:5672//"


@named("service", OTHERS, ids=ids)
def test_variables_of_other_images_are_known(service: Service) -> None:
    assert set(service.environment) <= VARIABLES_OF_OTHERS[service.name]


@named("service", OURS, ids=ids)
def test_users_and_passwords_are_those_of_the_servers(service: Service) -> None:
    postgres, rabbitmq = SERVICES["postgres"].environment, SERVICES["rabbitmq"].environment
    database = f"{postgres['POSTGRES_USER']}:{postgres['POSTGRES_PASSWORD']}@postgres:5432"
    assert f"//{database}/{postgres['POSTGRES_DB']}" in str(settings_of(service).database_url)
    user = f"{rabbitmq['RABBITMQ_DEFAULT_USER']}:{rabbitmq['RABBITMQ_DEFAULT_PASS']}"
    assert f"//{user}@rabbitmq:" in str(settings_of(service).broker_url)
    assert f":{SERVICES['redis'].environment['REDIS_PASSWORD']}@redis:" in str(
        settings_of(service).redis_url
    )


def test_the_api_asks_for_tokens_and_listens_where_its_port_is_published() -> None:
    api = SERVICES["api"]
    settings = settings_of(api)
    assert settings.auth_mode == "jwt"
    assert not settings.insecure
    assert settings.host == "0.0.0.0"
    assert api.definition["ports"] == [f"127.0.0.1:8004:{settings.port}"]
    assert f"127.0.0.1:{settings.port}/readyz" in api.health_check[-1]


def test_nothing_else_is_published_beyond_this_machine() -> None:
    published = {
        service.name: service.definition["ports"]
        for service in SERVICES.values()
        if "ports" in service.definition
    }
    assert set(published) == {"api", "flower", "rabbitmq", "prometheus", "grafana"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_flower_understands_what_is_added_to_its_command() -> None:
    importlib.import_module("flower.options")
    _, *added = SERVICES["flower"].definition["command"]
    chosen = dict(option.removeprefix("--").split("=") for option in added)
    assert {name for name in chosen if name in flower_options} == set(chosen)
    assert chosen["port"] == SERVICES["flower"].definition["ports"][0].rsplit(":", 1)[1]
    assert f":{chosen['port']}/healthcheck" in SERVICES["flower"].health_check[-1]


def test_tables_fit_into_a_worker() -> None:
    """Every slot may hold a table and, as large again, a fit on it."""
    settings = settings_of(SERVICES["worker"])
    tables_mb = settings.worker_concurrency * 2 * settings.table_max_memory_mb
    limit = SERVICES["worker"].definition["deploy"]["resources"]["limits"]["memory"]
    assert tables_mb < 0.8 * 1024 * int(limit.removesuffix("g"))


def test_one_worker_can_be_many() -> None:
    alone = {"ports", "container_name", "hostname"}
    assert alone.isdisjoint(SERVICES["worker"].definition)
    assert all("container_name" not in service.definition for service in SERVICES.values())


@named("service", LASTING, ids=ids)
def test_each_has_a_health_check_limits_and_a_way_back(service: Service) -> None:
    check = service.definition["healthcheck"]
    assert seconds(check["timeout"]) <= seconds(check["interval"])
    assert {"cpus", "memory"} <= set(service.definition["deploy"]["resources"]["limits"])
    assert service.definition["restart"] == "unless-stopped"
    assert service.definition["logging"]["options"]["max-size"]


@named("service", OTHERS, ids=ids)
def test_health_checks_of_other_images_use_what_these_hold(service: Service) -> None:
    assert service.health_check[0] in PROGRAMS_OF_IMAGES[service.name]


@named("service", [service for service in LASTING if service.is_ours], ids=ids)
def test_health_checks_of_ours_are_modules_of_ours(service: Service) -> None:
    python, flag, module, *arguments = service.health_check
    assert (python, flag) == ("python", "-m")
    assert callable(importlib.import_module(module).main)
    if arguments[0] == "worker":
        assert f"--hostname={arguments[1]}@%h" in program_of(service).command


@named("service", SERVICES.values(), ids=ids)
def test_nobody_can_become_more_than_it_is(service: Service) -> None:
    assert service.definition["cap_drop"] == ["ALL"]
    assert service.definition["security_opt"] == ["no-new-privileges:true"]
    assert not service.definition.get("privileged")


@named("service", OURS, ids=ids)
def test_ours_run_as_a_user_without_rights_on_a_system_that_is_read_only(service: Service) -> None:
    definition = service.definition
    assert definition["user"] == "10001:10001"
    assert definition["read_only"] is True
    assert definition["init"] is True  # signals arrive, and orphans are reaped
    assert "cap_add" not in definition
    assert any(mount.startswith("/tmp") for mount in definition["tmpfs"])


@named("service", OURS, ids=ids)
def test_what_is_written_lies_on_a_volume(service: Service) -> None:
    mounts = dict(mount.split(":") for mount in service.definition["volumes"])
    targets = {target: source for source, target in mounts.items()}
    assert targets[settings_of(service).model_storage_path] == "models"
    if service.name == "api":
        assert targets[settings_of(service).data_dir] == "uploads"


def test_volumes_are_declared_and_files_exist() -> None:
    declared = yaml.safe_load(FILE.read_text())["volumes"]
    mounts = [
        mount.split(":")[0]
        for service in SERVICES.values()
        for mount in service.definition.get("volumes", [])
    ]
    files = {mount for mount in mounts if mount.startswith("./")}
    assert set(mounts) - files == set(declared)
    assert [file for file in files if not (ROOT / file).is_file()] == []


@named("service", OTHERS, ids=ids)
def test_images_are_pinned(service: Service) -> None:
    assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?", service.definition["image"])


@named("service", OURS, ids=ids)
def test_a_program_has_the_time_to_end_that_it_needs(service: Service) -> None:
    settings = settings_of(service)
    grace_s = settings.worker_grace_seconds + HAND_BACK_S if service.name == "worker" else 10
    assert seconds(service.definition["stop_grace_period"]) > grace_s
    assert service.definition["stop_signal"] == "SIGTERM"


@named("service", [service for service in LASTING if service.is_ours], ids=ids)
def test_programs_start_on_a_migrated_database(service: Service) -> None:
    needs = {name: need["condition"] for name, need in service.definition["depends_on"].items()}
    assert needs == {
        "migrate": "service_completed_successfully",
        "redis": "service_healthy",
        "rabbitmq": "service_healthy",
    }
    assert SERVICES["migrate"].definition["depends_on"] == {
        "postgres": {"condition": "service_healthy"}
    }


def test_stores_are_out_of_reach_from_outside() -> None:
    networks = yaml.safe_load(FILE.read_text())["networks"]
    assert networks["stores"]["internal"] is True
    assert SERVICES["postgres"].definition["networks"] == ["stores"]
    assert SERVICES["redis"].definition["networks"] == ["stores"]


def test_the_example_of_variables_is_complete_and_holds_no_secret() -> None:
    lines = ENVIRONMENT_EXAMPLE.read_text().splitlines()
    given = dict(line.split("=") for line in lines if line and not line.startswith("#"))
    offered = set(re.findall(r"^#([A-Z_]+)=", ENVIRONMENT_EXAMPLE.read_text(), re.MULTILINE))
    mentioned = mentioned_variables()
    assert set(given.values()) == {""}
    assert set(given) | offered == set(mentioned)
    assert {name for name, is_required in mentioned.items() if is_required} <= set(given)


@named("name", [name for name, is_required in mentioned_variables().items() if is_required])
def test_it_does_not_start_without_a_password(name: str) -> None:
    with pytest.raises(MissingVariableError, match=name):
        services(FILLED_IN | {name: ""})
