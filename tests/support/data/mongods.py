"""MongoDB as tests need it: without a replica set, with users only, or ending the transactions of killed loaders."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from services.data.mongo.connection import Connection, open_mongo
from tests.support.servers.processes import Server, mongod, running
from tests.support.servers.readiness import ensure_primary, is_listening


@contextmanager
def running_standalone(folder: Path) -> Iterator[Server]:
    """Yield a MongoDB that is not a replica set: it has no transactions and no change streams."""
    server = mongod(folder)
    at = server.command.index("--replSet")
    del server.command[at : at + 2]
    with running(server):
        server.wait_until(lambda: is_listening(server.port))
        yield server


@contextmanager
def mongod_that_forgets(folder: Path) -> Iterator[Server]:
    """Yield a replica set that soon aborts transactions left open by a killed loader, which block other loads."""
    server = mongod(folder)
    limit = "transactionLifetimeLimitSeconds="
    server.command = [f"{limit}2" if word.startswith(limit) else word for word in server.command]
    with running(server):
        ensure_primary(server.port)
        yield server


def require_users(server: Server, folder: Path) -> None:
    """Restart a replica set so that it admits only its users; write the key that it then needs into `folder`."""
    key = folder / "key"
    key.write_text("bellwether" * 5)
    key.chmod(0o600)
    server.stop()
    server.command += ["--auth", "--keyFile", str(key)]
    server.start()


@asynccontextmanager
async def open_connections(url: str, database: str, n: int) -> AsyncIterator[list[Connection]]:
    """Open `n` connections that are independent, like those of as many processes."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(open_mongo(url, database)) for _ in range(n)]
