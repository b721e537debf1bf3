"""Abridged examples of forecasts, evaluations and ranges for the API documentation; a test validates them."""

from pydantic.config import JsonDict

_DATA: JsonDict = {
    "revision": "b3ab69759dcae2f0",
    "first_session": "2000-03-01",
    "last_session": "2013-03-01",
    "bars": 3270,
    "adjusted": False,
}
_PROVENANCE: JsonDict = {
    "bellwether": "0.1.0",
    "libraries": {"numpy": "2.5.5", "pandas": "3.1.1", "scikit-learn": "1.9.1"},
    "seed": 20261124,
}
_JUMP: JsonDict = {
    "code": "split_like_jump",
    "detail": "Prices jump between sessions as at an unadjusted split: once, on 2005-02-28. Load adjusted bars, or "
    "load bars with an adjusted close and use adjusted prices (adjusted=true).",
}
_RIDGE: JsonDict = {
    "name": "ridge",
    "kind": "model",
    "description": "Linear regression with coefficients shrunk towards zero.",
    "parameters": {"alpha": 1000.0},
    "feature_names": ["log_return_lag_1", "log_range"],
    "refit_every": 1,
}
_PERSISTENCE: JsonDict = {
    "name": "persistence",
    "kind": "baseline",
    "description": "No change: every coming close equals the last one.",
    "parameters": {},
    "feature_names": [],
    "refit_every": 1,
}
_NO_CHANGE: JsonDict = {
    "skill": 0.0,
    "lower": None,
    "upper": None,
    "outcome": None,
    "lower_of_several": None,
    "is_better": False,
    "verdict": "This is the baseline, no change: every coming close equals the last one. "
    "The models are compared with it.",
}
_RIDGE_SKILL: JsonDict = {
    "skill": 0.0184,
    "lower": -0.0212,
    "upper": 0.058,
    "outcome": "too_early",
    "lower_of_several": -0.0392,
    "is_better": False,
    "verdict": "Too early to tell whether it is better than assuming no change in the last 250 test sessions: skill "
    "0.02, 95 % CI −0.02 to 0.06.",
}
MODELS: JsonDict = {
    "models": [_RIDGE, _PERSISTENCE],
    "features": [
        {"name": "log_return_lag_1", "description": "Log return of the last known session."},
        {"name": "log_range", "description": "ln(high / low) of the last known session."},
    ],
}
_RANGE: JsonDict = {
    "horizon": 1,
    "sessions": ["2013-03-04"],
    "sentence": "Typical day ahead: 1.2 to 3.7 % between low and high; too early to tell whether this is closer than "
    "“as yesterday”.",
    "expected": {"percent": 2.1013, "price": 8.9518},
    "lower": {"percent": 1.1753, "price": 5.03},
    "upper": {"percent": 3.6881, "price": 15.5911},
    "as_last_time": {"percent": 1.907, "price": 8.1321},
    "mean": {"percent": 2.2305, "price": 9.4964},
    "record": {
        "windows": 250,
        "level": 80,
        "coverage": 0.804,
        "scores": [
            {"name": "log_har", "mae": 0.7373, "qlike": 0.3738},
            {"name": "as_last_time", "mae": 0.8002, "qlike": 0.6297},
            {"name": "mean", "mae": 0.8128, "qlike": 0.4585},
        ],
        "skill": {"skill": 0.0786, "lower": -0.0288, "upper": 0.186, "verdict": "too_early"},
        "skill_over_mean": {"skill": 0.0928, "lower": 0.0383, "upper": 0.1473, "verdict": "better"},
    },
}
FORECAST: JsonDict = {
    "stock_symbol": "AAPL",
    "task": "forecast",
    "as_of": "2013-03-01",
    "horizon": 1,
    "level": 90,
    "verdict": _RIDGE_SKILL["verdict"],
    "skill": _RIDGE_SKILL,
    "warnings": [_JUMP],
    "last_close": 430.47,
    "steps": [
        {
            "sessions_ahead": 1,
            "session": "2013-03-04",
            "point": 430.58,
            "lower": 416.49,
            "upper": 445.15,
            "coverage": 0.896,
            "intervals": [
                {
                    "level": 90,
                    "lower": 416.49,
                    "upper": 445.15,
                    "coverage": 0.896,
                    "coverage_standard_error": 0.019,
                    "score": 38.71,
                    "score_of_plain_band": 40.26,
                }
            ],
            "mae": 6.0533,
            "mae_of_persistence": 6.1667,
            "skill": _RIDGE_SKILL,
            "windows": 250,
        }
    ],
    "expected_ranges": [_RANGE],
    "model": _RIDGE,
    "choice": {"asked_for": "ridge", "reason": "Ridge was requested by name.", "candidates": []},
    "explanation": {
        "method": "coefficients",
        "unit": "Percent of the forecast close per standard deviation of the feature.",
        "detail": "How far the forecast close 1 session ahead moves if the feature alone is one standard "
        "deviation higher, measured over the sessions that the model was fitted on.",
        "importances": [
            {"feature": "log_return_lag_1", "value": -0.16, "coefficient": -0.0468},
            {"feature": "volatility_5", "value": -0.1508, "coefficient": -0.0716},
        ],
    },
    "data": _DATA,
    "provenance": _PROVENANCE,
}
EVALUATION: JsonDict = {
    "stock_symbol": "AAPL",
    "task": "forecast",
    "as_of": "2013-03-01",
    "horizon": 1,
    "verdict": _RIDGE_SKILL["verdict"],
    "best": "persistence",
    "warnings": [_JUMP],
    "models": [
        {
            "name": "ridge",
            "verdict": _RIDGE_SKILL["verdict"],
            "skill": _RIDGE_SKILL,
            "diebold_mariano": {"statistic": 1.5801, "p_value": 0.2549},
            "metrics": {
                "mae": 6.0533,
                "mse": 47.9709,
                "rmse": 6.9261,
                "mape": 0.0139,
                "r2": -0.315,
                "directional_accuracy": 0.6667,
                "mase": 1.2107,
            },
            "interval": {
                "level": 90,
                "coverage": 1.0,
                "coverage_standard_error": 0.1732,
                "mean_width": 29.4,
                "score": 29.4,
                "score_of_plain_band": 31.2,
            },
            "model": _RIDGE,
        },
        {
            "name": "persistence",
            "verdict": _NO_CHANGE["verdict"],
            "skill": _NO_CHANGE,
            "diebold_mariano": None,
            "metrics": {
                "mae": 6.1667,
                "mse": 49.6246,
                "rmse": 7.0445,
                "mape": 0.0142,
                "r2": -0.3603,
                "directional_accuracy": None,
                "mase": 1.2333,
            },
            "interval": {
                "level": 90,
                "coverage": 1.0,
                "coverage_standard_error": 0.1732,
                "mean_width": 29.6,
                "score": 29.6,
                "score_of_plain_band": 31.2,
            },
            "model": _PERSISTENCE,
        },
    ],
    "windows": {
        "kind": "expanding",
        "n_windows": 3,
        "gap": 1,
        "n_train_first": 3244,
        "n_train_last": 3246,
        "n_calibration": 250,
        "cutoff": ["2013-02-26", "2013-02-27", "2013-02-28"],
        "session": ["2013-02-27", "2013-02-28", "2013-03-01"],
        "last_close": [448.97, 444.57, 441.4],
        "actual": [444.57, 441.4, 430.47],
        "series": [
            {
                "name": "ridge",
                "predicted": [449.0, 444.39, 441.21],
                "lower": [434.1, 429.69, 426.71],
                "upper": [463.9, 459.09, 455.71],
                "absolute_error": [4.43, 2.99, 10.74],
                "skill_so_far": [-0.0068, 0.0198, 0.0184],
            },
            {
                "name": "persistence",
                "predicted": [448.97, 444.57, 441.4],
                "lower": [433.97, 429.77, 426.8],
                "upper": [463.97, 459.37, 456.0],
                "absolute_error": [4.4, 3.17, 10.93],
                "skill_so_far": [0.0, 0.0, 0.0],
            },
        ],
    },
    "data": _DATA,
    "provenance": _PROVENANCE,
}
EXPECTED_RANGE: JsonDict = {
    "stock_symbol": "AAPL",
    "task": "range",
    "as_of": "2013-03-01",
    "last_close": 430.47,
    "range": _RANGE,
    "windows": {
        "cutoff": ["2013-02-26", "2013-02-27", "2013-02-28"],
        "session": ["2013-02-27", "2013-02-28", "2013-03-01"],
        "actual": [2.6756, 1.4658, 1.907],
        "expected": [2.2367, 2.1632, 1.8532],
        "lower": [1.2528, 1.2098, 1.0433],
        "upper": [3.9342, 3.7975, 3.2693],
        "as_last_time": [3.1714, 2.6756, 1.4658],
        "mean": [2.2295, 2.2329, 2.2299],
    },
    "warnings": [_JUMP],
    "data": _DATA,
    "provenance": _PROVENANCE,
}
