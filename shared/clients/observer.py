"""What a client reports of its calls, for metrics."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from shared.breaker import State
from shared.clients.pool import ConnectionState

CallResult = Literal["ok", "refused", "failed", "timeout", "unreachable", "open", "busy"]


def _ignore(*_: object) -> None:
    pass


@dataclass(frozen=True)
class CallObserver:
    """Callbacks for the calls to one upstream.

    Attributes:
        call: Called with the result and the duration in seconds of each call except health checks.
        waited: Called with how long a call waited for its slot, in seconds.
        retried: Called for each read that is retried.
        breaker: Called with each new state of the circuit breaker.
        connections: Called every second with the number of connections by state.
    """

    call: Callable[[CallResult, float], None] = _ignore
    waited: Callable[[float], None] = _ignore
    retried: Callable[[], None] = _ignore
    breaker: Callable[[State], None] = _ignore
    connections: Callable[[dict[ConnectionState, int]], None] = _ignore
