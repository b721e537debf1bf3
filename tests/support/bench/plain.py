"""The same-session result by a plain program, with only the necessary steps: a reference of `make bench`.

What a good programmer writes in an afternoon: one service, the frame from Redis or else from MongoDB, the split, the
fit, JSON. No checks, no intervals, no revisions, no baseline.
"""

import io
import os
from typing import Any

import pandas as pd
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from pymongo import MongoClient
from redis import Redis
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error

FEATURES = ["Open", "High", "Low"]
CACHE_SECONDS = 60


class Body(BaseModel):
    """The body of the request."""

    stock_symbol: str


class Answer(BaseModel):
    """The predictions as parallel arrays."""

    stock_symbol: str
    mse: float
    dates: list[str]
    actual: list[float]
    predicted: list[float]


def create_app() -> FastAPI:
    """Build an app whose only route computes a result."""
    app = FastAPI()
    redis = Redis.from_url(os.environ["BENCH_REDIS_URL"])
    mongo: MongoClient[dict[str, Any]] = MongoClient(os.environ["BENCH_MONGO_URL"])
    database = mongo[os.environ["BENCH_MONGO_DATABASE"]]

    def read(symbol: str) -> pd.DataFrame:
        if cached := redis.get(f"plain:{symbol}"):
            return pd.read_feather(io.BytesIO(bytes(cached)))  # type: ignore[arg-type]  # the stubs know async, too
        frame = pd.DataFrame(database[symbol].find({}, {"_id": False, "Date": True} | dict.fromkeys(PRICES, True)))
        if frame.empty:
            raise HTTPException(404, f"no symbol {symbol}")
        frame = frame.sort_values("Date", ignore_index=True)
        sink = io.BytesIO()
        frame.to_feather(sink)
        redis.set(f"plain:{symbol}", sink.getvalue(), ex=CACHE_SECONDS)
        return frame

    @app.post("/api/result")
    def result(body: Body) -> Answer:
        frame = read(body.stock_symbol)
        first = int(0.8 * len(frame))
        train, test = frame[:first], frame[first:]
        predicted = LinearRegression().fit(train[FEATURES], train["Close"]).predict(test[FEATURES])
        return Answer(
            stock_symbol=body.stock_symbol,
            mse=float(mean_squared_error(test["Close"], predicted)),
            dates=pd.to_datetime(test["Date"]).dt.strftime("%Y-%m-%d").tolist(),
            actual=test["Close"].tolist(),
            predicted=predicted.tolist(),
        )

    return app


PRICES = [*FEATURES, "Close"]
