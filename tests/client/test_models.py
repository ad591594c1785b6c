"""Models over the served API: which are in use, which are kept, which go."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook

from client import Client
from client.errors import ConflictError
from db import transitions
from db.tables import TrainingJob
from tests.client.conftest import Run, Tell
from tests.db.builders import model_outcome, running_claims
from tests.fixtures.served import Served


@pytest.fixture
def versions(served: Served, studio: Client) -> list[str]:
    """Two models of one product, the first one first."""
    studio.catalogue.create("BUN", name="Bun", category="Bread")
    return [_train(served, studio, mase) for mase in (0.8, 0.6)]


def _train(served: Served, studio: Client, mase: float) -> str:
    job = studio.start_product("BUN")
    metrics = {"mae": 2.5, "accuracy": 100 - 20 * mase, "mase": mase}
    with served.sessions.begin() as session:
        (claim,) = running_claims(session, session.get_one(TrainingJob, UUID(job.job_id)))
        transitions.finish(session, claim.token, model_outcome(metrics=metrics))
    model_id = studio.latest("BUN").model_id
    assert model_id is not None
    return model_id


def in_use(studio: Client) -> list[str | None]:
    return [one.model_id for one in studio.models(product_id="BUN", deployed=True).items]


def test_models_are_found_by_what_is_known_of_them(studio: Client, versions: list[str]) -> None:
    def found(**filters: object) -> list[str | None]:
        return [one.model_id for one in studio.models(**filters).items]  # type: ignore[arg-type]  # any filter

    assert found() == versions[::-1]
    assert found(min_mase=0.7) == [versions[0]]
    assert found(sort="mase", direction="desc", category="Bread") == versions
    assert found(kind="table") == found(pinned=True) == found(algorithm="drift") == []


def test_forecasts_in_use_are_those_of_deployed_models(studio: Client, versions: list[str]) -> None:
    studio.deploy(versions[0])
    (only,) = studio.forecasts(category="Bread", periods=1).items
    assert (only.sku, only.model_id) == ("BUN", versions[0])
    assert only.forecast == studio.forecast(versions[0]).forecast[:1]
    assert studio.forecasts(category="Cakes").items == ()
    last = studio.forecast(versions[0]).forecast[-1]
    (late,) = studio.forecasts(starts_from=last.ds.date()).items
    assert late.forecast == (last,)


def test_a_product_is_answered_by_the_model_in_use(
    run: Run, tell: Tell, studio: Client, versions: list[str]
) -> None:
    studio.deploy(versions[0])

    assert studio.model(studio.in_use("BUN")).model_id == versions[0]
    answers = (studio.forecast("BUN"), studio.quantiles("BUN"), studio.drivers("BUN"))
    assert [one.model_id for one in answers] == [versions[0]] * 3
    assert tell("forecast", "BUN")["model_id"] == versions[0]

    studio.delete_model(versions[0], force=True)
    assert studio.forecast("BUN").model_id == versions[1]
    studio.catalogue.create("ROLL", name="Roll")
    refused = run("forecast", "ROLL")
    assert (refused.returncode, refused.stderr) == (
        4,
        "The product 'Roll' has no model yet; train it first\n",
    )


def test_deploying_and_the_way_back(studio: Client, versions: list[str]) -> None:
    first, second = versions

    assert studio.deploy(second).is_deployed
    assert studio.deploy(first).is_deployed
    assert in_use(studio) == [first]
    assert studio.rollback(first).model_id == second
    with pytest.raises(ConflictError):
        studio.rollback(first)
    history = studio.deployments("BUN", limit=2)
    assert [one.kind for one in history.items] == ["rollback", "manual"]
    assert history.items[0].actor == "ada"
    more = studio.deployments("BUN", cursor=history.next_cursor)
    assert more.items[0].id < history.items[-1].id


def test_forecasts_of_all_products_are_listed_and_written(
    run: Run, tell: Tell, studio: Client, versions: list[str], tmp_path: Path
) -> None:
    studio.deploy(versions[0])
    studio.catalogue.change("BUN", name="=Bun")
    file = tmp_path / "all.csv"

    shown, written = run("forecasts"), run("forecasts", "--out", str(file))
    (told,) = tell("forecasts", "--category", "Bread", "--days", "1")
    (passed,) = tell("forecasts", "--from", "2100-01-01")
    assert passed["forecast"] == []

    assert "=Bun" in shown.stdout
    assert written.stdout == f"1 forecast written to {file}.\n"
    (point,) = told["forecast"]
    head, first, *_ = file.read_text("utf-8-sig").splitlines()
    assert head == "code,product,category,date,most likely,at least,at most"
    assert first.startswith(f"BUN,'=Bun,Bread,{point['ds'][:10]},")
    assert float(first.split(",")[4]) == point["yhat"]

    book = tmp_path / "all.xlsx"
    assert run("forecasts", "--out", str(book)).returncode == 0
    names, cells, *_ = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    assert ",".join(map(str, names)) == head
    day = date.fromisoformat(point["ds"][:10])
    assert cells[:5] == ["BUN", "=Bun", "Bread", day, point["yhat"]]


@pytest.mark.parametrize("command", ["forecasts", "predict"])
def test_a_kind_of_file_that_is_not_written_is_refused(run: Run, command: str) -> None:
    refused = run(command, *["BUN"] * (command == "predict"), "--out", "all.parquet")

    assert refused.returncode == 2
    assert ".csv or .xlsx" in refused.stderr


def test_a_product_goes_back_too(studio: Client, versions: list[str]) -> None:
    first, second = versions
    studio.deploy(first)
    studio.deploy(second)

    assert studio.rollback_product("BUN").model_id == first


def test_what_is_in_use_or_pinned_is_deleted_by_force_only(
    studio: Client, versions: list[str]
) -> None:
    first, second = versions
    studio.deploy(second)
    assert studio.pin(first).is_pinned
    for kept in versions:
        with pytest.raises(ConflictError):
            studio.delete_model(kept)
    assert not studio.unpin(first).is_pinned

    assert studio.delete_model(first).was_deployed is False
    assert studio.delete_model(second, force=True).was_deployed


def test_two_models_side_by_side(studio: Client, versions: list[str]) -> None:
    pair = studio.compare(*versions)

    assert pair.better == "b"
    assert pair.verdict
    mase = next(one for one in pair.metrics if one.name == "mase")
    assert (mase.a, mase.b, mase.better) == (0.8, 0.6, "b")


def test_a_model_tells_its_whole_story(studio: Client, versions: list[str]) -> None:
    model = studio.model(versions[0])

    assert [one.model_id for one in model.versions] == versions[::-1]
    assert model.artifacts[0].artifact_type == "model_file"
    assert model.deployments
    assert studio.live(versions[0]).scored_points == 0


def test_retention_plans_before_it_acts(studio: Client, versions: list[str]) -> None:
    plan, run = studio.retention.plan(), studio.retention.run()

    assert plan.models == run.models == ()
    assert (plan.models_total, plan.models_by_reason.age) == (0, 0)
    assert studio.retention.plan(limit=1).storage == plan.storage
    assert plan.storage.logical_bytes > 0
    assert len(studio.models().items) == len(versions)


def test_analytics_sum_it_up(studio: Client, versions: list[str]) -> None:
    performance = studio.analytics.performance()
    accuracy = studio.analytics.accuracy(product="BUN")
    duration = studio.analytics.duration(category="Bread", limit=1)

    assert (performance.jobs.total, performance.products.trained) == (2, 2)
    assert performance.trend[0].trained == 2
    assert [one.model_id for one in accuracy.versions] == versions
    assert accuracy.worst_products[0].product_name == "Bun"
    assert accuracy.period.time_zone
    assert duration.products.count == 2
    assert duration.slowest_products[0].sku == "BUN"


def test_a_forecast_tells_what_suffices_and_why(studio: Client, versions: list[str]) -> None:
    quantiles, drivers = studio.quantiles("BUN"), studio.drivers(versions[0])
    (period,) = drivers.periods
    assert quantiles.model_id == versions[-1]
    assert quantiles.at(0.9) == {period.ds: 11.5}
    assert dict(zip(drivers.parts, period.values, strict=True)) == {"level": 7.0, "week": 3.0}
    assert period.effects == ("+3 because it is a Sunday",)


@pytest.mark.usefixtures("versions")
def test_the_command_shows_what_suffices_and_why(run: Run) -> None:
    enough = run("forecast", "BUN", "--quantiles")
    why = run("forecast", "BUN", "--why")
    assert "90 % of days" in enough.stdout
    assert "11.5" in enough.stdout
    assert "+3 because it is a Sunday" in why.stdout
    assert run("forecast", "BUN", "--why", "--quantiles").returncode == 2
