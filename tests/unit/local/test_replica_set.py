"""Connecting to the embedded MongoDB while the user stops the start."""

import subprocess
import sys
from pathlib import Path

from local.servers import free_port

# Sends SIGINT in the moment when pymongo has registered a monitor that is not complete yet.
STOPPED = """
import os, signal, sys

from local.replica_set import make_primary

def interrupt(*_):
    raise KeyboardInterrupt

def stop_in_between(frame, event, _):
    code = frame.f_code
    if event == "return" and code.co_qualname == "MonitorBase.__init__":
        sys.setprofile(None)
        os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, interrupt)
sys.setprofile(stop_in_between)
try:
    make_primary(int(sys.argv[1]))
except KeyboardInterrupt as error:
    stopped = error  # with what was interrupted, as while the servers stop
    print("stopped")
"""


def test_a_stop_while_connecting_leaves_nothing_incomplete() -> None:
    result = subprocess.run(
        [sys.executable, "-c", STOPPED, str(free_port())],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
        timeout=60,
    )
    assert (result.stdout, result.stderr) == ("stopped\n", "")
