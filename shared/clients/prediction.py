"""Client of the prediction service."""

import httpx

from shared.clients.base import RawResponse, ServiceClient
from shared.clients.transport import query_params
from shared.schemas.forecasts import EvaluationQuery, Forecast, ForecastQuery
from shared.schemas.ranges import RangeQuery
from shared.schemas.runs import Run, RunRequest


class PredictionClient(ServiceClient):
    """Requests predictions and their scores from the prediction service.

    Every method may raise a subclass of Unavailable, which says what is down.
    """

    upstream = "the prediction service"

    async def forecast(self, *, symbol: str, query: ForecastQuery) -> Forecast:
        """Return the forecast of the next sessions of `symbol`.

        Raises:
            SymbolNotFound, NoBars, NotEnoughBars: There are no bars, or too few.
            NoAdjustedPrices: The bars have no adjusted close.
        """
        return await self._get(f"/symbols/{symbol}/forecast", self._as(Forecast), query_params(query))

    async def raw_result(self, *, symbol: str, adjusted: bool = False, if_none_match: str | None = None) -> RawResponse:
        """Return the encoded same-session result, or 304 if the caller has it; raises as `forecast`."""
        params = {"adjusted": "true"} if adjusted else None
        return await self._get_raw(f"/symbols/{symbol}/result", params, if_none_match)

    async def raw_forecast(self, *, symbol: str, query: ForecastQuery, if_none_match: str | None = None) -> RawResponse:
        """Return the encoded forecast, or 304 if the caller has it; raises as `forecast`."""
        return await self._get_raw(f"/symbols/{symbol}/forecast", query_params(query), if_none_match)

    async def raw_evaluation(
        self, *, symbol: str, query: EvaluationQuery, if_none_match: str | None = None
    ) -> RawResponse:
        """Return the encoded walk-forward scores of `symbol`, or 304 if the caller has them; raises as `forecast`."""
        return await self._get_raw(f"/symbols/{symbol}/evaluation", query_params(query), if_none_match)

    async def raw_range(self, *, symbol: str, query: RangeQuery, if_none_match: str | None = None) -> RawResponse:
        """Return the encoded range forecast of `symbol`, or 304 if the caller has it; raises as `forecast`."""
        return await self._get_raw(f"/symbols/{symbol}/range", query_params(query), if_none_match)

    async def start_run(self, *, request: RunRequest) -> tuple[Run, bool]:
        """Queue a run over many symbols; return it and whether it is new.

        Raises:
            InvalidRequest, SymbolNotFound: The request names symbols that have no bars.
        """
        body = request.model_dump(mode="json", exclude_defaults=True)
        return await self._write(
            self._http.build_request("POST", "/runs", json=body),
            lambda response: (self._as(Run)(response), response.status_code != httpx.codes.OK),
        )

    async def raw_models(self, *, if_none_match: str | None = None) -> RawResponse:
        """Return the encoded list of models and features, or 304 if the caller has it."""
        return await self._get_raw("/models", None, if_none_match)
