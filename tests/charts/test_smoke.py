"""`helm test` on a real gateway: the program of its pod reports whether the system is healthy."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from local.servers import free_port
from shared.errors import UpstreamUnavailable
from tests.support.deploy.charts import render
from tests.support.gateway.service import FakeData, gateway_resources, make_gateway
from tests.support.polling import wait_until


@asynccontextmanager
async def _gateway(data: FakeData, *, open_reads: bool = True) -> AsyncIterator[str]:
    app, port = make_gateway(gateway_resources(data), open_reads=open_reads), free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    task = asyncio.create_task(server.serve())
    await wait_until(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


async def _run_smoke_test(gateway: str) -> tuple[int | None, str]:
    pod = render().get("Pod", "test")
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    python, *arguments, address = pod["spec"]["containers"][0]["command"]
    assert (python, address) == ("python", "http://demo-gateway:8000")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, gateway, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    return process.returncode, (out + err).decode().strip()


async def test_a_healthy_system_should_pass() -> None:
    async with _gateway(FakeData()) as gateway:
        assert await _run_smoke_test(gateway) == (0, "Health is ok; the result of AAPL has an MSE of 1.0000.")


async def test_a_system_without_bars_should_pass_and_say_so() -> None:
    async with _gateway(FakeData(names=[])) as gateway:
        status, output = await _run_smoke_test(gateway)
    assert (status, "there are no bars yet" in output) == (0, True)


async def test_a_system_whose_reads_need_a_key_should_pass_and_say_so() -> None:
    async with _gateway(FakeData(), open_reads=False) as gateway:
        assert await _run_smoke_test(gateway) == (0, "Health is ok; reads need an API key, so no result was requested.")


async def test_a_system_without_its_data_service_should_fail_and_say_why() -> None:
    async with _gateway(FakeData(error=UpstreamUnavailable("The data service is not available."))) as gateway:
        status, output = await _run_smoke_test(gateway)
    assert status == 1
    assert "/api/health answers 503" in output
    assert "The data service cannot be reached. Try again in a moment." in output


async def test_a_missing_gateway_should_fail() -> None:
    status, output = await _run_smoke_test(f"http://127.0.0.1:{free_port()}")
    assert (status, "does not answer" in output) == (1, True)
