"""Keeps a set of programs running with supervisord: restarts those that exit, and stops all in order."""

import os
import re
import resource
import select
import shlex
import signal
import subprocess
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from local.errors import CannotRun
from local.tie import TIED_TO, tied

MOST_OPEN_FILES = 64_000  # of each program: MongoDB keeps three open for each symbol, and shells often allow 1,024
_EVENT = re.compile(r"(spawned|exited): '?(\w+)'? (?:with pid (\d+)|\((.*)\))")


@dataclass(frozen=True)
class Program:
    """One process to keep running. Lower priorities start first and stop last; the command ends with its port."""

    name: str
    command: list[str]
    priority: int


@dataclass(frozen=True)
class Ended:
    """A program has ended and is being started again."""

    name: str
    how: str


class Supervisor:
    """supervisord, in its own session, so that Ctrl-C reaches only its parent, with which it dies.

    Args:
        programs: What it keeps running.
        folder: Holds its files and logs.
        environment: That of the programs.
    """

    def __init__(self, programs: list[Program], folder: Path, environment: dict[str, str]) -> None:
        path = folder / "supervisord.conf"
        path.write_text(_config(programs))
        # Paths and commands come from the environment: in the file, `%`, ` #` and ` ;` would have a meaning.
        given = {_variable(one.name): shlex.join(tied(one.command[:-2])) for one in programs}
        given |= {_variable("folder"): str(folder), TIED_TO: str(os.getpid())}
        given[_variable("logs")] = str(folder / "logs").replace("%", "%%")  # supervisord expands this option twice
        self._process = subprocess.Popen(
            tied([sys.executable, "-m", "supervisor.supervisord", "-c", str(path)]),
            env=environment | given,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.pids: dict[str, int] = {}
        self._last_words: deque[str] = deque(maxlen=3)
        self._rest = b""

    def wait(self, seconds: float) -> list[Ended]:
        """Wait for that long at most, and return what has ended meanwhile.

        Raises:
            CannotRun: supervisord itself has ended.
        """
        chunk = self._read(seconds)
        if chunk == b"":
            self._process.wait()
            raise CannotRun("supervisord has ended. It said:\n" + "\n".join(self._last_words))
        return self._parse(chunk or b"")

    def stop(self) -> None:
        """Tell it to stop everything."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill everything, which is tied to it."""
        self._process.kill()

    def has_ended(self, seconds: float) -> bool:
        """Wait for that long at most, and report whether everything has stopped."""
        if self._read(seconds) != b"":
            return False
        with self._process:  # closes its output
            return True

    def _read(self, seconds: float) -> bytes | None:
        """Return its next output: None if there is none yet, empty once it has ended."""
        assert self._process.stdout is not None
        is_ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        return os.read(self._process.stdout.fileno(), 65_536) if is_ready else None

    def _parse(self, chunk: bytes) -> list[Ended]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        ended = []
        for line in lines:
            self._last_words.append(line.decode(errors="replace"))
            if event := _EVENT.search(self._last_words[-1]):
                kind, name, pid, how = event.groups()
                if kind == "spawned":
                    self.pids[name] = int(pid)
                else:
                    ended.append(Ended(name, how))
        return ended


def allowed_open_files() -> int:
    """Return how many files each program may have open, as far as the machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)


def _variable(name: str) -> str:
    return f"BELLWETHER_{name.upper()}"


def _config(programs: list[Program]) -> str:
    folder = f"%(ENV_{_variable('folder')})s"
    sections = {
        "supervisord": {
            "nodaemon": "true",
            "logfile": f"{folder}/logs/supervisord.log",
            "pidfile": f"{folder}/supervisord.pid",
            "minfds": str(allowed_open_files()),
        }
    }
    for program in programs:
        sections[f"program:{program.name}"] = {
            "command": f"%(ENV_{_variable(program.name)})s {shlex.join(program.command[-2:])}",
            "priority": str(program.priority),
            "autorestart": "true",
            "startretries": "1000000",  # keep trying: a database may come back much later
            "stopwaitsecs": "20",  # longer than the 6 s that uvicorn grants requests in flight
            "stopasgroup": "false",
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": f"%(ENV_{_variable('logs')})s/{program.name}.log",
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "2",
        }
    return "".join(
        f"[{title}]\n" + "".join(f"{name} = {value}\n" for name, value in options.items()) + "\n"
        for title, options in sections.items()
    )
