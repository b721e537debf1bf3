"""Makes the embedded mongod the primary of its own one-member replica set, whatever port it has in this run."""

import time

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from local.servers import REPLICA_SET, mongo_url

NOT_YET_INITIALIZED = 94  # MongoDB's error code of that name


class NotPrimary(RuntimeError):
    """mongod did not become primary in time."""


def ensure_primary(port: int, timeout_seconds: float = 60) -> None:
    """Initiate the replica set, or move it to this port, and wait until it accepts writes.

    Raises:
        NotPrimary: It did not accept writes within the time.
    """
    until = time.monotonic() + timeout_seconds
    client: MongoClient[dict[str, object]] = MongoClient(mongo_url(port), serverSelectionTimeoutMS=500, timeoutMS=5000)
    with client:
        while time.monotonic() < until:
            try:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return
                _configure(client, f"127.0.0.1:{port}")
            except PyMongoError:
                pass  # not listening yet, or electing a primary
            time.sleep(0.1)
    raise NotPrimary(f"MongoDB did not become ready within {timeout_seconds:g} s.")


def _configure(client: MongoClient[dict[str, object]], host: str) -> None:
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
