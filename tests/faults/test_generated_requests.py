"""Requests generated from the OpenAPI documents of all three services, hostile ones included."""

import asyncio
from pathlib import Path

import pytest

from tests.support.faults.api_cases import generate_requests
from tests.support.faults.stack import KEY, TOKEN, FaultStack
from tests.support.faults.table import Figures


@pytest.mark.fast
@pytest.mark.scenario("API")
@pytest.mark.parametrize("name", ["gateway", "data", "prediction"])
async def test_each_response_is_as_documented(stack: FaultStack, figures: Figures, name: str, tmp_path: Path) -> None:
    server = getattr(stack.servers, name)
    secret = {"X-API-Key": KEY} if name == "gateway" else {"Authorization": f"Bearer {TOKEN}"}
    summary = await asyncio.to_thread(generate_requests, server.port, secret, 10 if figures.measures else 2, tmp_path)
    figures.note(f"{name}: {' '.join(line.strip() for line in summary.splitlines() if 'generated' in line)}")
