"""docker-compose.yml as Docker Compose resolves it: published ports, restrictions, required passwords."""

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.probe import TIMEOUT_SECONDS
from tests.support.deploy.service_config import CERTIFICATE, ROOT, SECRETS, compose_config, run_compose

CONFIG = compose_config()
SERVICES: dict[str, dict[str, Any]] = CONFIG["services"]
JOBS = {"mongodb-init", "sample", "refresh"}
CLUSTER = {"scheduler", "worker"}
DAEMONS = {"frontend", "gateway", "prediction", "data", "mongodb", "valkey", "prometheus", "grafana"} | CLUSTER


def _tool(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name(name)), *words]
    return subprocess.run(command, cwd=ROOT, env=SECRETS, capture_output=True, text=True, check=False)


def test_these_are_the_services() -> None:
    assert set(SERVICES) == JOBS | DAEMONS


def test_the_cluster_is_off_until_it_is_asked_for() -> None:
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["cluster"]} == CLUSTER
    assert SERVICES["prediction"]["environment"]["PREDICTION_CLUSTER_URL"] == ""
    for name in CLUSTER:
        assert SERVICES[name]["environment"].keys() == {
            f"PREDICTION_CLUSTER_{part}" for part in ("URL", "CA", "CERT", "KEY")
        }


def test_only_the_page_and_grafana_can_be_reached_and_only_from_this_machine() -> None:
    published = {
        (name, port["host_ip"], port["published"], port["target"])
        for name, service in SERVICES.items()
        for port in service.get("ports", [])
    }
    assert published == {("frontend", "127.0.0.1", "8080", 8080), ("grafana", "127.0.0.1", "3000", 3000)}


def test_only_these_reach_the_internet() -> None:
    assert CONFIG["networks"]["internal"]["internal"] is True
    assert {name for name, service in SERVICES.items() if "public" in service.get("networks", {})} == {
        "frontend",
        "grafana",
        "refresh",
    }


@pytest.mark.parametrize("name", sorted(JOBS | DAEMONS))
def test_a_container_can_do_little_and_take_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert not service.get("cap_add")
    assert not service.get("privileged")
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert 0 < float(service["cpus"]) <= 2
    assert 0 < int(service["mem_limit"]) <= 2 * 1024**3
    assert 0 < service["pids_limit"] <= 1024
    assert service["stop_grace_period"] == "15s"
    assert service["init"] is True  # the kernel keeps signals from a first process that does not handle them yet
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}
    for volume in service.get("volumes", []):
        assert volume["type"] == "volume" or volume["read_only"], volume


@pytest.mark.parametrize("name", sorted(JOBS | DAEMONS))
def test_nothing_runs_as_root(name: str) -> None:
    service = SERVICES[name]
    if "build" in service:
        dockerfile = ROOT / service["build"]["context"] / service["build"]["dockerfile"]
        assert re.findall(r"^USER (\d+):\1$", dockerfile.read_text(), re.MULTILINE) in (["10001"], ["101"])
        assert "user" not in service
    else:
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])


