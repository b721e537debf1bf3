"""Builds a requested run: its symbols with their revisions, and the id that identifies all of it. Pure."""

import hashlib
import json
from collections.abc import Sequence

from shared.errors import InvalidRequest, SymbolNotFound
from shared.schemas.runs import NewRun, RunRequest, RunSymbol

DIGITS = 16
MAX_NAMED = 10  # unknown symbols that an error names


def build_new_run(request: RunRequest, stored: Sequence[RunSymbol], code: str) -> NewRun:
    """Build the run of a request: the same request on the same bars and code has the same id.

    Args:
        request: What to compute.
        stored: Every symbol that has bars.
        code: The digest of the code.

    Raises:
        SymbolNotFound: Symbols of the request have no bars; the detail names the first of them.
        InvalidRequest: There are no symbols at all.
    """
    symbols = _select(request.symbols, stored)
    universe = [[item.symbol, item.revision] for item in symbols]
    return NewRun(
        id=_digest([request.model_dump(mode="json"), universe, code]),
        request=request,
        code=code,
        universe=_digest(universe),
        symbols=symbols,
    )


def _select(requested: Sequence[str] | None, stored: Sequence[RunSymbol]) -> list[RunSymbol]:
    if requested is None:
        if not stored:
            raise InvalidRequest("No symbol has bars yet. Load bars first.")
        return sorted(stored, key=lambda item: item.symbol)
    by_symbol = {item.symbol: item for item in stored}
    if unknown := [symbol for symbol in requested if symbol not in by_symbol]:
        if len(unknown) == 1:
            raise SymbolNotFound(f"The store has no symbol {unknown[0]}. Load bars of it first.")
        more = f" and {len(unknown) - MAX_NAMED:,} others" if len(unknown) > MAX_NAMED else ""
        names = ", ".join(unknown[:MAX_NAMED])
        raise SymbolNotFound(f"The store has no symbols {names}{more}. Load bars of them first.")
    return [by_symbol[symbol] for symbol in sorted(requested)]


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
