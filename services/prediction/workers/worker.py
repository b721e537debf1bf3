"""One worker process, and the pipe that carries calls to it and outcomes back."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler  # the pickler that the pipe itself uses
from pathlib import Path
from typing import Any, Literal

from threadpoolctl import threadpool_limits

from services.prediction.workers import fork_server
from services.prediction.workers.tie import die_with_parent

NICENESS = 3  # the processes that answer requests come first, so that one more computation delays no refusal
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Outcome:
    """The outcome of a call; one that is `not_begun` left no trace, since its process was already dead."""

    fate: Literal["ended", "died", "not_begun"]
    value: Any = None
    error: Exception | None = None


class Worker:
    """A process that runs one call at a time. It dies with the fork server.

    Creating it waits until the fork server has imported what it preloads. Blocks.

    Args:
        prepare: Runs once in the process as it starts, so that the first call does not wait for it.

    Attributes:
        sentinel: A file descriptor that is readable once the process has ended.
        was_ready: Whether the process has been prepared.

    Raises:
        OSError, EOFError: The fork server has died.
    """

    def __init__(self, prepare: Callable[[], object]) -> None:
        self._pipe, theirs = fork_server.context.Pipe()
        with theirs:
            self._process = fork_server.context.Process(target=_serve, args=(theirs, prepare), daemon=True)
            self._process.start()
        self.sentinel = self._process.sentinel
        self.was_ready = False
        self._begun_at: float | None = None

    @property
    def is_busy(self) -> bool:
        """Return whether a call is running, even if its caller has left."""
        return self._begun_at is not None

    @property
    def seconds_busy(self) -> float:
        """Return how long the running call has taken."""
        return 0.0 if self._begun_at is None else time.monotonic() - self._begun_at

    @property
    def memory_bytes(self) -> int:
        """Return the resident memory of the process; 0 where the system does not say (not Linux) or it has ended."""
        try:
            return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * _PAGE_BYTES
        except (OSError, IndexError):
            return 0

    def begin(self) -> None:
        """Mark the worker as busy until `call` returns."""
        self._begun_at = time.monotonic()

    def wait_until_ready(self) -> bool:
        """Wait for the process to be prepared; return False if it died. Blocks."""
        try:
            self._pipe.recv_bytes()
        except (EOFError, OSError):
            return False
        return True

    def call(self, work: Callable[[], object]) -> Outcome:
        """Run `work` in the process. Blocks."""
        fate: Literal["died", "not_begun"] = "not_begun"
        try:
            self._pipe.send(work)
            self._pipe.recv_bytes()
            fate = "died"
            value, error = self._pipe.recv()
            return Outcome("ended", value, error)
        except (EOFError, OSError):
            return Outcome(fate)
        finally:
            self._begun_at = None

    def kill(self) -> None:
        """Kill the process; a call that it runs returns at once."""
        self._process.kill()

    def join(self) -> int:
        """Wait for the end of the process, and return its exit code: -9 for a kill by the system."""
        self._process.join()
        return self._process.exitcode or 0


def _serve(pipe: Connection, prepare: Callable[[], object]) -> None:
    """Run calls until the parent is gone. The empty messages say: prepared, and begun."""
    _initialise(prepare)
    with suppress(EOFError, OSError):
        pipe.send_bytes(b"")
        while True:
            call = pipe.recv_bytes()
            pipe.send_bytes(b"")
            pipe.send_bytes(_run(call))


def _initialise(prepare: Callable[[], object]) -> None:
    """Ignore Ctrl-C, die with the fork server, prepare, and limit the process to one thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    os.nice(NICENESS)
    prepare()
    threadpool_limits(1)


def _run(call: bytes) -> bytes:
    """Return the value of the call or its error."""
    try:
        return _dump((ForkingPickler.loads(call)(), None))
    except Exception as error:
        with suppress(Exception):
            return _dump((None, error))
        return _dump((None, RuntimeError(f"{type(error).__name__}: {error}")))


def _dump(outcome: tuple[object, Exception | None]) -> bytes:
    return bytes(ForkingPickler.dumps(outcome))
