"""The keys of results: equal for equal contents, so that a run finds the results of another. Pure."""

import hashlib
from collections.abc import Container, Iterable

from shared.schemas.runs import NewRun, RunRequest, RunSymbol

DIGEST_CHARACTERS = 32


def digest_content(request: RunRequest, code: str) -> str:
    """Compute the prefix of a run's results: a digest of the request without its symbols, and of the code."""
    text = f"{request.model_copy(update={'symbols': None}).model_dump_json()}\n{code}"
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARACTERS]


def content_of(run: NewRun) -> str:
    """Compute the digest of a new run's content."""
    return digest_content(run.request, run.code)


def result_key(content: str, symbol: str, revision: str) -> str:
    """Build the key of a symbol's result. Keys of one content form one range, because neither part has a space."""
    return f"{content} {symbol} {revision}"


def failure_key(run_id: str, symbol: str) -> str:
    """Build the key of a failure, which belongs to one run: the next one tries again."""
    return f"failed-{run_id} {symbol}"


def find_missing(content: str, run_id: str, symbols: Iterable[RunSymbol], known: Container[str]) -> list[RunSymbol]:
    """Return the symbols whose result and failure are both not among the `known` keys, in order."""
    return [
        one
        for one in symbols
        if result_key(content, one.symbol, one.revision) not in known and failure_key(run_id, one.symbol) not in known
    ]
