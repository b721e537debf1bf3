"""`python -m local`, which `make run` calls: it starts, keeps the data, closes its doors, leaves no process."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
import redis
from pymongo.errors import OperationFailure

from local.servers import free_port
from tests.support.polling import PATIENCE_SECONDS, until
from tests.support.servers.processes import mongo_client, mongod, running
from tests.support.servers.readiness import ensure_primary

SERVERS = {"mongod", "valkey-server"}
ODD = "my 100% odd 'data' \"folder\" #1 ;%(x)s ü"


@contextmanager
def _run(folder: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        ["env", "--default-signal=HUP", sys.executable, "-m", "local"],  # not ignored, as under nohup
        env=os.environ | {"PORT": str(port), "LOCAL_DIR": str(folder)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_SECONDS)


def _read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            return line
    raise AssertionError("".join(said))


def _wait_for_address(process: subprocess.Popen[str]) -> str:
    return _read_until(process, "Bellwether is at").split()[-1]


def _started_in(folder: Path) -> list[psutil.Process]:
    """Return every process with this LOCAL_DIR in its environment or as its folder (valkey hides its environment)."""
    found = []
    for process in psutil.process_iter():
        try:
            in_folder = Path(process.cwd()).is_relative_to(folder)
            if in_folder or process.environ().get("LOCAL_DIR") == str(folder):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def _stores(folder: Path) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split((folder / "stores.env").read_text()))


ROW = "date,open,high,low,close,volume\n2024-01-02,10,12,9,11,1000\n"


def _is_loaded_by_make(folder: Path, address: str) -> bool:
    file = folder.parent / "MADE.csv"
    file.write_text(ROW)
    environment = os.environ | {"LOCAL_DIR": str(folder)}
    done = subprocess.run(["make", "load", f"FILE={file}"], env=environment, capture_output=True, text=True, check=True)
    assert "MADE.csv: 1 symbol, 1 bar: 1 new" in done.stderr
    return len(httpx.get(f"{address}/api/stocks/MADE/bars").json()["bars"]) == 1


def _is_loaded_with_the_key(folder: Path, address: str) -> bool:
    url, headers = f"{address}/api/stocks/SENT/bars", {"content-type": "text/csv"}
    assert httpx.put(url, content=ROW, headers=headers).status_code == 401
    headers["x-api-key"] = (folder / "api-key").read_text().strip()
    return bool(httpx.put(url, content=ROW, headers=headers, timeout=PATIENCE_SECONDS).json()["inserted"] == 1)


def _fill_as_an_older_version(folder: Path) -> None:
    """Leave a database without users and on another port, and what a killed run leaves."""
    with running(mongod(folder)) as server:
        ensure_primary(server.port)
        with mongo_client(f"mongodb://127.0.0.1:{server.port}/?directConnection=true") as client:
            bar = {"Date": "2012-01-03", "Open": 1.0, "High": 2.0, "Low": 1.0, "Close": 2.0, "Volume": 1}
            client["SP500_Stocks"]["OLD"].insert_one(bar)
    (folder / "stores.env").write_text("DATA_MONGO_URL=mongodb://127.0.0.1:1/\n")
    (folder / "supervisord.pid").write_text(str(os.getpid()))
    (folder / "lock").write_text(f"{os.getpid()} 1\n")


def _assert_doors_are_closed(folder: Path) -> None:
    """Assert that a user of this machine reaches nothing without a secret."""
    stores = _stores(folder)
    for method, path in (("PUT", "/symbols/OLD/bars"), ("DELETE", "/symbols/OLD"), ("GET", "/symbols")):
        assert httpx.request(method, stores["PREDICTION_DATA_URL"] + path, content=ROW).status_code == 401
    with (
        mongo_client(_without_password(stores["DATA_MONGO_URL"])) as stranger,
        pytest.raises(OperationFailure) as refused,
    ):
        stranger["SP500_Stocks"].list_collection_names()
    assert "requires authentication" in str(refused.value)
    keyless = redis.Redis.from_url(_without_password(stores["DATA_REDIS_URL"]))
    with keyless, pytest.raises(redis.AuthenticationError):
        keyless.ping()
    cache = redis.Redis.from_url(stores["DATA_REDIS_URL"])
    with cache, pytest.raises(redis.exceptions.NoPermissionError):
        cache.flushall()


def _without_password(url: str) -> str:
    return re.sub(r"//.*@", "//", url)


def _assert_secrets_stay_secret(folder: Path) -> None:
    secrets = [*(folder / "secrets").iterdir(), folder / "stores.env", folder / "api-key"]
    for path in (*secrets, *(one for one in folder.iterdir() if one.is_dir())):
        assert path.stat().st_mode & 0o077 == 0, path
    words = " ".join(word for process in _started_in(folder) for word in process.cmdline())
    logs = " ".join(path.read_text() for path in (folder / "logs").iterdir())
    for path in (folder / "secrets").glob("*-*"):
        assert path.read_text().strip() not in words + logs, path


def test_it_takes_over_an_older_folder_keeps_the_data_and_leaves_no_process(tmp_path: Path) -> None:
    folder, port = tmp_path / ODD, free_port()
    folder.mkdir()
    _fill_as_an_older_version(folder)
    with _run(folder, port) as process:
        address = _wait_for_address(process)
        assert httpx.get(f"{address}/api/stocks/all").json() == ["OLD"]
        assert {found.name() for found in _started_in(folder)} >= SERVERS
        assert _is_loaded_by_make(folder, address)
        assert _is_loaded_with_the_key(folder, address)
        _assert_doors_are_closed(folder)
        _assert_secrets_stay_secret(folder)
        with _run(folder, free_port()) as second:
            said, _ = second.communicate(timeout=PATIENCE_SECONDS)
        assert second.returncode == 1
        assert f"it already runs in {folder} with pid {process.pid} on http://127.0.0.1:{port}." in said
        process.kill()
        until(lambda: _started_in(folder) == [])
        done = subprocess.run(
            ["make", "load", "FILE=README.md"],
            env=os.environ | {"LOCAL_DIR": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Start `make run` in another terminal first: none runs in" in done.stderr
    with _run(folder, port) as process:
        address = _wait_for_address(process)
        assert set(httpx.get(f"{address}/api/stocks/all").json()) == {"OLD", "MADE", "SENT"}
    assert process.returncode == 0
    assert _started_in(folder) == []
    assert not (folder / "stores.env").exists()


def test_two_runs_live_side_by_side_and_a_killed_service_comes_back(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with _run(first, free_port()) as one, _run(second, free_port()) as two:
        addresses = [_wait_for_address(one), _wait_for_address(two)]
        for address in addresses:
            assert httpx.get(f"{address}/api/health").json()["status"] == "ok"
        assert httpx.get(f"{addresses[0]}/api/stocks/all").json() == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
        result = httpx.post(f"{addresses[0]}/api/result", json={"stock_symbol": "AAPL"}, timeout=PATIENCE_SECONDS)
        assert result.status_code == 200
        (data,) = (found for found in _started_in(first) if "services.data.app:create_app" in found.cmdline())
        data.kill()
        _read_until(one, "data has ended (terminated by SIGKILL; not expected) and is being restarted.")
        _read_until(one, "Everything is running again.")
        assert httpx.get(f"{addresses[0]}/api/health", timeout=PATIENCE_SECONDS).is_success
        (supervisord,) = (found for found in _started_in(second) if "supervisor.supervisord" in found.cmdline())
        supervisord.kill()
        _read_until(two, "Bellwether cannot run: supervisord has ended.")
        two.wait(PATIENCE_SECONDS)
    assert (one.returncode, two.returncode) == (0, 1)
    assert _started_in(first) == _started_in(second) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_start_can_be_stopped(tmp_path: Path, number: signal.Signals) -> None:
    with _run(tmp_path, free_port()) as process:
        _read_until(process, "Starting MongoDB")
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert _started_in(tmp_path) == []


def test_a_second_stop_does_not_wait(tmp_path: Path) -> None:
    with _run(tmp_path, free_port()) as process:
        _read_until(process, "Starting MongoDB")
        until(lambda: {found.name() for found in _started_in(tmp_path)} >= SERVERS)
        (server,) = (found for found in _started_in(tmp_path) if found.name() == "mongod")
        server.suspend()  # it cannot stop by itself
        process.send_signal(signal.SIGINT)
        _read_until(process, "Stopping; Ctrl-C again does not wait.")
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
        until(lambda: _started_in(tmp_path) == [])


def test_a_port_that_is_taken_during_the_start_ends_it(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket() as stranger, _run(tmp_path, port) as process:
        _read_until(process, "Starting MongoDB")
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert "Bellwether cannot run: gateway has ended 3 times" in said
    assert "address already in use" in said
    assert _started_in(tmp_path) == []


def test_files_that_mongodb_cannot_read_are_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "mongodb").mkdir()
    (tmp_path / "mongodb" / "storage.bson").write_text("x")
    with _run(tmp_path, free_port()) as process:
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert f"mongodb has ended 3 times (exit status 14; not expected). If {tmp_path}/mongodb is damaged" in said
    assert "Unable to read the storage engine metadata file" in said
    assert _started_in(tmp_path) == []


def test_the_users_own_servers_are_used_and_get_no_sample(tmp_path: Path, mongo_url: str, redis_url: str) -> None:
    own = {"MONGO_URL": mongo_url, "REDIS_URL": redis_url, "DATA_MONGO_DATABASE": "of_my_own"}
    with _run(tmp_path, free_port(), **own) as process:
        address = _wait_for_address(process)
        assert httpx.get(f"{address}/api/stocks/all").json() == []
        assert not SERVERS & {found.name() for found in _started_in(tmp_path)}
