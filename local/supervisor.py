"""Keeps a set of programs running with supervisord: restarts those that exit, and stops all in order."""

import configparser
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """One process to keep running. Lower priorities start first and stop last."""

    name: str
    command: list[str]
    priority: int


def write_config(programs: list[Program], local_dir: Path) -> Path:
    """Write supervisord's configuration to `local_dir` and return its path."""
    logs = local_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    config = configparser.RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": str(logs / "supervisord.log"),
        "pidfile": str(local_dir / "supervisord.pid"),
        "childlogdir": str(logs),
    }
    for program in programs:
        config[f"program:{program.name}"] = {
            "command": shlex.join(program.command).replace("%", "%%"),
            "priority": str(program.priority),
            "autorestart": "true",
            "startretries": "1000000",  # keep trying: a database may come back much later
            "stopwaitsecs": "20",  # longer than the 6 s that uvicorn grants requests in flight
            "stopasgroup": "false",
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": str(logs / f"{program.name}.log"),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "2",
        }
    path = local_dir / "supervisord.conf"
    with path.open("w") as file:
        config.write(file)
    return path


def start(config: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start supervisord in its own session, so that Ctrl-C reaches only the caller, which then stops it."""
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(config)]
    return subprocess.Popen(command, env=environment, start_new_session=True)
