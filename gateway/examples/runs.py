"""Examples of runs for the API documentation; a test validates them against the models."""

from pydantic.config import JsonDict

RUN: JsonDict = {
    "id": "5e0c1b7a90d2f384",
    "request": {
        "kind": "evaluation",
        "horizons": [1, 5],
        "level": 90,
        "windows": 250,
        "symbols": None,
        "as_of": None,
        "adjusted": False,
    },
    "state": "running",
    "created_at": "2013-02-28T22:10:04.120000Z",
    "started_at": "2013-02-28T22:10:05.310000Z",
    "ended_at": None,
    "n_symbols": 505,
    "n_done": 212,
    "n_failed": 1,
    "n_reused": 0,
    "symbols_per_second": 24.3,
    "seconds_left": 12.1,
    "failures": [{"symbol": "NWS", "reason": "It has 12 bars; an evaluation needs 321."}],
    "code": "9b1d4c6e02a7",
    "universe": "c83f21d05e9a",
    "error": None,
}
RUNS: JsonDict = {"runs": [RUN | {"failures": []}]}
EVENTS: JsonDict = {
    "text/event-stream": {
        "schema": {},
        "example": 'data: {"id": "5e0c1b7a90d2f384", "state": "running", "n_done": 212, …}\nid: 428\n\n',
    }
}
