"""Conditional responses: 304 on a matching ETag, and concurrent identical requests share one computation.

The ETag covers everything that determines a response. It is built here from the same bars as the
response, so that a load or a deployment in between cannot give an old response a new tag.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from fastapi import Response
from prometheus_client import CollectorRegistry, Histogram

from services.prediction.metrics import ComputationMetrics
from services.prediction.ports import Resources
from services.prediction.provenance import provenance
from services.prediction.tasks import encode_answer
from services.prediction.workers.measurements import measured
from shared.errors import Busy
from shared.schemas.bars import EncodedBars
from shared.schemas.wire import Wire
from shared.single_flight import SingleFlight
from shared.telemetry.metrics import LATENCY_BUCKETS
from shared.web.etags import matches

ComputationKind = Literal["result", "forecast", "evaluation", "range"]
_HELP_TEXTS: dict[ComputationKind, str] = {
    "result": "Time to split, fit, predict and score one result, including the wait for a worker.",
    "forecast": "Time to select, fit, predict and calibrate one forecast, including the wait for a worker.",
    "evaluation": "Time to score every model over all windows of one evaluation, including the wait for a worker.",
    "range": "Time to forecast and score one expected range, including the wait for a worker.",
}


@dataclass(frozen=True)
class ComputationKey:
    """Identifies a computation: equal keys have equal responses as long as bars and code are the same."""

    kind: ComputationKind
    symbol: str
    adjusted: bool
    query: str = ""
    today: date | None = None  # in UTC, if the response depends on it: then it ends with the day


class Responder:
    """Builds the responses.

    Args:
        calendar: The exchange that dates the forecasts; None for every weekday.
        registry: Receives the metrics of the computations.
    """

    def __init__(self, calendar: str | None, registry: CollectorRegistry) -> None:
        version = f"{provenance().model_dump_json()} {calendar}"
        self._version = hashlib.sha256(version.encode()).hexdigest()[:16]
        self._flight: SingleFlight[bytes] = SingleFlight()
        self._metrics = ComputationMetrics(registry)
        self._seconds = {
            kind: Histogram(f"{kind}_duration_seconds", _HELP_TEXTS[kind], buckets=LATENCY_BUCKETS, registry=registry)
            for kind in get_args(ComputationKind)
        }

    async def respond(
        self, key: ComputationKey, if_none_match: str, resources: Resources, work: Callable[[EncodedBars, str], Wire]
    ) -> Response:
        """Return the value of `work` for the bars and the symbol as JSON, or 304 if the caller already has it.

        Raises:
            Busy: The computation does not finish in time, or too many calls are waiting.
        """
        if if_none_match:
            revision = await resources.data.current_revision(symbol=key.symbol)
            if revision is not None and matches(etag := self._etag(revision, key.today), if_none_match):
                return _not_modified(etag)
        if not self._flight.is_running(lambda running: running[0] == key):  # otherwise it joins, and needs no room
            resources.workers.require_room()  # before the bars are fetched, which takes most of the time of a refusal
        encoded = await resources.data.bars(symbol=key.symbol, adjusted=key.adjusted)

        computation = (key, encoded.revision, encoded.is_stale)

        async def compute() -> bytes:
            started_at = time.perf_counter()
            run = await resources.workers.run(computation, measured, key.kind, encode_answer, work, encoded, key.symbol)
            self._metrics.record(run.measurements)
            body = run.unwrap()
            self._seconds[key.kind].observe(time.perf_counter() - started_at)
            return body

        try:
            body = await self._flight.run(computation, compute)
        except TimeoutError as error:
            raise Busy("Try again in a moment: the computation did not finish in time.") from error
        # A stale response has no tag: its bytes differ from those of the same response without the warning.
        return _json(body, None if encoded.is_stale else self._etag(encoded.revision, key.today))

    def respond_with(self, value: Wire, if_none_match: str) -> Response:
        """Return a value that does not depend on bars, or 304 if the caller already has it."""
        etag = self._etag("fixed")
        if matches(etag, if_none_match):
            return _not_modified(etag)
        return _json(value.model_dump_json().encode(), etag)

    def _etag(self, revision: str, today: date | None = None) -> str:
        day = "" if today is None else f"-{today:%Y%m%d}"
        return f'"{revision}-{self._version}{day}"'


def _not_modified(etag: str) -> Response:
    return Response(status_code=304, headers={"ETag": etag})


def _json(body: bytes, etag: str | None) -> Response:
    return Response(body, media_type="application/json", headers={"ETag": etag} if etag else {})
