"""The manifests for Kubernetes: valid by its schemas where these are at hand, true to the code."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.children import HAND_BACK_S
from core.run import programs
from core.settings import Settings
from tests.deploy.composition import ROOT, services

DIRECTORY = ROOT / "deploy/kubernetes"
KUSTOMIZATION = yaml.safe_load((DIRECTORY / "kustomization.yaml").read_text())
VERSIONS = ("1.33.0", "1.37.0")
PROGRAMS = programs(Settings())
DOCUMENTS: list[dict[str, Any]] = [
    document
    for name in KUSTOMIZATION["resources"]
    for document in yaml.safe_load_all((DIRECTORY / name).read_text())
]
WITH_PODS = [document for document in DOCUMENTS if document["kind"] in {"Deployment", "Job"}]


def ids(document: object) -> str:
    if isinstance(document, dict):
        return f"{document['kind']}-{document['metadata']['name']}"
    return str(document)


def pod(document: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = document["spec"]["template"]["spec"]
    return spec


def container(document: dict[str, Any]) -> dict[str, Any]:
    (only,) = pod(document)["containers"]
    return dict(only)


def kind(name: str) -> list[dict[str, Any]]:
    return [document for document in DOCUMENTS if document["kind"] == name]


@pytest.mark.skipif(
    find_spec("kubernetes_validate") is None, reason="needs the package kubernetes-validate"
)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_kubernetes_would_accept_it(document: dict[str, Any], version: str) -> None:
    import kubernetes_validate  # noqa: PLC0415 - not everybody has it

    kubernetes_validate.validate(document, version, strict=True)


def test_every_file_is_applied() -> None:
    files = {path.name for path in Path(DIRECTORY).glob("*.yaml")} - {"kustomization.yaml"}
    assert files == set(KUSTOMIZATION["resources"])


def test_every_program_but_flower_runs() -> None:
    assert {container(document)["args"][0] for document in WITH_PODS} == set(PROGRAMS) - {"flower"}


@pytest.mark.parametrize("document", WITH_PODS, ids=ids)
def test_pods_are_as_narrow_as_containers(document: dict[str, Any]) -> None:
    (image,) = KUSTOMIZATION["images"]
    assert container(document)["image"] == f"{image['name']}:{image['newTag']}"
    user = pod(document)["securityContext"]["runAsUser"]
    assert services()["api"].definition["user"].startswith(f"{user}:")
    assert pod(document)["securityContext"]["runAsNonRoot"] is True
    assert container(document)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod(document)["automountServiceAccountToken"] is False
    volumes = {volume["name"] for volume in pod(document)["volumes"]}
    assert {mount["name"] for mount in container(document)["volumeMounts"]} == volumes


@pytest.mark.parametrize("document", WITH_PODS, ids=ids)
def test_variables_are_settings(document: dict[str, Any]) -> None:
    own = {one["name"]: one["value"] for one in container(document).get("env", [])}
    (shared,) = kind("ConfigMap")
    settings = Settings.from_environment({**shared["data"], **own, **example_of_secrets()})
    names = {name.lower() for name in (*own, *shared["data"])}
    assert names <= set(Settings.model_fields)
    if document["metadata"]["name"] == "worker":
        needed_s = settings.worker_grace_seconds + HAND_BACK_S
        assert pod(document)["terminationGracePeriodSeconds"] > needed_s
        wanted = container(document)["resources"]["requests"]
        assert settings.worker_concurrency * settings.task_threads <= int(wanted["cpu"])
        tables_mb = settings.worker_concurrency * 2 * settings.table_max_memory_mb
        assert tables_mb < 0.8 * 1024 * int(wanted["memory"].removesuffix("Gi"))


def test_the_example_of_secrets_holds_settings_and_none_of_their_values() -> None:
    lines = (DIRECTORY / "secret.env.example").read_text().splitlines()
    names = [line.removesuffix("=") for line in lines if not line.startswith("#")]
    assert [name for name in names if not re.fullmatch(r"[A-Z0-9_]+", name)] == []
    ours = {name.lower() for name in names if not name.startswith("AWS_")}
    assert ours <= set(Settings.model_fields)


@pytest.mark.parametrize("document", kind("Deployment"), ids=ids)
def test_probes_are_the_health_checks_of_the_composition(document: dict[str, Any]) -> None:
    name = document["metadata"]["name"]
    probe = container(document)["readinessProbe"]
    if name == "api":
        assert probe["httpGet"]["path"] == "/readyz"
        assert services()["api"].health_check[-1].endswith("/readyz")
        (port,) = container(document)["ports"]
        assert port["containerPort"] == 8004
    else:
        assert probe["exec"]["command"] == services()[name].health_check


@pytest.mark.parametrize("document", kind("Deployment"), ids=ids)
def test_selectors_find_their_pods(document: dict[str, Any]) -> None:
    labels = document["spec"]["template"]["metadata"]["labels"]
    assert document["spec"]["selector"]["matchLabels"] == labels
    for other in (*kind("PodDisruptionBudget"), *kind("Service")):
        if other["metadata"]["name"] == document["metadata"]["name"]:
            selector = other["spec"]["selector"]
            assert selector.get("matchLabels", selector) == labels


def test_only_what_has_no_fixed_size_is_scaled() -> None:
    (scaled,) = kind("HorizontalPodAutoscaler")
    target = scaled["spec"]["scaleTargetRef"]
    (worker,) = [one for one in kind("Deployment") if one["metadata"]["name"] == target["name"]]
    assert "replicas" not in worker["spec"]


def example_of_secrets() -> dict[str, str]:
    return {
        "DATABASE_URL": "postgresql://user:password@postgres/model_studio",
        "REDIS_URL": "rediss://:password@redis:6379/0",
        "ARTIFACT_SIGNING_KEY": "k" * 32,
        "JWT_SECRET": "s" * 32,
    }
