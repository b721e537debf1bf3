"""What the gateway needs from outside."""

from dataclasses import dataclass
from typing import Protocol

from shared.health import Health
from shared.predictions import Result


class DataService(Protocol):
    """Who knows the symbols."""

    async def symbols(self) -> list[str]:
        """Return every symbol that has bars, ascending."""
        ...

    async def health(self) -> Health:
        """Return what the service says of itself."""
        ...


class PredictionService(Protocol):
    """Who predicts."""

    async def result(self, *, symbol: str) -> Result:
        """Return the same-session result of `symbol`."""
        ...

    async def health(self) -> Health:
        """Return what the service says of itself."""
        ...


@dataclass(frozen=True)
class Resources:
    """What a running gateway holds open."""

    data: DataService
    prediction: PredictionService
