"""Logging with structlog, for our own events and those of libraries: of services to stdout, of commands to stderr."""

import logging
import sys
from contextlib import suppress
from types import TracebackType
from typing import Any, TextIO

import structlog

from shared.settings import ServiceSettings
from shared.telemetry.tracing import current_trace_id


def _add_trace_id(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if trace_id := current_trace_id():
        event["trace_id"] = trace_id
    return event


_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    _add_trace_id,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


class _Lines:
    """Writes lines to a file. One that cannot be written is lost, as with `logging`: no request fails for it."""

    def __init__(self, file: TextIO) -> None:
        self._logger = structlog.WriteLogger(file)

    def msg(self, line: str) -> None:
        """Write the line."""
        with suppress(OSError, ValueError):  # a full disk, a closed pipe
            self._logger.msg(line)

    debug = info = warning = error = critical = msg


def log_to_stderr() -> None:
    """Write the log events of a command to standard error: its standard output is its result."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def configure_logging(service: str, settings: ServiceSettings) -> None:
    """Write every log event of this process to stdout as one line with the service's name."""

    def add_service(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event.setdefault("service", service)
        return event

    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    lines = _Lines(sys.stdout)
    structlog.configure(
        processors=[*_SHARED, add_service, renderer],
        logger_factory=lambda *_: lines,  # past `logging`, which would take as long again for each request
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, add_service],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # request_served is the one line per request
    for name in ("httpx", "httpcore", "pymongo"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _log_crash


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log the exception that ends the process as one line like all others, not as a multi-line traceback."""
    structlog.get_logger().critical("crashed", exc_info=(kind, error, trace))
