"""The fixed parameters of the models, which the registry states and the estimators use."""

from services.prediction.types import SEED

RIDGE_ALPHA = 1000.0  # in rows: with four years of bars it halves a coefficient
TREES = {
    "max_iter": 20,
    "learning_rate": 0.06,
    "max_bins": 31,
    "max_leaf_nodes": 4,
    "min_samples_leaf": 50,
    "l2_regularization": 10.0,
    "early_stopping": False,
    "random_state": SEED,
}
