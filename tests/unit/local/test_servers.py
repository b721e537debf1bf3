"""Ports that servers will listen on, and servers that do not run here."""

import socket
from pathlib import Path

import pytest

from local.errors import CannotRun
from local.servers import PORTS, check_runs, free_port


def test_no_port_is_given_twice_though_no_server_listens_yet() -> None:
    ports = [free_port() for _ in range(1000)]
    assert len(set(ports)) == 1000
    assert set(ports) <= set(PORTS)


def test_a_port_in_use_is_not_given() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))
        listener.listen()
        taken = listener.getsockname()[1]
        assert taken not in [free_port() for _ in range(len(PORTS) - 1)]


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        (
            "mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file",
            r"needs libcurl\. Install it \(on Debian and Ubuntu `apt install libcurl4`\), or set MONGO_URL to your own",
        ),
        ("Illegal instruction", r"does not run here \(Illegal instruction\)\. Set MONGO_URL to your own server\."),
    ],
)
def test_a_server_that_does_not_run_here_says_what_is_missing(tmp_path: Path, printed: str, sentence: str) -> None:
    binary = tmp_path / "mongod"
    binary.write_text(f"#!/bin/sh\necho '{printed}' >&2\nexit 127\n")
    binary.chmod(0o700)
    with pytest.raises(CannotRun, match=sentence):
        check_runs(binary, "MongoDB", "MONGO_URL")
