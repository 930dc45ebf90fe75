"""Dockerfile, compose.yaml, units and manifests speak of commands, settings and addresses that there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from printdock.jobs import records
from printdock.jobs.job import NewJob
from printdock.settings import load
from printdock.shops.queries import ensure_shop
from printdock.storage.hostkeys import require_pinned
from printdock.wiring import open_services
from tests.deploy.files import (
    KUBERNETES,
    ROOT,
    UNITS,
    compose,
    known_variables,
    manifest,
    manifests,
    parses,
    stage,
    unit_commands,
)

OURS = ("migrate", "server", "worker")
WORKLOADS = [one for one in manifests() if one["kind"] in ("Deployment", "Job")]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def pod(workload: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = workload["spec"]["template"]["spec"]
    return spec


def variables_of_compose(service: str) -> dict[str, str]:
    found: dict[str, str] = compose()["services"][service]["environment"]
    return found


@pytest.mark.parametrize("service", OURS)
def test_compose_runs_commands_and_sets_variables_that_there_are(service: str) -> None:
    described = compose()["services"][service]
    assert parses(described["command"]), described["command"]
    assert set(described["environment"]) <= known_variables()
    assert described["image"].endswith(f":{VERSION}}}")


def test_a_command_or_an_option_that_there_is_not_is_noticed() -> None:
    assert parses(["serve"]) and parses(["worker", "--slots", "2"])
    assert not parses(["server"]) and not parses(["worker", "--slotz", "2"]) and not parses(["db"])


def test_compose_starts_in_the_order_of_health_and_lets_nobody_write_where_nothing_is_written() -> None:
    services = compose()["services"]
    for name, described in services.items():
        assert "no-new-privileges:true" in described["security_opt"] and described["cap_drop"] == ["ALL"], name
        assert "healthcheck" in described or name == "server", f"{name} has no check; the image's is the server's"
        for other, wanted in described.get("depends_on", {}).items():
            ends = services[other].get("healthcheck", {}).get("disable")
            assert wanted["condition"] == ("service_completed_successfully" if ends else "service_healthy")
        for secret in described.get("secrets", []):
            assert (secret if isinstance(secret, str) else secret["source"]) in compose()["secrets"]
    for name in OURS:
        assert services[name]["read_only"] is True and services[name]["user"] == "10001:10001"
    assert all(port.startswith("127.0.0.1:") for port in services["server"]["ports"])


def test_secrets_are_made_once_and_are_what_compose_and_printdock_want(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, sshd: str
) -> None:
    script = ROOT / "deploy" / "compose" / "secrets"
    subprocess.run([script, tmp_path], check=True, capture_output=True)
    folder = tmp_path / "secrets"
    assert {Path(one["file"]).name for one in compose()["secrets"].values()} <= {file.name for file in folder.iterdir()}
    assert folder.stat().st_mode & 0o077 == 0
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    subprocess.run([script, tmp_path], check=True, capture_output=True)
    assert before == {file.name: file.read_bytes() for file in folder.iterdir()}
    for name, value in variables_of_compose("worker").items():
        if value.startswith("/run/secrets/"):
            monkeypatch.setenv(name, value.replace("/run/secrets", str(folder)))
    settings = load()
    password = (folder / "postgres_password").read_text().strip()
    assert settings.database == f"postgresql+psycopg://printdock:{password}@postgres/printdock"
    assert settings.storage_url.startswith("sftp://printdock:") and settings.storage_url.endswith("@sftp:22/Graphics")
    known = folder / "known_hosts"
    require_pinned(known, "sftp", 22)
    assert (folder / "sftp_users").read_text().endswith(":10001:10001:Graphics\n")
    found = subprocess.run(["ssh-keygen", "-F", "sftp", "-f", known], capture_output=True, text=True, check=True)
    assert (folder / "sftp_host_key.pub").read_text().split()[1] in found.stdout


def test_the_image_runs_as_nobody_special_and_its_check_asks_what_is_there() -> None:
    instructions = dict(stage("runtime"))
    assert instructions["USER"] == "10001:10001"
    assert json.loads(instructions["VOLUME"]) == ["/var/lib/printdock"]
    entry, command = json.loads(instructions["ENTRYPOINT"]), json.loads(instructions["CMD"])
    assert entry == ["printdock"] and parses(command)
    variables = dict(re.findall(r"(\w+)=(\S+)", instructions["ENV"]))
    ours = {name for name in variables if name.startswith("PRINTDOCK_")}
    assert ours and ours <= known_variables()
    assert "/readyz" in instructions["HEALTHCHECK"]


def test_what_the_image_copies_is_there_and_sent_to_the_builder() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for name in ("pages", "wheel"):
        for word, rest in stage(name):
            if word == "COPY" and not rest.startswith("--from"):
                for source in rest.split()[:-1]:
                    assert (ROOT / source).exists(), source
                    assert source.split("/")[0] in allowed, f"{source} is not in .dockerignore"


def test_every_python_package_of_the_image_is_locked_by_its_hash() -> None:
    runs = [part for word, rest in stage("wheel") if word == "RUN" for part in rest.split("&&")]
    fetching = [part for part in runs if re.search(r"/pip\b.* (install|wheel) ", part)]
    assert len(fetching) == 4
    assert all("--require-hashes" in part or "--no-index" in part for part in fetching), fetching


def test_units_run_commands_that_there_are() -> None:
    commands = list(unit_commands())
    assert len(commands) == 5
    for unit, arguments in commands:
        assert parses(arguments), f"{unit}: {arguments}"
    for unit in UNITS.glob("*.service"):
        assert set(re.findall(r"(PRINTDOCK_\w+|DATABASE_URL|REDIS_HOST)=", unit.read_text())) <= known_variables()
    example = (UNITS / "printdock.env.example").read_text()
    assert {line.split("=")[0] for line in example.splitlines() if line and line[0] != "#"} <= known_variables()
    assert {timer.stem for timer in UNITS.glob("*.timer")} <= {unit.stem for unit in UNITS.glob("*.service")}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_understands_every_unit_and_finds_it_little_exposed() -> None:
    checked = subprocess.run([ROOT / "scripts/systemd-check", "verify"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    exposed = subprocess.run([ROOT / "scripts/systemd-check", "security"], capture_output=True, text=True, check=True)
    found = {name: float(figure) for figure, name in (line.split() for line in exposed.stdout.splitlines())}
    assert {"printdock-server.service", "printdock-backup.service"} <= set(found)
    assert max(found.values()) <= 2.0, found


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda one: one["metadata"]["name"])
def test_pods_run_known_commands_with_the_least_they_need(workload: dict[str, Any]) -> None:
    spec = pod(workload)
    (container,) = spec["containers"]
    assert parses(container["args"])
    assert {one["name"] for one in container.get("env", [])} <= known_variables()
    assert spec["securityContext"]["runAsNonRoot"] is True and spec["automountServiceAccountToken"] is False
    rights = container["securityContext"]
    assert rights["readOnlyRootFilesystem"] is True and rights["allowPrivilegeEscalation"] is False
    assert rights["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]["memory"]
    mounted = {one["mountPath"] for one in container["volumeMounts"]}
    assert mounted == {"/var/lib/printdock", "/run/secrets/printdock", "/tmp"}


def test_the_cluster_s_parts_name_one_another_rightly() -> None:
    config = manifest("ConfigMap", "printdock")["data"]
    assert set(config) <= known_variables()
    server, worker = manifest("Deployment", "printdock-server"), manifest("Deployment", "printdock-worker")
    assert pod(server)["terminationGracePeriodSeconds"] > int(config["PRINTDOCK_DRAIN"]) + int(
        config["PRINTDOCK_GRACE"]
    )
    for kind in ("Service", "PodDisruptionBudget"):
        selector = manifest(kind, "printdock-server")["spec"]["selector"]
        assert selector.get("matchLabels", selector) == server["spec"]["template"]["metadata"]["labels"]
    rule = manifest("Ingress", "printdock")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert rule["name"] == "printdock-server"
    scaled = manifest("ScaledObject", "printdock-worker")["spec"]
    assert scaled["scaleTargetRef"]["name"] == worker["metadata"]["name"] and "replicas" not in worker["spec"]
    image = json.dumps((KUBERNETES / "kustomization.yaml").read_text())
    assert f"newTag: {VERSION}" in image
    secret_keys = {value.rsplit("/", 1)[1] for value in config.values() if value.startswith("/run/secrets/")}
    named = re.findall(r"^# (database_url.*?)\(", (KUBERNETES / "config.yaml").read_text(), re.M)[0]
    assert secret_keys == {key.strip() for key in named.split(",")}


def test_the_autoscaler_s_question_is_answered_by_the_database(
    postgres_url: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = manifest("ScaledObject", "printdock-worker")["spec"]["triggers"][0]["metadata"]["query"]
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    with open_services(load()) as services:
        now = services.clock()
        with services.database.write() as connection:
            shop = ensure_shop(connection, "My Shop", now)
            made = [records.enqueue(connection, shop.id, NewJob("sleep")) for _each in range(4)]
            states = ("processing", "completed", "failed")
            for job, state in zip(made, states, strict=False):
                connection.execute(
                    sa.text("UPDATE jobs SET state = :state WHERE id = :id"), {"state": state, "id": job}
                )
            records.enqueue(connection, shop.id, NewJob("sleep", run_at=now.replace(year=now.year + 1)))
        with services.database.read() as connection:
            assert connection.execute(sa.text(query)).scalar_one() == 2  # the one that runs, and the one that could


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not here")
def test_kustomize_puts_it_together() -> None:
    done = subprocess.run(["kubectl", "kustomize", KUBERNETES], capture_output=True, text=True, check=False)
    if "kustomize" in done.stderr and "unknown command" in done.stderr:
        pytest.skip("this kubectl has no kustomize")
    assert done.returncode == 0, done.stderr
    assert f"image: printdock:{VERSION}" in done.stdout
