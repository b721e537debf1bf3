"""What `make run` refuses before it starts anything: one sentence, exit status 1, no traceback."""

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.errors import CannotRun
from local.folder import MORE_DATA_BYTES, NEW_DATA_BYTES, file_errors_explained, require_space
from local.servers import free_port
from local.tie import TIED_TO, tied
from tests.support.polling import PATIENCE_SECONDS


def _refusal(folder: Path | str, port: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "local"],
        env=os.environ | {"PORT": str(port), "LOCAL_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    (sentence,) = done.stderr.splitlines()
    return sentence.removeprefix("Bellwether cannot run: ")


@pytest.mark.parametrize(("word", "status"), [("--help", 0), ("run", 2)])
def test_words_are_answered_with_the_usage(tmp_path: Path, word: str, status: int) -> None:
    command, environment = [sys.executable, "-m", "local", word], os.environ | {"LOCAL_DIR": str(tmp_path)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == status
    assert "usage: python -m local" in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80.5", "8000x", "%", "9" * 500])
def test_a_port_that_is_not_a_number_in_range(tmp_path: Path, port: str) -> None:
    said = _refusal(tmp_path, port)
    assert said == f"PORT={port[:40]} is not a port. Use a number from 1 to 65535: PORT=8000 make run"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_port_that_is_in_use(tmp_path: Path, address: str) -> None:
    with socket.socket() as taken:
        taken.bind((address, free_port()))
        taken.listen()
        port = taken.getsockname()[1]
        said = _refusal(tmp_path, port)
    words, _, other = said.partition(" PORT=")
    assert words == f"port {port} is in use. Choose another:"
    assert int(other.removesuffix(" make run")) != port


def _file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file"


def _loop(folder: Path) -> Path:
    (folder / "loop").symlink_to(folder / "loop")
    return folder / "loop" / "data"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (_file, "is not a folder: set LOCAL_DIR to another folder."),
        (lambda folder: _file(folder) / "data", "is not in a folder: set LOCAL_DIR to another folder."),
        (lambda folder: folder / ("x" * 300), "is too long: set LOCAL_DIR to another folder."),
        (_loop, "is a symbolic link that leads to itself: set LOCAL_DIR to another folder."),
        (lambda _: Path("/proc/self/data"), "Repair it, or set LOCAL_DIR to another folder."),
    ],
)
def test_a_folder_that_cannot_be_used(tmp_path: Path, make: Callable[[Path], Path], sentence: str) -> None:
    assert _refusal(make(tmp_path), free_port()).endswith(sentence)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EROFS, "is on a read-only file system: set LOCAL_DIR to another folder."),
        (errno.ENOSPC, "is full: free some space, or set LOCAL_DIR to another folder."),
        (errno.EACCES, f"belongs to {Path.cwd().owner()}: change its owner, or set LOCAL_DIR to another folder."),
    ],
)
def test_a_disk_that_refuses_is_explained(number: int, sentence: str) -> None:
    with pytest.raises(CannotRun) as caught, file_errors_explained(Path()):
        raise OSError(number, os.strerror(number), str(Path.cwd()))
    assert str(Path.cwd()) in str(caught.value)
    assert str(caught.value).endswith(sentence)


def test_too_little_space_is_reported_before_the_start(tmp_path: Path) -> None:
    require_space(tmp_path, NEW_DATA_BYTES)
    with pytest.raises(CannotRun, match="has 499 MB left, and 500 MB are needed: free some space, or set LOCAL_DIR"):
        require_space(tmp_path, NEW_DATA_BYTES - 1)
    (tmp_path / "mongodb").mkdir()
    (tmp_path / "mongodb" / "WiredTiger").touch()
    require_space(tmp_path, MORE_DATA_BYTES)


def test_a_folder_in_use_under_another_name(tmp_path: Path) -> None:
    folder, link = tmp_path / "folder", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    with (folder / "lock").open("w") as lock:
        lock.write("4321 8765\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = _refusal(link, free_port())
        loaded = _make_load(folder)
    assert said.startswith(f"it already runs in {folder} with pid 4321 on http://127.0.0.1:8765. Stop it, or")
    assert "`make run` is still starting. Try again when it has printed its address." in loaded


def test_a_load_without_a_run_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "stores.env").write_text("DATA_MONGO_URL=mongodb://127.0.0.1:1/\n")  # of a run that was killed
    assert f"Start `make run` in another terminal first: none runs in {tmp_path}." in _make_load(tmp_path)


def _make_load(folder: Path) -> str:
    done = subprocess.run(
        ["make", "load", "FILE=README.md"],
        env=os.environ | {"LOCAL_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="needs a signal of Linux")
def test_what_is_tied_dies_with_its_parent_and_so_does_what_it_started() -> None:
    inner = tied([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"])
    starts = f"import subprocess, sys; sys.exit(subprocess.run({inner!r}).returncode)"
    outer = tied([sys.executable, "-c", starts])
    code = f"import os, subprocess; os.environ[{TIED_TO!r}] = str(os.getpid()); subprocess.run({outer!r})"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        parent.send_signal(signal.SIGKILL)
        assert parent.stdout.read() == b""  # the pipe ends with the last process that holds it
