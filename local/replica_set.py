"""Makes the embedded mongod the primary of its own one-member replica set, whatever port it has in this run."""

import signal
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from local.servers import REPLICA_SET

Client = MongoClient[dict[str, object]]
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NOT_YET_INITIALIZED = 94  # MongoDB's error code of that name
USER = "bellwether"


def make_primary(port: int, key_file: Path | None = None) -> bool:
    """Initiate the replica set, or move it to this port; report whether it accepts writes.

    Args:
        port: The port of the mongod.
        key_file: The key that it was started with. Members of a set prove by it that they belong to it; so do we, which
            also opens a data folder that has no users yet.
    """
    try:
        with _connect(port, key_file) as client:
            if client.admin.command("hello").get("isWritablePrimary"):
                return True
            _configure(client, f"127.0.0.1:{port}")
    except PyMongoError:
        pass  # not listening yet, or electing a primary
    return False


def set_user(port: int, key_file: Path, password: str, database: str) -> bool:
    """Let the data service's user read and write this database; report whether that is done."""
    try:
        with _connect(port, key_file) as client:
            users = client.admin.command("usersInfo", USER)["users"]
            roles = [{"role": "readWrite", "db": database}]
            client.admin.command("updateUser" if users else "createUser", USER, pwd=password, roles=roles)
    except PyMongoError:
        return False
    return True


def _connect(port: int, key_file: Path | None) -> Client:
    key = key_file.read_text().strip() if key_file else None
    login: dict[str, Any] = {"username": "__system", "password": key, "authSource": "local"} if key else {}
    # A stop waits until the client is complete: with half a monitor, pymongo ends in a traceback.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        return MongoClient(
            "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=2000, timeoutMS=20_000, **login
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _configure(client: Client, host: str) -> None:
    members = [{"_id": 0, "host": host}]
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != NOT_YET_INITIALIZED:
            raise
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        return
    if config["members"][0]["host"] != host:  # the port has changed since the last run
        config |= {"members": [config["members"][0] | members[0]], "version": config["version"] + 1}
        client.admin.command("replSetReconfig", config, force=True)
