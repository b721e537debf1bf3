"""Types that several rooms share."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SEED = 20261124  # of every model that draws numbers
Sessions = NDArray[np.datetime64]
