"""Makes the embedded mongod the primary of its own one-member replica set, whatever port it has in this run."""

import atexit
from pathlib import Path
from threading import Lock
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from local.servers import REPLICA_SET

Client = MongoClient[dict[str, object]]
NOT_YET_INITIALIZED = 94  # MongoDB's error code of that name
USER = "bellwether"

# A run that ends waits until the thread that asks MongoDB has a complete client, and lets it begin no other: as pymongo
# closes its monitors at the exit, half a monitor ends in a traceback. Registered later than pymongo's, it comes first.
_creation = Lock()
atexit.register(_creation.acquire)


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
    with _creation:
        return MongoClient(
            "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=2000, timeoutMS=20_000, **login
        )


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
