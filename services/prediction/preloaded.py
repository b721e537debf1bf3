"""Imported by the fork server: all that the tasks need, run once, so that a new worker process starts warm.

Every worker shares its memory pages until one writes to them. Freezing keeps the garbage collector from writing to all.
"""

import gc

from threadpoolctl import threadpool_limits

from services.prediction import warm_up
from services.prediction.settings import PredictionSettings

with threadpool_limits(1):  # a pool of threads would not survive the fork
    warm_up.warm_up_once(PredictionSettings.model_fields["calendar"].default)
gc.collect()
gc.freeze()
