"""A data service with the bars of one symbol."""

from dataclasses import dataclass

from shared.errors import SymbolNotFound
from shared.schemas.bars import EncodedBars
from shared.schemas.runs import RunSymbol
from shared.web.health import Health


@dataclass
class FakeBars:
    """A data service whose bars are identified by their revision alone."""

    revision_now: str = "old"
    is_stale: bool = False
    n_reads: int = 0

    async def symbols(self) -> list[str]:
        return ["AAPL"]

    async def revisions(self) -> list[RunSymbol]:
        return []

    async def current_revision(self, *, symbol: str) -> str | None:
        if symbol == "NOPE":
            raise SymbolNotFound("The store has no symbol NOPE.")
        return None if self.is_stale else self.revision_now

    async def bars(self, *, symbol: str, adjusted: bool, known: EncodedBars | None = None) -> EncodedBars:
        self.n_reads += 1
        return EncodedBars(self.revision_now, b"adjusted" if adjusted else b"raw", self.is_stale)

    async def health(self) -> Health:
        return Health(status="ok")
