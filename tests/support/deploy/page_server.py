"""The page's nginx with its real configuration, on a port and in folders of a test."""

import os
import shutil
from pathlib import Path

from local.servers import free_port
from tests.support.deploy.rewritten_files import rewrite_text
from tests.support.servers.processes import Server

FRONTEND = Path(__file__).parents[3] / "frontend"
TYPES = "types { text/html html; text/javascript js; text/css css; image/svg+xml svg; }"


def page_server(folder: Path, page: Path, gateway_port: int) -> Server:
    """Build the server of the files in `page` in front of the gateway's port, not started."""
    assert shutil.which("nginx"), "nginx is missing: run `make nginx`"
    port = free_port()
    replacements = {
        "/tmp/": f"{folder}/",  # first: it also matches the new paths
        "/etc/nginx/mime.types": str(folder / "mime.types"),
        "/usr/share/nginx/html": str(page),
        "listen 8080": f"listen 127.0.0.1:{port}",
    }
    (folder / "mime.types").write_text(TYPES)
    (folder / "nginx.conf").write_text(rewrite_text(FRONTEND / "nginx.conf", replacements))
    (folder / "start-nginx.sh").write_text(rewrite_text(FRONTEND / "start-nginx.sh", {"/tmp/": f"{folder}/"}))
    command = ["sh", str(folder / "start-nginx.sh"), "nginx", "-e", "stderr", "-c", str(folder / "nginx.conf")]
    if os.geteuid() == 0:  # otherwise its workers run as a user that may not read a test's folders
        command += ["-g", "user root;"]
    return Server("nginx", command, port, folder / "nginx.log", {"GATEWAY_ADDRESS": f"127.0.0.1:{gateway_port}"})
