"""Requests generated from a service's OpenAPI document, by schemathesis."""

import os
import subprocess
from pathlib import Path

SEED = 16
# Not checked: what the documents do not promise, such as a 404 for every stock that was deleted meanwhile.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)


def generate_requests(port: int, headers: dict[str, str], n_examples: int, folder: Path) -> str:
    """Send them to the service on this port; return the summary.

    Raises:
        AssertionError: A response is a 500 or not as documented; the message has the first failures.
    """
    command = ["schemathesis", "--no-color", "run", f"http://127.0.0.1:{port}/openapi.json"]
    command += ["--seed", str(SEED), "--max-examples", str(n_examples), "--no-shrink", "--workers", "1"]
    command += ["--phases", "examples,coverage,fuzzing,stateful", "--checks", ",".join(CHECKS)]
    command += ["--suppress-health-check", "all", "--request-timeout", "60", "--warnings", "off"]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "120"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    _, _, failures = done.stdout.partition("FAILURES")
    assert done.returncode == 0, f"{failures[:6000] or done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    return done.stdout.rpartition("SUMMARY")[2]
