"""Wire models of runs: evaluations of many symbols that are kept, resumed, and watched while they are computed."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from shared.schemas.bars import Symbol
from shared.schemas.forecasts import Adjusted, AsOf, Horizon, Level
from shared.schemas.wire import Wire

RunKind = Literal["evaluation"]
RunState = Literal["queued", "running", "cancelling", "cancelled", "succeeded", "failed", "interrupted"]
RUN_ID_PATTERN = "^[0-9a-f]{16}$"
RunId = Annotated[
    str, StringConstraints(pattern=RUN_ID_PATTERN), Field(description="The same run has the same id everywhere.")
]
MAX_HORIZONS = 4
MAX_SYMBOLS = 3_000  # that a request names: it must fit in a body of 64 kB. A run over all has as many as are stored
MAX_LISTED_FAILURES = 100
NEXT_AFTER = "Next-After"  # header of a page of results: its last symbol, if there are more


class RunRequest(BaseModel):
    """Selects what a run computes; the same request on the same bars and code is the same run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RunKind = "evaluation"
    horizons: list[Horizon] = Field([1, 5], min_length=1, max_length=MAX_HORIZONS, description="Sessions ahead.")
    level: Level = 90
    windows: int = Field(250, ge=20, le=1000, description="Test sessions of each symbol.")
    symbols: list[Symbol] | None = Field(
        None,
        min_length=1,
        max_length=MAX_SYMBOLS,
        description="By default all that are stored, however many.",
    )
    as_of: AsOf = None
    adjusted: Adjusted = False

    @field_validator("horizons")
    @classmethod
    def _sort_horizons(cls, value: list[int]) -> list[int]:
        return sorted(set(value))

    @field_validator("symbols")
    @classmethod
    def _sort_symbols(cls, value: list[str] | None) -> list[str] | None:
        return None if value is None else sorted(set(value))


class RunFailure(Wire):
    """A symbol that could not be evaluated; the run continues without it."""

    symbol: str
    reason: str = Field(description="In one sentence.")


class Run(Wire):
    """A run and its progress."""

    id: RunId
    request: RunRequest
    state: RunState = Field(
        description="interrupted: the process that computed it was lost; it resumes by itself. cancelling: it "
        "ends within a moment, and symbols in progress are dropped."
    )
    created_at: datetime
    started_at: datetime | None = Field(description="When it first began.")
    ended_at: datetime | None
    n_symbols: int = Field(description="How many symbols it is over.")
    n_done: int = Field(description="How many symbols are done, including failed and reused ones.")
    n_failed: int
    n_reused: int = Field(description="How many results are reused from a run of the same code on the same bars.")
    symbols_per_second: float | None = Field(description="The recent rate; null unless the run is running.")
    seconds_left: float | None = Field(description="At this rate; null unless the run is running.")
    failures: list[RunFailure] = Field(description=f"The first {MAX_LISTED_FAILURES}.")
    code: str = Field(description="Digest of the code that computes it.")
    universe: str = Field(description="Digest of the symbols and their revisions.")
    error: str | None = Field(description="Why it failed, and what to do.")


class RunList(Wire):
    """The stored runs, newest first."""

    runs: list[Run]


class RunSymbol(Wire):
    """One symbol of a run, with the revision of the bars that it is computed from."""

    symbol: str
    revision: str


class NewRun(Wire):
    """A run to be queued, with everything that determines its id."""

    id: RunId
    request: RunRequest
    code: str
    universe: str
    symbols: list[RunSymbol]


class Owner(Wire):
    """A process that wants to compute runs."""

    name: str = Field(pattern="^[A-Za-z0-9-]{8,64}$", description="Chosen by the process at its start.")


class Claim(Wire):
    """A run that its owner may compute until its lease ends.

    `token` grows with each claim; writes with an older one are refused.
    """

    run: Run
    token: int
    missing: list[RunSymbol] = Field(description="The symbols that are not done yet.")


class Beat(Wire):
    """The answer to an owner that extends its lease."""

    is_cancelling: bool = Field(description="Whether to drop the symbols in progress, and end the run.")


class Universe(Wire):
    """Which answer of a run this is, and what it was computed from."""

    run_id: RunId
    horizon: int
    level: int
    windows: int
    as_of: date | None
    adjusted: bool
    ended_at: datetime
    n_symbols: int = Field(description="Symbols that could be evaluated.")
    n_failed: int = Field(description="Symbols that could not.")
    fingerprint: str = Field(description="Digest of the symbols and their revisions.")
    code: str = Field(description="Digest of the code that computed it.")
