"""The prediction service as its callers see it."""

from shared.clients.base import ServiceClient
from shared.predictions import Result


class PredictionClient(ServiceClient):
    """Predictions and their scores from the prediction service."""

    async def result(self, *, symbol: str, adjusted: bool = False) -> Result:
        """Return the same-session result of `symbol`, from prices as they are or adjusted.

        Raises:
            SymbolNotFound, NoBars, NotEnoughBars: There is nothing to predict from.
            NoAdjustedPrices: There is nothing to adjust the prices by.
            Unavailable: It could not be had; its leaf says what is down.
        """
        params = {"adjusted": "true"} if adjusted else None
        return self._parse(Result, await self._get(f"/symbols/{symbol}/result", params))
