"""Imported by the processes that the workers of a run are forked from, and by those of a cluster: all that they need.

It leaves out what only requests need, such as calendars and the store of fitted models: half of the time of a start.
"""

import gc

import distributed.nanny  # noqa: F401  # a nanny starts each worker
from threadpoolctl import threadpool_limits

from services.prediction import tasks  # noqa: F401
from services.prediction.models import registry
from services.prediction.universe import symbol_result  # noqa: F401

with threadpool_limits(1):  # a pool of threads would not survive the fork
    registry.warm_up()
gc.collect()
gc.freeze()
