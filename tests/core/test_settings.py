"""Names, defaults, messages and secrecy of the settings, and the page that tells of them."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.cores import usable_cores
from core.errors import SettingsError
from core.setting_notes import notes
from core.settings import Settings
from core.settings_table import settings_table
from core.training_options import TrainingOptions

ROOT = Path(__file__).parents[2]


def test_every_setting_is_read_somewhere() -> None:
    code = "".join(
        path.read_text()
        for package in ("api", "core", "worker", "db")
        for path in (ROOT / package).rglob("*.py")
        if path != ROOT / "core/settings.py"
    )
    # Those of Prophet are read by the names that they share with the options of a training;
    # tests/worker/test_options.py shows what each does.
    others = Settings.model_fields.keys() - TrainingOptions.model_fields.keys()
    assert {name for name in others if not re.search(rf"\.{name}\b", code)} == set()


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings.from_environment({"PORT": " ", "RABBITMQ_URL": ""}) == Settings()


def test_variables_are_read_and_those_of_others_ignored() -> None:
    settings = Settings.from_environment(
        {
            "PORT": "9000",
            "PROPHET_INTERVAL_WIDTH": " 0.8 ",
            "ENABLE_PROFILING": "1",
            "LOG_LEVEL": "debug",
            "HOLIDAY_COUNTRY": "fr",
            "port": "1",
            "PATH": "/bin",
        }
    )
    assert settings.port == 9000
    assert settings.prophet_interval_width == 0.8
    assert settings.enable_profiling is True
    assert settings.log_level == "DEBUG"
    assert settings.holiday_country == "FR"


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_ATTEMPTS", "9")
    assert Settings.from_environment().max_attempts == 9


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("PORT", "abc", "a whole number, at least 1 and at most 65535"),
        ("PORT", "70000", "a whole number, at least 1 and at most 65535"),
        ("PORT", "80.5", "a whole number, at least 1 and at most 65535"),
        ("PROPHET_INTERVAL_WIDTH", "1", "a number, at least 0.5 and at most 0.995"),
        ("PROPHET_INTERVAL_WIDTH", "nan", "a number, at least 0.5 and at most 0.995"),
        ("UPLOAD_TIMEOUT_HOURS", "inf", "a number, above 0"),
        ("ENABLE_AUTO_DEPLOYMENT", "perhaps", "true or false"),
        ("LOG_LEVEL", "LOUD", "one of DEBUG, INFO, WARNING, ERROR"),
        (
            "CORS_ORIGINS",
            "https://*.shop",
            "exact origins https://shop.example, separated by commas",
        ),
        ("HOLIDAY_COUNTRY", "Spain", "a two-letter country code (ISO 3166), such as ES"),
    ],
)
def test_a_bad_value_is_named_with_what_is_accepted(name: str, value: str, accepted: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({name: value})
    assert str(caught.value) == f"{name}={value} is not accepted: it takes {accepted}"


def test_all_bad_values_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"PORT": "0", "MAX_ATTEMPTS": "none"})
    assert [problem.split("=")[0] for problem in caught.value.problems] == ["PORT", "MAX_ATTEMPTS"]


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "BROKER_URL", "RABBITMQ_URL"])
def test_a_bad_url_is_told_without_its_password(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({name: "ftp://somebody:hush@host/"})
    assert str(caught.value).startswith(f"{name}=*** is not accepted: it takes a URL ")
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_secrets_are_in_no_text_of_the_settings() -> None:
    settings = Settings(
        database_url="postgresql://me:hush@host/name",
        redis_url="redis://:hush@host",
        rabbitmq_url="amqp://me:hush@host//",
        artifact_signing_key="hush" * 8,
    )
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings)
    assert "port=8004" in repr(settings)


def test_every_url_and_key_is_secret() -> None:
    named = [name for name in Settings.model_fields if name.endswith(("_url", "_key"))]
    assert [name for name in named if not notes(Settings.model_fields[name])["secret"]] == []


@pytest.mark.parametrize(
    "keys", [{}, {"JWT_SECRET": "s" * 32, "JWT_JWKS_URL": "https://login.example/keys"}]
)
def test_tokens_need_exactly_one_kind_of_key(keys: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"AUTH_MODE": "jwt", **keys})
    assert (
        str(caught.value) == "AUTH_MODE=jwt needs either JWT_SECRET or JWT_JWKS_URL, and not both"
    )


def test_redis_is_the_broker_unless_there_is_another() -> None:
    redis = {"REDIS_URL": "redis://host/1"}
    assert Settings.from_environment(redis).broker_url == "redis://host/1"
    both = redis | {"BROKER_URL": "amqp://host//"}
    assert Settings.from_environment(both).broker_url == "amqp://host//"


def test_slots_of_a_worker_share_the_cores() -> None:
    cores = usable_cores()
    assert Settings().worker_concurrency == cores + 1
    assert Settings().task_threads == 1
    assert Settings(worker_concurrency=1).task_threads == cores
    assert Settings(worker_concurrency=4 * cores).task_threads == 1
    assert Settings(worker_concurrency=1, task_threads=3).task_threads == 3


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1


def test_an_unknown_name_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValidationError, match="prot"):
        Settings(prot=1)  # type: ignore[call-arg] # the mistake


def test_settings_survive_the_environment() -> None:
    settings = Settings(port=1234, enable_profiling=True, redis_url="redis://host/2")
    assert Settings.from_environment(settings.to_environment()) == settings


def test_the_page_tells_every_setting_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    assert page == settings_table(), "run `make settings`"
    assert all(f"| `{name.upper()}` |" in page for name in Settings.model_fields)
