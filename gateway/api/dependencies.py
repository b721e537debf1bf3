"""The gateway's components as route parameters."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from gateway.answers.keeper import Answers, Ask
from gateway.answers.store import Key
from gateway.api_keys import ApiKeys
from gateway.rate_limits.counters import Counters
from gateway.settings import GatewaySettings
from shared.clients.data import DataClient
from shared.clients.prediction import PredictionClient
from shared.clients.runs import RunsClient
from shared.web.dependencies import component


@dataclass(frozen=True)
class Components:
    """What the routes use."""

    data: DataClient
    prediction: PredictionClient
    runs: RunsClient
    api_keys: ApiKeys
    settings: GatewaySettings
    counters: Counters
    answers: Answers


DataClientDep = Annotated[DataClient, Depends(component("data"))]
PredictionClientDep = Annotated[PredictionClient, Depends(component("prediction"))]
RunsClientDep = Annotated[RunsClient, Depends(component("runs"))]
AnswersDep = Annotated[Answers, Depends(component("answers"))]


async def _respond(
    request: Request, answers: AnswersDep, if_none_match: Annotated[str | None, Header()] = None
) -> Callable[[Key, Ask], Awaitable[Response]]:
    return partial(answers.respond, request, if_none_match=if_none_match)


# Answers the request: with the kept answer of the key, or by asking a service.
RespondDep = Annotated[Callable[[Key, Ask], Awaitable[Response]], Depends(_respond)]
