"""An example of the ledger for the API documentation; a test validates it against the models."""

from pydantic.config import JsonDict

_SCORED: JsonDict = {
    "symbol": "AAPL",
    "as_of": "2013-02-27",
    "sessions_ahead": 1,
    "session": "2013-02-28",
    "model": "ridge",
    "level": 90,
    "adjusted": False,
    "last_close": 444.57,
    "point": 444.71,
    "lower": 430.16,
    "upper": 459.75,
    "revision": "7c1d02e94ab6f358",
    "bellwether": "0.1.0",
    "asked_for": "auto",
    "closes": [
        {"session": "2013-02-21", "close": 446.06},
        {"session": "2013-02-22", "close": 450.81},
        {"session": "2013-02-25", "close": 442.8},
        {"session": "2013-02-26", "close": 448.97},
        {"session": "2013-02-27", "close": 444.57},
    ],
    "given_at": "2013-02-27T22:10:04Z",
    "state": "scored",
    "actual": 441.4,
    "is_inside": True,
}
_PENDING: JsonDict = _SCORED | {
    "as_of": "2013-03-01",
    "session": "2013-03-04",
    "last_close": 430.47,
    "point": 430.58,
    "lower": 416.49,
    "upper": 445.15,
    "revision": "b3ab69759dcae2f0",
    "closes": [
        {"session": "2013-02-25", "close": 442.8},
        {"session": "2013-02-26", "close": 448.97},
        {"session": "2013-02-27", "close": 444.57},
        {"session": "2013-02-28", "close": 441.4},
        {"session": "2013-03-01", "close": 430.47},
    ],
    "given_at": "2013-03-01T22:10:03Z",
    "state": "pending",
    "actual": None,
    "is_inside": None,
}
LEDGER: JsonDict = {
    "symbol": "AAPL",
    "n_scored": 1,
    "n_pending": 1,
    "n_late": 0,
    "n_never_came": 0,
    "n_unclear": 0,
    "coverage": [
        {"level": 90, "n_scored": 1, "n_independent": 1, "coverage": 1.0, "lower": 0.2065, "upper": 1.0},
    ],
    "scores": [
        {
            "model": "ridge",
            "sessions_ahead": 1,
            "level": 90,
            "adjusted": False,
            "n_scored": 1,
            "n_pending": 1,
            "n_left_out": 0,
            "n_independent": 1,
            "coverage": 1.0,
            "coverage_lower": 0.2065,
            "coverage_upper": 1.0,
            "mae": 3.31,
            "mae_of_persistence": 3.17,
            "skill": -0.0442,
            "skill_lower": None,
            "skill_upper": None,
        }
    ],
    "records": [_PENDING, _SCORED],
    "next_cursor": None,
}
