"""The stores' addresses and credentials; the charts' bundled servers run here with the commands of their pods."""

import signal
from pathlib import Path

import pymongo
import pytest
import redis
from pymongo.errors import OperationFailure
from redis.backoff import NoBackoff
from redis.retry import Retry

from gateway.api_keys import compute_digest
from local.servers import free_port, mongod_command, valkey_command
from tests.support.deploy.charts import Json, Objects, read_variables, render, render_values_set
from tests.support.servers.processes import Server, running
from tests.support.servers.readiness import is_listening

EXISTING_TOKEN: Json = {"global": {"serviceToken": {"existingSecret": "a-token"}}}


def _sources(objects: Objects, kind: str = "Deployment", name: str = "data") -> dict[str, tuple[str, str]]:
    spec = objects.get(kind, name)["spec"]
    (container,) = spec.get("jobTemplate", {}).get("spec", spec)["template"]["spec"]["containers"]
    references = {
        entry["name"]: entry["valueFrom"]["secretKeyRef"] for entry in container["env"] if "valueFrom" in entry
    }
    return {variable: (source["name"], source["key"]) for variable, source in references.items()}


def test_bundled_stores_should_be_opened_by_secrets_that_are_made_with_them() -> None:
    objects = render()
    assert _sources(objects) == {
        "DATA_MONGO_URL": ("demo-mongodb", "mongo-url"),
        "DATA_REDIS_URL": ("demo-valkey", "redis-url"),
        "DATA_SERVICE_TOKEN": ("demo-service-token", "token"),
    }
    mongodb = objects.get("Secret", "mongodb")["stringData"]
    host = "demo-mongodb-0.demo-mongodb:27017"
    assert mongodb["mongo-url"] == f"mongodb://bellwether:{mongodb['password']}@{host}/?replicaSet=rs0&authSource=admin"
    assert len(mongodb["keyfile"]) == 512
    assert mongodb["password"] != mongodb["root-password"]
    valkey = objects.get("Secret", "valkey")["stringData"]
    assert valkey["redis-url"] == f"redis://:{valkey['password']}@demo-valkey:6379/0"


