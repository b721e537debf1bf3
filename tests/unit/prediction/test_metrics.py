"""What the prediction service counts: it moves when the thing happens."""

import asyncio
import os
import pickle
import signal
import time
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.prediction import notes
from services.prediction.metrics import ComputationMetrics, QueueMetrics
from services.prediction.workers import open_workers
from shared.errors import Busy, NotEnoughBars
from tests.support.bars import make_bars
from tests.support.fakes import FakeBarStore
from tests.support.prediction import serve_prediction
