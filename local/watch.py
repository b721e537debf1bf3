"""Waits for the programs of a run without a time limit, and says what it waits for and what has ended."""

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Thread

from local.errors import CannotRun
from local.folder import MB, free_bytes
from local.supervisor import Ended, Supervisor

MAX_ENDS_AT_START = 3  # the third time is no accident
MAX_ENDS = 10  # before everything runs again; supervisord waits a second longer each time
PATIENCE_SECONDS = 2.0  # a longer wait is reported, and again after twice the time
N_LINES = 5
MAX_WIDTH = 240


def say(line: str) -> None:
    """Print a line, unless the terminal is gone."""
    with suppress(OSError):
        print(line, flush=True)


class Watch:
    """Watches over the programs of a run.

    Args:
        supervisor: Keeps them running.
        folder: Holds their logs.
    """

    def __init__(self, supervisor: Supervisor, folder: Path) -> None:
        self._supervisor = supervisor
        self._folder = folder
        self._ends: Counter[str] = Counter()
        self._max_ends = MAX_ENDS_AT_START

    def until(self, reason: Callable[[], str | None], seconds_between: float = 0.1) -> None:
        """Wait until there is no more reason to wait.

        Raises:
            CannotRun: A program ends again and again.
        """
        began, said_after = time.monotonic(), PATIENCE_SECONDS
        while (why := ask_in_thread(reason)) is not None:
            self._note(self._supervisor.wait(seconds_between))
            took = time.monotonic() - began
            if took >= said_after:
                say(f"  still waiting after {took:.0f} s: {why}")
                said_after = 2 * took

    def forever(self, reason: Callable[[], str | None]) -> None:
        """Report programs that end; give up if one ends again and again before everything runs.

        Raises:
            CannotRun: A program ends again and again.
        """
        self._max_ends = MAX_ENDS
        while True:
            self._ends.clear()
            while not self._ends:
                self._note(self._supervisor.wait(3600))
            self.until(reason, seconds_between=1)
            say("Everything is running again.")

    def _note(self, ended: list[Ended]) -> None:
        for program in ended:
            self._ends[program.name] += 1
            n_ends, log = self._ends[program.name], self._folder / "logs" / f"{program.name}.log"
            if n_ends >= self._max_ends:
                hint = self._hint(program.name)
                raise CannotRun(f"{program.name} has ended {n_ends} times ({program.how}).{hint}\n{last_lines(log)}")
            if n_ends == 1:
                say(f"{program.name} has ended ({program.how}) and is being restarted. The end of its log, {log}:")
                say(last_lines(log))

    def _hint(self, name: str) -> str:
        if free_bytes(self._folder) < 10 * MB:
            return f" The disk of {self._folder} is full: free some space."
        if name == "mongodb":
            data = self._folder / name
            return f" If {data} is damaged or of another version, restore it, or move it away to start afresh."
        return ""


def ask_in_thread(reason: Callable[[], str | None]) -> str | None:
    """Ask away from the main thread: Ctrl-C then ends our waiting, and never a driver halfway through its work."""
    answer: Future[str | None] = Future()

    def ask() -> None:
        try:
            answer.set_result(reason())
        except BaseException as error:
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    return answer.result()


def last_lines(path: Path) -> str:
    """Return the last lines of a log, indented; of MongoDB's the last errors, if it has any."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 64_000))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        lines = []
    errors = [line for line in lines[-100:] if '"s":"F"' in line or '"s":"E"' in line]
    distinct = dict.fromkeys(map(_shorten, errors or lines))
    return "\n".join("  " + line for line in list(distinct)[-N_LINES:]) or "  (nothing)"


def _shorten(line: str) -> str:
    """Reduce a line of MongoDB to its message and error."""
    with suppress(ValueError, TypeError, KeyError):
        entry = json.loads(line)
        line = f"{entry['msg']}: {json.dumps(entry['attr'])}" if "attr" in entry else str(entry["msg"])
    line = " ".join(line.split())
    return line if len(line) <= MAX_WIDTH else line[: MAX_WIDTH - 1] + "…"
