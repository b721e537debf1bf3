"""The prediction service as its callers see it."""

from shared.clients.base import ServiceClient
from shared.predictions import Result


class PredictionClient(ServiceClient):
    """Predictions and their scores from the prediction service."""

    async def result(self, *, symbol: str) -> Result:
        """Return the same-session result of `symbol`.

        Raises:
            SymbolNotFound, NoBars, NotEnoughBars: There is nothing to predict from.
            Unavailable: It could not be had; its leaf says what is down.
        """
        return self._parse(Result, await self._get(f"/symbols/{symbol}/result"))
