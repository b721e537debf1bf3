"""`python -m local`, which `make run` calls: it starts, keeps the data and leaves no process behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from local.servers import free_port
from tests.support.polling import PATIENCE_SECONDS, until

SERVERS = {"mongod", "valkey-server"}


@contextmanager
def _run(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"PORT": str(port), "LOCAL_DIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "local"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_SECONDS)


def _wait_for_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Bellwether is at" in line:
            return line.split()[-1]
    raise AssertionError("".join(said))


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


ROW = "date,open,high,low,close,volume\n2024-01-02,10,12,9,11,1000\n"


def _is_loaded_by_make(folder: Path, address: str) -> bool:
    file = folder / "MADE.csv"
    file.write_text(ROW)
    environment = os.environ | {"LOCAL_DIR": str(folder)}
    done = subprocess.run(["make", "load", f"FILE={file}"], env=environment, capture_output=True, text=True, check=True)
    assert "MADE.csv: 1 symbol, 1 bar: 1 new" in done.stderr
    return len(httpx.get(f"{address}/api/stocks/MADE/bars").json()["bars"]) == 1


def _is_loaded_with_the_key(folder: Path, address: str) -> bool:
    path = folder / "api-key"
    assert path.stat().st_mode & 0o077 == 0
    url, headers = f"{address}/api/stocks/SENT/bars", {"content-type": "text/csv"}
    assert httpx.put(url, content=ROW, headers=headers).status_code == 401
    headers["x-api-key"] = path.read_text().strip()
    return bool(httpx.put(url, content=ROW, headers=headers, timeout=PATIENCE_SECONDS).json()["inserted"] == 1)


def test_it_starts_keeps_the_data_and_leaves_no_process(tmp_path: Path) -> None:
    port = free_port()
    with _run(tmp_path, port) as process:
        address = _wait_for_address(process)
        assert httpx.get(f"{address}/api/stocks/all").json() == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
        names = {found.name() for found in _started_in(tmp_path)}
        assert names >= SERVERS
        assert _is_loaded_by_make(tmp_path, address)
        assert _is_loaded_with_the_key(tmp_path, address)
    assert _started_in(tmp_path) == []
    assert not (tmp_path / "stores.env").exists()
    with _run(tmp_path, port) as process:
        address = _wait_for_address(process)
        assert {"MADE", "SENT"} < set(httpx.get(f"{address}/api/stocks/all").json())
        result = httpx.post(f"{address}/api/result", json={"stock_symbol": "AAPL"}, timeout=PATIENCE_SECONDS)
        assert result.status_code == 200
    assert _started_in(tmp_path) == []


def test_two_runs_live_side_by_side_and_a_killed_service_comes_back(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with _run(first, free_port()) as one, _run(second, free_port()) as two:
        addresses = [_wait_for_address(one), _wait_for_address(two)]
        for address in addresses:
            assert httpx.get(f"{address}/api/health").json()["status"] == "ok"
        (data,) = (found for found in _started_in(first) if "services.data.app:create_app" in found.cmdline())
        data.kill()
        until(lambda: not data.is_running())
        until(lambda: httpx.get(f"{addresses[0]}/api/health", timeout=PATIENCE_SECONDS).is_success)


def test_a_taken_port_and_a_taken_folder_are_said_in_a_sentence(tmp_path: Path) -> None:
    port = free_port()
    with _run(tmp_path, port) as process:
        _wait_for_address(process)
        for taken_port, folder, sentence in (
            (port, tmp_path / "other", f"port {port} is in use. Choose another: PORT={port + 1} make run"),
            (free_port(), tmp_path, "it already runs in"),
        ):
            with _run(folder, taken_port) as refused:
                said, _ = refused.communicate(timeout=PATIENCE_SECONDS)
            assert refused.returncode == 1
            assert sentence in said


def test_a_server_of_one_s_own_is_used_and_not_filled(tmp_path: Path, mongo_url: str, redis_url: str) -> None:
    environment = {"MONGO_URL": mongo_url, "REDIS_URL": redis_url, "DATA_MONGO_DATABASE": "of_my_own"}
    os.environ.update(environment)
    try:
        with _run(tmp_path, free_port()) as process:
            address = _wait_for_address(process)
            assert httpx.get(f"{address}/api/stocks/all").json() == []
            assert not SERVERS & {found.name() for found in _started_in(tmp_path)}
    finally:
        for name in environment:
            del os.environ[name]
