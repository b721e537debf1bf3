"""The prediction service as its callers see it."""

from shared.clients.base import Answer, ServiceClient
from shared.clients.transport import params_of
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery
from shared.schemas.results import Result


class PredictionClient(ServiceClient):
    """Predictions and their scores from the prediction service.

    Every method may raise Unavailable: its leaf says what is down.
    """

    async def result(self, *, symbol: str, adjusted: bool = False) -> Result:
        """Return the same-session result of `symbol`, from prices as they are or adjusted.

        Raises:
            SymbolNotFound, NoBars, NotEnoughBars: There is nothing to predict from.
            NoAdjustedPrices: There is nothing to adjust the prices by.
        """
        return await self._get(f"/symbols/{symbol}/result", self._as(Result), _adjusted(adjusted))

    async def forecast(self, *, symbol: str, query: ForecastQuery) -> Forecast:
        """Return what the model says of the next sessions of `symbol`; raises as `result`."""
        return await self._get(f"/symbols/{symbol}/forecast", self._as(Forecast), params_of(query))

    async def result_answer(self, *, symbol: str, adjusted: bool = False, if_none_match: str | None = None) -> Answer:
        """Return the result undecoded, or 304 if the caller has it; raises as `result`."""
        return await self._get_as_it_is(f"/symbols/{symbol}/result", _adjusted(adjusted), if_none_match)

    async def forecast_answer(self, *, symbol: str, query: ForecastQuery, if_none_match: str | None = None) -> Answer:
        """Return the forecast undecoded, or 304 if the caller has it; raises as `result`."""
        return await self._get_as_it_is(f"/symbols/{symbol}/forecast", params_of(query), if_none_match)

    async def evaluation_answer(
        self, *, symbol: str, query: EvaluationQuery, if_none_match: str | None = None
    ) -> Answer:
        """Return the walk-forward scores of `symbol` undecoded, or 304 if the caller has them; raises as `result`."""
        return await self._get_as_it_is(f"/symbols/{symbol}/evaluation", params_of(query), if_none_match)

    async def models_answer(self, *, if_none_match: str | None = None) -> Answer:
        """Return what can be asked for undecoded, or 304 if the caller has it."""
        return await self._get_as_it_is("/models", None, if_none_match)


def _adjusted(adjusted: bool) -> dict[str, str] | None:
    return {"adjusted": "true"} if adjusted else None
