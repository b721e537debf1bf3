"""Sets up the MongoDB of docker-compose.yml as .env says: a one-member replica set with two users.

Runs at each `docker compose up`, on MongoDB's own loopback interface, where MongoDB allows the creation of the first
user. Changes only what differs, including passwords that changed in .env. To change the administrator's password,
pass the old one as MONGO_ADMIN_PASSWORD_BEFORE.
"""

import os
import sys
import time
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

Client = MongoClient[dict[str, Any]]
PORT = int(os.environ.get("MONGO_PORT", "27017"))
REPORT_SECONDS = 10.0
AUTHENTICATION_FAILED = 18
ADMIN, SERVICE = "admin", "bellwether"


def connect(user: str | None = None, password: str | None = None, source: str = "admin") -> Client:
    """Build a client of the MongoDB whose network this container shares."""
    return MongoClient(
        "127.0.0.1", PORT, username=user, password=password, authSource=source, directConnection=True, timeoutMS=60_000
    )


def initiate(client: Client) -> None:
    """Initiate the replica set if necessary, and wait until it accepts writes, however long that takes."""
    report_at = time.monotonic() + REPORT_SECONDS
    while reason := _why_not_primary(client):
        if time.monotonic() > report_at:
            print(f"MongoDB does not accept writes yet: {reason}", flush=True)
            report_at = time.monotonic() + REPORT_SECONDS
        time.sleep(0.2)


def _why_not_primary(client: Client) -> str | None:
    try:
        hello = client.admin.command("hello")
        if hello["isWritablePrimary"]:
            return None
        if "setName" not in hello:
            member = {"_id": 0, "host": f"127.0.0.1:{PORT}"}
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
    except PyMongoError as error:  # still starting, or electing a primary
        return str(error)
    return "it has no primary"


def is_password(user: str, password: str | None, source: str = "admin") -> bool:
    """Check whether this is the user's password."""
    if not password:
        return False
    try:
        with connect(user, password, source) as client:
            client.admin.command("ping")
    except OperationFailure as error:
        if error.code != AUTHENTICATION_FAILED:
            raise
        return False
    return True


def set_up_administrator(password: str, before: str | None) -> None:
    """Create the user with all rights, or change its password from `before`."""
    if is_password(ADMIN, password):
        return
    if is_password(ADMIN, before):
        with connect(ADMIN, before) as client:
            client.admin.command("updateUser", ADMIN, pwd=password)
        print("The administrator's password is changed.")
        return
    with connect() as client:
        try:
            client.admin.command("createUser", ADMIN, pwd=password, roles=["root"])
        except OperationFailure:
            sys.exit(
                "MONGO_ADMIN_PASSWORD in .env is not the password of MongoDB's administrator. Put the right one back, "
                "or pass the old one as MONGO_ADMIN_PASSWORD_BEFORE (docs/operations.md, Rotate keys and passwords)."
            )
    print("The administrator is created.")


def set_up_service(admin_password: str, password: str, database: str) -> None:
    """Create the data service's user, with read and write access to its database, or set its password."""
    if is_password(SERVICE, password, database):
        return
    with connect(ADMIN, admin_password) as client:
        users = client[database].command("usersInfo", SERVICE)["users"]
        command = "updateUser" if users else "createUser"
        client[database].command(command, SERVICE, pwd=password, roles=["readWrite"])
    print(f"The password of the user {SERVICE} is set.")


def main() -> None:
    """Set up the replica set and both users."""
    password = os.environ["MONGO_ADMIN_PASSWORD"]
    with connect() as client:
        initiate(client)
    set_up_administrator(password, os.environ.get("MONGO_ADMIN_PASSWORD_BEFORE"))
    set_up_service(password, os.environ["MONGO_PASSWORD"], os.environ["MONGO_DATABASE"])
    print("MongoDB is set up.")


if __name__ == "__main__":
    main()
