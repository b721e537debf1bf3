"""Log lines of a process of its own, whose standard output the log goes to."""

import json
import subprocess
import sys
from pathlib import Path

LOGS_TWO_EVENTS = """
import logging, os, sys
import structlog
from gateway.settings import GatewaySettings
from shared.telemetry.logs import configure_logging

configure_logging("gateway", GatewaySettings())
structlog.get_logger().info("ours", status=200)
structlog.get_logger().debug("never shown")
logging.getLogger("library").warning("theirs")
print("went on", file=sys.stderr)
os._exit(0)  # without the interpreter's own attempt to write what is left
"""


def _log_to(path: Path) -> str:
    with path.open("w") as stdout:
        done = subprocess.run(
            [sys.executable, "-c", LOGS_TWO_EVENTS], stdout=stdout, stderr=subprocess.PIPE, text=True, check=True
        )
    return done.stderr


def test_an_event_of_ours_and_one_of_a_library_are_a_line_each_in_one_form(tmp_path: Path) -> None:
    _log_to(tmp_path / "log")
    ours, theirs = map(json.loads, (tmp_path / "log").read_text().splitlines())
    assert ours.pop("timestamp") <= theirs.pop("timestamp")
    assert ours == {"event": "ours", "status": 200, "service": "gateway", "level": "info"}
    assert theirs == {"event": "theirs", "service": "gateway", "level": "warning"}


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    assert _log_to(Path("/dev/full")).endswith("went on\n")