@pytest.mark.parametrize("name", sorted(DAEMONS))
def test_daemons_have_a_health_check_and_are_restarted(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", sorted(DAEMONS))
def test_a_slow_start_is_not_taken_for_a_failure(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["start_period"] == "30m0s"
    assert check["timeout"] == "30s"
    assert TIMEOUT_SECONDS < 30
    assert "start_interval" not in check  # Docker before 25 refuses it


@pytest.mark.parametrize("dockerfile", ["Dockerfile", "frontend/Dockerfile"])
def test_an_image_is_as_patient_as_compose(dockerfile: str) -> None:
    checks = re.findall(r"^HEALTHCHECK (.+?) \\\n", (ROOT / dockerfile).read_text(), re.MULTILINE)
    assert set(checks) == {"--interval=10s --timeout=30s --start-period=30m --retries=6"}


@pytest.mark.parametrize("name", sorted(JOBS))
def test_jobs_end_and_try_again_if_a_store_is_slow(name: str) -> None:
    assert SERVICES[name]["restart"] == ("no" if name == "refresh" else "on-failure:10")
    assert SERVICES[name]["healthcheck"] == {"disable": True}


def test_a_service_waits_for_no_other_and_is_stopped_before_what_it_needs() -> None:
    needed = {
        name: {other: how["condition"].removeprefix("service_") for other, how in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    after_set_up = {"mongodb-init": "completed_successfully", "valkey": "started"}
    assert needed == {
        "mongodb": {},
        "valkey": {},
        "prometheus": {},
        "mongodb-init": {"mongodb": "started"},
        "data": {"mongodb": "started", "valkey": "started"},
        "sample": after_set_up,
        "refresh": after_set_up,
        "prediction": {"data": "started"},
        "scheduler": {},
        "worker": {"scheduler": "started"},
        "gateway": {"data": "started", "prediction": "started"},
        "frontend": {"gateway": "started"},
        # `up --wait` fails for a job that has ended unless some service starts after it; Grafana can start late.
        "grafana": {
            "prometheus": "started",
            "mongodb-init": "completed_successfully",
            "sample": "completed_successfully",
        },
    }


def test_a_job_that_fails_keeps_nothing_from_starting() -> None:
    conditions = [
        (how["condition"], how["required"]) for one in SERVICES.values() for how in one.get("depends_on", {}).values()
    ]
    assert set(conditions) == {("service_started", True), ("service_completed_successfully", False)}


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_a_missing_password_says_what_to_do(missing: str) -> None:
    result = run_compose({name: value for name, value in SECRETS.items() if name != missing}, "config", "--quiet")
    assert result.returncode != 0
    assert f"{missing} is missing a value: Run `make env` to write the passwords to .env" in result.stderr


def test_the_file_contains_no_password() -> None:
    for service in SERVICES.values():
        for name, value in (service.get("environment") or {}).items():
            if re.search(r"PASSWORD|AUTH|KEY|TOKEN", name) and not name.endswith("_FILE") and value is not None:
                assert value in {*SECRETS.values(), ""}, name
            elif "@" in (value or ""):
                assert re.search(r":([^:/@]+)@", value)[1] in SECRETS.values(), name  # type: ignore[index]  # no match fails the test


def test_the_space_for_uploads_is_memory_so_that_both_can_be_raised() -> None:
    services = compose_config(SECRETS | {"UPLOAD_SPACE": "1g", "DATA_MEMORY": "1600m"})["services"]
    for name in ("data", "sample", "refresh"):
        assert services[name]["tmpfs"] == ["/tmp:size=1g,mode=1777"]
        assert int(services[name]["mem_limit"]) == 1600 * 1024**2


def test_the_linters_have_nothing_to_say() -> None:
    for result in (_tool("hadolint", "Dockerfile", "frontend/Dockerfile"), _tool("compose-lint", "docker-compose.yml")):
        assert result.returncode == 0, result.stdout + result.stderr


def _clone(folder: Path) -> Path:
    for name in ("compose", "charts/monitoring"):
        (folder / name).mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    return folder


@pytest.mark.parametrize("folder", ["plain", "with a space", "it's & $HOME"])
def test_make_env_writes_passwords_of_its_own_once(tmp_path: Path, folder: str) -> None:
    clone = _clone(tmp_path / folder)

    def make_env() -> str:
        subprocess.run(["make", "env"], cwd=clone, check=True, capture_output=True)
        return (clone / ".env").read_text()

    content = make_env()
    assert make_env() == content
    assert list(tmp_path.iterdir()) == [clone]
    assert stat.S_IMODE((clone / ".env").stat().st_mode) == 0o600
    values = dict(line.split("=", 1) for line in content.splitlines())
    assert set(values) == {*SECRETS, *CERTIFICATE}
    passwords = {name: values[name] for name in SECRETS}
    assert len(set(passwords.values())) == len(SECRETS)
    assert all(re.fullmatch("[0-9a-f]{48}", value) for value in passwords.values())


def test_the_processes_of_the_cluster_get_the_certificate_that_make_env_writes(tmp_path: Path) -> None:
    _clone(tmp_path)
    subprocess.run(["make", "env"], cwd=tmp_path, check=True, capture_output=True)
    written = (tmp_path / ".env").read_text().splitlines()
    quoted = dict(line.split("=", 1) for line in written if line.startswith(CERTIFICATE))
    texts = {name: value.strip('"').replace("\\n", "\n") for name, value in quoted.items()}
    services = compose_config(SECRETS | texts)["services"]
    for name in ("prediction", "scheduler", "worker"):
        environment = services[name]["environment"]
        certificate = x509.load_pem_x509_certificate(environment["PREDICTION_CLUSTER_CERT"].encode())
        certificate.verify_directly_issued_by(
            x509.load_pem_x509_certificate(environment["PREDICTION_CLUSTER_CA"].encode())
        )
        key = load_pem_private_key(environment["PREDICTION_CLUSTER_KEY"].encode(), None)
        assert key.public_key() == certificate.public_key()


def test_make_env_adds_what_an_older_file_lacks(tmp_path: Path) -> None:
    _clone(tmp_path)
    (tmp_path / ".env").write_text("MONGO_PASSWORD=mine\nLOG_LEVEL=DEBUG")
    subprocess.run(["make", "env"], cwd=tmp_path, check=True, capture_output=True)
    content = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert content.keys() == SECRETS.keys() | {"LOG_LEVEL", *CERTIFICATE}
    assert (content["MONGO_PASSWORD"], content["LOG_LEVEL"]) == ("mine", "DEBUG")
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_containers_can_read_the_files_of_a_clone_that_only_its_owner_can(tmp_path: Path) -> None:
    clone = _clone(tmp_path)
    volumes = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    mounted = {clone / Path(volume["source"]).relative_to(ROOT) for volume in volumes if volume["type"] == "bind"}
    for path in mounted:
        (path.parent if path.suffix else path).mkdir(0o700, parents=True, exist_ok=True)
        path.touch(0o600)
    subprocess.run(["make", "env"], cwd=clone, check=True, capture_output=True)
    assert {path for path in mounted if path.stat().st_mode & 0o044 != 0o044} == set()
    assert {path for path in mounted if path.is_dir() and path.stat().st_mode & 0o011 != 0o011} == set()


@pytest.mark.parametrize("dockerfile", ["Dockerfile", "frontend/Dockerfile"])
def test_an_image_takes_files_from_the_stage_that_lets_every_user_read_them(dockerfile: str) -> None:
    *earlier, last = re.split("^FROM ", (ROOT / dockerfile).read_text(), flags=re.MULTILINE)
    assert any("chmod -R a+rX" in stage for stage in earlier)
    assert set(re.findall("^COPY (?!--from=)", last, re.MULTILINE)) == set()
