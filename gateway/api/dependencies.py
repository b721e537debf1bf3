"""The gateway's components as route parameters."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from gateway.answers.keeper import Answers
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
