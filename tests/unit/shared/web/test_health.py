import asyncio

from shared.errors import StoreUnavailable
from shared.web.health import Check, Health, run_check


async def _works() -> None:
    return None


async def _fails() -> None:
    raise StoreUnavailable("The store does not answer.")


async def _hangs() -> None:
    await asyncio.sleep(60)


async def test_a_check_says_what_is_wrong() -> None:
    assert await run_check(_works, "down") == Check(status="ok")
    assert await run_check(_fails, "degraded") == Check(status="degraded", detail="The store does not answer.")


async def test_a_check_that_hangs_is_given_up() -> None:
    assert await run_check(_hangs, "down") == Check(status="down", detail="No answer within 1 s.")


def test_health_is_the_worst_of_its_checks() -> None:
    ok, degraded, down = Check(status="ok"), Check(status="degraded"), Check(status="down")
    assert Health.of({}).status == "ok"
    assert Health.of({"a": ok, "b": degraded}).status == "degraded"
    assert Health.of({"a": down, "b": degraded}).status == "down"
