"""Connecting to the embedded MongoDB while the user stops the start."""

import subprocess
import sys
from pathlib import Path

from local.servers import free_port

# Ends while the thread that asks MongoDB has registered a monitor that is not complete yet.
STOPPED = """
import atexit, sys, threading, time

from local.replica_set import make_primary

incomplete, ending = threading.Event(), threading.Event()

def stop_in_between(frame, event, _):
    if event == "return" and frame.f_code.co_qualname == "MonitorBase.__init__":
        sys.setprofile(None)
        incomplete.set()
        ending.wait()
        time.sleep(0.5)

threading.setprofile(stop_in_between)
threading.Thread(target=make_primary, args=[int(sys.argv[1])], daemon=True).start()
incomplete.wait()
atexit.register(ending.set)
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
    assert (result.stdout, result.stderr) == ("", "")