def test_a_generated_secret_should_outlive_the_release() -> None:
    generated = [secret for secret in render().of_kind("Secret") if secret["metadata"]["name"] != "demo-data-addresses"]
    assert {secret["metadata"]["name"] for secret in generated} == {
        "demo-mongodb",
        "demo-valkey",
        "demo-gateway-api-keys",
        "demo-service-token",
    }
    for secret in generated:
        assert secret["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


def test_the_three_services_should_share_one_token_and_a_chart_alone_should_have_none_unless_told() -> None:
    generated, existing = render(), render(values=EXISTING_TOKEN)
    for objects, secret in ((generated, "demo-service-token"), (existing, "a-token")):
        for name in ("gateway", "data", "prediction"):
            assert _sources(objects, name=name)[f"{name.upper()}_SERVICE_TOKEN"] == (secret, "token")
    assert len(generated.get("Secret", "service-token")["stringData"]["token"]) == 48
    assert "service-token" not in str(existing.of_kind("Secret"))
    alone = render("prediction").get("Deployment", "prediction")["spec"]["template"]["spec"]["containers"][0]
    assert "env" not in alone
    assert "SERVICE_TOKEN" not in str(render().get("Deployment", "frontend"))


def test_the_digest_of_the_generated_key_should_open_the_gateway_and_the_key_stay_outside_of_it() -> None:
    objects = render()
    secret = objects.get("Secret", "gateway-api-keys")["stringData"]
    assert secret["digests"] == compute_digest(secret["key"])
    pod = objects.get("Deployment", "gateway")["spec"]["template"]["spec"]
    (volume,) = [volume["secret"] for volume in pod["volumes"] if "secret" in volume]
    assert [item["key"] for item in volume["items"]] == ["digests"]
    path = read_variables(objects, pod["containers"][0])["GATEWAY_API_KEYS_FILE"]
    assert path == pod["containers"][0]["volumeMounts"][1]["mountPath"] + "/digests"


def test_stores_outside_should_be_opened_by_a_secret_or_by_an_address_that_becomes_one() -> None:
    objects = render_values_set("external")
    assert _sources(objects) == {
        "DATA_MONGO_URL": ("company-mongodb", "uri"),
        "DATA_REDIS_URL": ("demo-data-addresses", "redis-url"),
        "DATA_SERVICE_TOKEN": ("demo-service-token", "token"),
    }
    assert list(objects.get("Secret", "data-addresses")["stringData"]) == ["redis-url"]
    assert objects.of_kind("StatefulSet") == []


def test_existing_secrets_should_be_taken_and_none_be_generated() -> None:
    objects = render_values_set("production")
    assert objects.of_kind("Secret") == []
    assert _sources(objects)["DATA_MONGO_URL"] == ("bellwether-mongodb", "mongo-url")
    names = {name for name, _ in _sources(objects, "StatefulSet", "mongodb").values()}
    assert names == {"bellwether-mongodb"}


def test_the_daily_refresh_should_run_the_command_line_with_the_vendors_key() -> None:
    objects = render_values_set("production")
    job = objects.get("CronJob", "data-refresh")["spec"]
    assert (job["schedule"], job["timeZone"]) == ("30 18 * * 1-5", "America/New_York")
    assert job["concurrencyPolicy"] == "Forbid"
    (container,) = job["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["python", "-m", "services.data", "refresh"]
    assert read_variables(objects, container)["DATA_VENDOR"] == "tiingo"
    assert _sources(objects, "CronJob", "data-refresh")["DATA_TIINGO_KEY"] == ("bellwether-tiingo", "key")


def test_the_sample_should_be_loaded_once_after_the_installation() -> None:
    job = render().get("Job", "data-sample")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "post-install"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["python", "-m", "services.data", "load-sample", "--if-empty"]


def test_an_upgrade_should_leave_the_stores_alone() -> None:
    for kind, name in (("StatefulSet", "mongodb"), ("Deployment", "valkey")):
        template = str(render().get(kind, name)["spec"]["template"])
        assert "0.1.0" not in template
        changed = render(
            values={"gateway": {"settings": {"logLevel": "DEBUG"}}, "data": {"settings": {"cacheSeconds": 9}}}
        )
        assert str(changed.get(kind, name)["spec"]["template"]) == template


def _server_like_pod(spec: Json, folder: Path, binary: str, port: int, **files: str) -> Server:
    """Build the server that the container's command starts, with the pod's folders in `folder`."""
    (container,) = spec["template"]["spec"]["containers"]
    shell, flag, script = container["command"]
    for path in ("/tmp", "/data/db", "/etc/mongodb"):
        (folder / path.strip("/")).mkdir(parents=True)
        script = script.replace(path, str(folder / path.strip("/")))
    for name, text in files.items():
        (folder / "etc/mongodb" / name).write_text(text)
    program = Path(binary).name
    script = script.replace(f"exec {program}", f"exec {binary}").replace("--bind_ip_all", "--bind_ip 127.0.0.1")
    command = [shell, flag, f"{script} --port {port}"]
    return Server(program, command, port, folder / "log", {"REDISCLI_AUTH": "a-password"})


def test_valkey_should_want_the_password_and_evict_what_is_old(tmp_path: Path) -> None:
    port = free_port()
    spec = render().get("Deployment", "valkey")["spec"]
    server = _server_like_pod(spec, tmp_path, valkey_command(tmp_path / "unused", port)[0], port)
    with running(server):
        server.wait_until(lambda: is_listening(port))
        never = Retry(NoBackoff(), 0)
        with redis.Redis(port=port, retry=never) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis(port=port, password="a-password") as client:
            memory = client.info("memory")
            assert (memory["maxmemory"], memory["maxmemory_policy"]) == (256 * 2**20, "allkeys-lru")
            assert client.set("key", "value")
            for dangerous in (client.flushall, client.keys, client.config_get, client.save):
                with pytest.raises(redis.exceptions.NoPermissionError):
                    dangerous()
        assert '--save ""' in spec["template"]["spec"]["containers"][0]["command"][2]


def test_mongodb_should_begin_closed_and_take_the_key_file_of_its_secret(tmp_path: Path) -> None:
    port = free_port()
    objects = render()
    spec = objects.get("StatefulSet", "mongodb")["spec"]
    keyfile = objects.get("Secret", "mongodb")["stringData"]["keyfile"]
    binary = mongod_command(tmp_path / "unused", port)[0]
    server = _server_like_pod(spec, tmp_path, binary, port, keyfile=keyfile)
    with running(server):
        server.wait_until(lambda: is_listening(port))
        with pymongo.MongoClient[Json](port=port, directConnection=True) as stranger:
            with pytest.raises(OperationFailure, match="not authorized"):
                stranger["SP500_Stocks"].list_collection_names()
            initiated = {"_id": "rs0", "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}]}
            assert (
                stranger.admin.command("replSetInitiate", initiated)["ok"] == 1
            )  # as initiate.js does, over localhost
        server.stop(signal.SIGKILL)  # on SIGTERM, a member waits 15 s for its clients to find another one


def test_mongodb_should_find_itself_under_the_name_that_the_address_has() -> None:
    objects = render()
    (container,) = objects.get("StatefulSet", "mongodb")["spec"]["template"]["spec"]["containers"]
    member = read_variables(objects, container)["MONGO_MEMBER"]
    assert f"@{member}/" in objects.get("Secret", "mongodb")["stringData"]["mongo-url"]
    service = objects.get("Service", "mongodb")["spec"]
    assert service["clusterIP"] == "None"
    assert service["publishNotReadyAddresses"] is True
    script = objects.get("ConfigMap", "mongodb")["data"]["initiate.js"]
    assert all(name in script for name in read_variables(objects, container) if name.startswith("MONGO_"))
