"""Shared parts of wire models: the base class, warnings, what an answer is based on, error measures."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Outcome = Literal["better", "no_better", "too_early"]  # of a comparison, by the rule of shared/statistics/skill.py


def digits_to_int(value: object) -> object:
    """Convert digits to an integer, for a parameter that is one of a few integers; leave anything else unchanged."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


class Wire(BaseModel):
    """Base of wire models: frozen, and without NaN or infinite numbers."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, protected_namespaces=())


class Data(Wire):
    """The bars that the answer is based on."""

    revision: str
    first_session: date
    last_session: date
    bars: int
    adjusted: bool = Field(description="Whether prices were scaled by adjusted close / close.")


class Metrics(Wire):
    """Errors over the test sessions. Null where a measure is undefined, such as R² of constant closes."""

    mae: float = Field(description="Mean absolute error, in price units.")
    mse: float = Field(description="Mean squared error, in squared price units.")
    rmse: float = Field(description="Square root of the MSE, in price units.")
    mape: float | None = Field(description="Mean absolute error as a share of the actual close: 0.01 is 1 %.")
    r2: float | None = Field(
        description="Coefficient of determination; near 1 even for persistence, so it proves nothing."
    )
    directional_accuracy: float | None = Field(
        description="Of the sessions whose close moved, the share where the prediction lies on the same side of the "
        "previous close. Null if no prediction names a side, as with persistence."
    )


class Provenance(Wire):
    """What else determines the answer: with these equal, a request on the same revision gives the same bytes."""

    bellwether: str = Field(description="The version, and a digest of the code that computes.")
    libraries: dict[str, str] = Field(description="Versions of the libraries that compute.")
    seed: int


class Warning(Wire):
    """What to know before trusting the numbers."""

    code: str = Field(examples=["look_ahead"])
    detail: str
