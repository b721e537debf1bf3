"""The MongoDB of docker-compose.yml, set up by its own scripts on the embedded mongod."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from local.servers import free_port, mongod_command
from tests.support.deploy.rewritten_files import rewrite_text
from tests.support.servers.processes import Server, running
from tests.support.servers.readiness import is_listening

SCRIPTS = Path(__file__).parents[2] / "compose" / "mongodb"
PASSWORDS = {"MONGO_ADMIN_PASSWORD": "first-admin", "MONGO_PASSWORD": "first", "MONGO_DATABASE": "SP500_Stocks"}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder, port = tmp_path_factory.mktemp("compose-mongodb"), free_port()
    binary = mongod_command(folder / "data", port)[0]
    moved = {
        "/tmp/": f"{folder}/",
        "exec mongod": f"exec {binary} --port {port} --dbpath {folder / 'data'}",
        "--bind_ip_all": "--bind_ip 127.0.0.1",
    }
    (folder / "start.sh").write_text(rewrite_text(SCRIPTS / "start.sh", moved))
    (folder / "is_primary.sh").write_text(rewrite_text(SCRIPTS / "is_primary.sh", {"/27017": f"/{port}"}))
    server = Server("mongod", ["bash", str(folder / "start.sh")], port, folder / "mongod.log", {})
    with running(server):
        server.wait_until(lambda: is_listening(port))
        yield server


@pytest.fixture(scope="module")
def mongod(bare: Server) -> Server:
    assert not _is_primary(bare)
    done = _initiate(bare)
    assert done.returncode == 0, done.stderr
    return bare


def _is_primary(mongod: Server) -> bool:
    return subprocess.run(["bash", str(mongod.log.with_name("is_primary.sh"))], check=False).returncode == 0


def _initiate(mongod: Server, **changed: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | PASSWORDS | {"MONGO_PORT": str(mongod.port)} | changed
    command = [sys.executable, str(SCRIPTS / "initiate.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _client(mongod: Server, password: str) -> MongoClient[dict[str, object]]:
    return MongoClient(
        f"mongodb://bellwether:{password}@127.0.0.1:{mongod.port}/?directConnection=true&authSource=SP500_Stocks"
    )


def test_it_becomes_healthy_when_it_is_initiated_and_stays_unchanged(mongod: Server) -> None:
    assert _is_primary(mongod)
    assert _initiate(mongod).stdout == "MongoDB is set up.\n"


def test_the_service_may_write_its_own_database_and_nothing_else(mongod: Server) -> None:
    with _client(mongod, "first") as client:
        client["SP500_Stocks"]["AAPL"].insert_one({"Date": "2024-01-02"})
        for forbidden in ("admin", "other"):
            with pytest.raises(OperationFailure, match="not authorized"):
                client[forbidden]["x"].insert_one({})


def test_a_password_that_changed_is_changed(mongod: Server) -> None:
    assert "The password of the user bellwether is set." in _initiate(mongod, MONGO_PASSWORD="second").stdout
    with _client(mongod, "second") as client:
        client["SP500_Stocks"].command("ping")
    with _client(mongod, "first") as client, pytest.raises(OperationFailure, match="Authentication failed"):
        client["SP500_Stocks"].command("ping")
    _initiate(mongod)


def test_changing_the_administrators_password_needs_the_previous_one(mongod: Server) -> None:
    refused = _initiate(mongod, MONGO_ADMIN_PASSWORD="second-admin")
    assert refused.returncode == 1
    assert "MONGO_ADMIN_PASSWORD in .env is not the password of MongoDB's administrator." in refused.stderr
    changed = _initiate(mongod, MONGO_ADMIN_PASSWORD="second-admin", MONGO_ADMIN_PASSWORD_BEFORE="first-admin")
    assert "The administrator's password is changed." in changed.stdout
    _initiate(mongod, MONGO_ADMIN_PASSWORD_BEFORE="second-admin")


def test_a_mongod_that_is_not_there_is_not_healthy(mongod: Server) -> None:
    script = mongod.log.with_name("is_primary_elsewhere.sh")
    script.write_text(rewrite_text(SCRIPTS / "is_primary.sh", {"/27017": f"/{free_port()}"}))
    assert subprocess.run(["bash", str(script)], capture_output=True, check=False).returncode != 0
