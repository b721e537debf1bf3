"""Settings, images, compose, charts, Prometheus and documents agree on ports, health paths, variables and times."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from gateway.settings import GatewaySettings
from local.servers import service_command
from services.data.settings import DataSettings
from services.prediction.settings import PredictionSettings
from shared import VERSION
from tests.support.deploy.service_config import (
    ROOT,
    SERVICES,
    compose_config,
    dockerfile_stage,
    from_charts,
    from_compose,
)
from tests.support.generated.chart_docs import SETTINGS
from tests.support.generated.settings_table import settings_table

STANDARD = {"OTEL_EXPORTER_OTLP_ENDPOINT", "PROMETHEUS_MULTIPROC_DIR"}
NGINX = (ROOT / "frontend" / "nginx.conf").read_text()
DEPLOYED = from_compose()
WAYS = {"compose": DEPLOYED, "charts": from_charts()}
each_way = pytest.mark.parametrize(("way", "name"), [(way, name) for way in WAYS for name in SERVICES])
CONFIG = compose_config()


def _variables(name: str) -> set[str]:
    kind = SETTINGS[name]
    return {f"{kind.model_config['env_prefix']}{field}".upper() for field in kind.model_fields}


@each_way
def test_every_variable_that_is_given_is_a_setting(way: str, name: str) -> None:
    given = WAYS[way][name].environment - STANDARD
    assert given
    assert given <= _variables(name)


@pytest.mark.parametrize("name", SERVICES)
def test_compose_and_charts_run_the_same_command_on_the_same_port(name: str) -> None:
    compose, charts = (services[name] for services in WAYS.values())
    assert (compose.command, compose.port) == (charts.command, charts.port)


@pytest.mark.parametrize("job", ["sample", "refresh"])
def test_a_job_is_given_settings_of_the_data_service(job: str) -> None:
    given = set(CONFIG["services"][job]["environment"])
    assert given - STANDARD <= _variables("data")
    assert given >= DEPLOYED["data"].environment


@each_way
def test_the_readme_explains_every_variable_that_is_given(way: str, name: str) -> None:
    table = settings_table()
    for variable in WAYS[way][name].environment & _variables(name):
        prefix = SETTINGS[name].model_config["env_prefix"]
        assert f"`{variable}`" in table or f"`…_{variable.removeprefix(str(prefix))}`" in table


def test_the_services_look_for_one_another_where_they_listen() -> None:
    for name in SERVICES:
        for variable, value in CONFIG["services"][name]["environment"].items():
            match = re.fullmatch(r"http://(\w+):(\d+)", value or "")
            if match and variable not in STANDARD:
                assert DEPLOYED[match[1]].port == int(match[2]), variable
    assert CONFIG["services"]["frontend"]["environment"]["GATEWAY_ADDRESS"] == f"gateway:{DEPLOYED['gateway'].port}"
    assert GatewaySettings().data_url.port == PredictionSettings().data_url.port == DEPLOYED["data"].port
    assert GatewaySettings().prediction_url.port == DEPLOYED["prediction"].port


def test_the_readme_names_the_ports() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in SERVICES:
        assert re.search(rf"`(services/)?{name}` \| {DEPLOYED[name].port} \|", readme), name


@each_way
def test_a_service_listens_on_the_port_that_is_named(way: str, name: str) -> None:
    command = WAYS[way][name].command
    module = "gateway.app" if name == "gateway" else f"services.{name}.app"
    assert command[:3] == ("uvicorn", "--factory", f"{module}:create_app")
    assert command[command.index("--port") + 1] == str(WAYS[way][name].port)
    assert (ROOT / f"{module.replace('.', '/')}.py").exists()


@each_way
def test_a_probe_is_a_path_that_the_service_has(way: str, name: str) -> None:
    paths = json.loads((ROOT / "docs" / "openapi" / f"{name}.json").read_text())["paths"]
    assert (WAYS[way][name].liveness, WAYS[way][name].readiness) == ("/healthz", "/readyz")
    assert {WAYS[way][name].liveness, WAYS[way][name].readiness} <= set(paths)


@each_way
def test_a_service_has_ended_before_it_is_killed(way: str, name: str) -> None:
    command = WAYS[way][name].command
    in_flight = int(command[command.index("--timeout-graceful-shutdown") + 1])
    assert SETTINGS[name]().drain_seconds + in_flight < 10 < WAYS[way][name].stop_seconds


def test_prometheus_finds_every_service_where_it_tells_its_metrics() -> None:
    jobs = yaml.safe_load((ROOT / "compose" / "prometheus.yml").read_text())["scrape_configs"]
    targets = {
        job["job_name"]: (job.get("metrics_path", "/metrics"), *job["dns_sd_configs"][0]["names"], port)
        for job in jobs
        for port in [job["dns_sd_configs"][0]["port"]]
    }
    paths = {"gateway": "/api/metrics", "data": "/metrics", "prediction": "/metrics"}
    ours = {name: (paths[name], name, DEPLOYED[name].port) for name in SERVICES}
    cluster = {"prediction-scheduler": "scheduler", "prediction-worker": "worker"}
    assert targets == ours | {job: ("/metrics", name, _http_port(name)) for job, name in cluster.items()}


def _http_port(name: str) -> int:
    command = CONFIG["services"][name]["command"]
    return int(command[command.index("--dashboard-address") + 1].removeprefix(":"))


def test_nginx_waits_longer_than_the_gateway_takes() -> None:
    gateway = GatewaySettings()
    waits = re.search(r"proxy_read_timeout (\d+)s;", NGINX)
    assert waits
    assert int(waits[1]) > gateway.write_budget_seconds > gateway.budget_seconds


def test_page_gateway_and_data_service_take_uploads_of_the_same_size() -> None:
    start = (ROOT / "frontend" / "start-nginx.sh").read_text()
    defaults = set(re.findall(r"MAX_UPLOAD_BYTES:-(\d+)", start + (ROOT / "docker-compose.yml").read_text()))
    assert defaults == {str(GatewaySettings().max_upload_bytes)}
    environments = [CONFIG["services"][name]["environment"] for name in ("frontend", "gateway", "data", "sample")]
    given = [value for one in environments for name, value in one.items() if name.endswith("MAX_UPLOAD_BYTES")]
    assert given == [str(DataSettings().max_upload_bytes)] * 4


def test_there_is_one_version() -> None:
    images = {name: CONFIG["services"][name]["image"] for name in (*SERVICES, "frontend", "sample")}
    expected = {name: f"bellwether/{name}:{VERSION}" for name in (*SERVICES, "frontend")}
    assert images == expected | {"sample": f"bellwether/data:{VERSION}"}
    for path in (ROOT / "Dockerfile", ROOT / "frontend" / "Dockerfile"):
        assert set(re.findall(r"^ARG VERSION=(.+)$", path.read_text(), re.MULTILINE)) == {VERSION}
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_holds_its_own_packages_and_code_only(name: str) -> None:
    text = (ROOT / "Dockerfile").read_text()
    stage = re.search(rf"^FROM base AS {name}\n(.*?)(?=^FROM |\Z)", text, re.MULTILINE | re.DOTALL)
    assert stage
    own = name if name == "gateway" else f"services/{name}"
    copied = re.findall(r"^COPY (.+)$", stage[1], re.MULTILINE)
    expected = [f"--from=deps-{name} /venv /venv", "--from=code /app/shared shared", f"--from=code /app/{own} {own}"]
    assert copied == expected
    assert f"-r /requirements/{name}.txt" in dockerfile_stage(f"deps-{name}")["RUN"]


def test_the_stage_reader_sees_only_the_stage(tmp_path: Path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text('FROM a AS one\nCMD ["x", \\\n  "y"]\nFROM b AS two\nCMD ["z"]\n')
    assert dockerfile_stage("one", dockerfile) == {"CMD": '["x", "y"]'}


def test_compose_names_each_service_as_the_others_and_prometheus_call_it() -> None:
    for name in SERVICES:
        assert name in CONFIG["services"][name]["environment"][f"{name.upper()}_ALLOWED_HOSTS"].split(",")


@each_way
def test_uvicorn_leaves_the_clients_address_alone(way: str, name: str) -> None:
    """Its default believes X-Forwarded-For of this machine, and FORWARDED_ALLOW_IPS=* that of everybody."""
    assert "--no-proxy-headers" in WAYS[way][name].command
    assert "--no-proxy-headers" in service_command("gateway.app", 1)


def test_compose_limits_requests_and_counts_them_in_valkey() -> None:
    given = CONFIG["services"]["gateway"]["environment"]
    settings = GatewaySettings(
        **{name.removeprefix("GATEWAY_").lower(): value for name, value in given.items() if value}
    )
    assert settings.reads_per_minute > settings.computations_per_minute > 0 < settings.writes_per_minute
    assert settings.limits_redis_url is not None
    assert settings.limits_redis_url.get_secret_value() == CONFIG["services"]["data"]["environment"]["DATA_REDIS_URL"]
    assert not CONFIG["services"]["gateway"].get("ports")  # so that no other client can claim an address
