from typing import Annotated

from fastapi import Query

from tests.support.asgi import bare_app, serve


async def test_a_form_without_a_sentence_of_its_own_is_left_to_the_docs() -> None:
    app = bare_app()

    @app.get("/colour")
    async def colour(code: Annotated[str, Query(pattern="^#[0-9a-f]{6}$")]) -> str:
        return code

    async with serve(app) as client:
        refused = await client.get("/colour?code=red")
    assert (refused.status_code, refused.json()["detail"]) == (422, "/query/code: use the form that /docs describes")
