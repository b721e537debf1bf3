"""The prediction service's components as route parameters."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from services.prediction.api.responder import Responder
from services.prediction.ports import Resources
from services.prediction.settings import PredictionSettings
from shared.web.dependencies import component


@dataclass(frozen=True)
class Components:
    """The components that the routes use."""

    resources: Resources
    responder: Responder
    settings: PredictionSettings


ResourcesDep = Annotated[Resources, Depends(component("resources"))]
ResponderDep = Annotated[Responder, Depends(component("responder"))]
SettingsDep = Annotated[PredictionSettings, Depends(component("settings"))]
