"""Examples of a leaderboard and a screener for the API documentation; a test validates them against the models."""

from pydantic.config import JsonDict

_UNIVERSE: JsonDict = {
    "run_id": "5f0c1a9be27d4410",
    "horizon": 1,
    "level": 90,
    "windows": 250,
    "as_of": None,
    "adjusted": False,
    "ended_at": "2026-11-30T05:31:12Z",
    "n_symbols": 503,
    "n_failed": 2,
    "fingerprint": "0b6e5d1a77c3f928",
    "code": "91d2c04e",
}
_SENTENCE = (
    "11 of 503 symbols look better than no change; luck alone gives 2 to 43. "
    "No symbol was better beyond luck in both halves of the sessions."
)
_PERSISTENCE: JsonDict = {
    "name": "persistence",
    "skill": 0.0,
    "lower": None,
    "upper": None,
    "win_rate": None,
    "may_be_best": True,
    "p_value": 1.0,
    "n_better": 0,
    "n_worse": 0,
    "by_chance": None,
    "coverage": 0.897,
    "interval_score": 6.31,
    "score_of_plain_band": 6.92,
    "seconds": 0.001,
    "n_failed": 0,
}
LEADERBOARD: JsonDict = {
    "universe": _UNIVERSE,
    "sentence": _SENTENCE,
    "n_compared": 503,
    "n_sessions": 250,
    "first_session": "2017-02-10",
    "last_session": "2018-02-07",
    "p_value": 0.37,
    "n_better": 11,
    "n_discoveries": 0,
    "by_chance": {"low": 2, "high": 43},
    "named": [],
    "models": [
        _PERSISTENCE,
        _PERSISTENCE
        | {
            "name": "ridge",
            "skill": -0.0031,
            "lower": -0.0124,
            "upper": 0.0062,
            "win_rate": 0.41,
            "p_value": 0.52,
            "n_better": 4,
            "n_worse": 19,
            "by_chance": {"low": 0, "high": 14},
            "coverage": 0.896,
            "interval_score": 6.33,
            "seconds": 0.008,
        },
    ],
    "range": {
        "skill": 0.21,
        "lower": 0.19,
        "upper": 0.23,
        "skill_over_mean": 0.12,
        "lower_over_mean": 0.07,
        "upper_over_mean": 0.18,
        "coverage": 0.79,
        "n_symbols": 503,
    },
}
SCREENER: JsonDict = {
    "universe": _UNIVERSE,
    "sentence": _SENTENCE,
    "columns": {
        "symbol": ["AAPL"],
        "name": ["Apple Inc."],
        "sector": ["Technology"],
        "last_session": ["2018-02-07"],
        "close": [159.54],
        "change_1": [-2.14],
        "change_5": [-4.71],
        "change_20": [-8.48],
        "sessions_since_jump": [None],
        "spark": [
            [9, 9, 9, 9, 10, 10, 11, 13, 12, 12, 12, 13, 13, 13, 15, 15, 14, 13, 13, 12, 9, 10, 8, 7, 7, 7, 2, 0, 4, 2]
        ],
        "expected_range": [1.79],
        "range_percentile": [31],
        "range_percentile_own": [98],
        "width": [5.75],
        "width_percentile": [44],
        "width_percentile_own": [98],
        "verdict": ["no_better"],
        "model": ["drift"],
        "skill": [0.0021],
        "lower": [-0.0103],
        "upper": [0.0145],
        "p_value": [1.0],
        "q_value": [1.0],
        "better_twice": [False],
        "coverage": [0.88],
        "interval_score": [6.7],
        "score_of_plain_band": [6.9],
        "n_findings": [1],
        "sessions_behind": [0],
        "revision": ["b3ab69759dcae2f0"],
        "is_current": [True],
    },
}
