"""Uploads that disagree with what is stored, and the choices that settle it."""

from tests.support.data.cases import case_bytes
from tests.support.data.fakes import FakeBarStore, serve_data
from tests.support.data.uploads import HEADER, ROWS, put_csv

BEFORE, AFTER = (case_bytes(f"basis/{name}_split.csv") for name in ("before", "after"))


async def test_a_history_on_another_basis_is_told_at_the_load_and_each_choice_settles_it() -> None:
    async with serve_data(FakeBarStore()) as client:
        await put_csv(client, BEFORE)
        before = (await client.get("/symbols/NEW")).json()
        refused = await put_csv(client, AFTER)
        previewed = await put_csv(client, AFTER, dry_run=True)
        unchanged = (await client.get("/symbols/NEW")).json()
        forced = await put_csv(client, AFTER, mode="force")
        mixed = (await client.get("/symbols/NEW")).json()
        replaced = await put_csv(client, AFTER, mode="replace")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/history-changed")
    assert previewed.status_code == 409
    assert "the stored history is on another basis" in refused.json()["detail"]
    assert unchanged == before
    assert (forced.json()["inserted"], replaced.json()["removed"]) == (60, 80)
    (jump,) = (finding for finding in mixed["findings"] if finding["code"] == "split_like_jump")
    assert jump["sessions"] == ["2021-10-18"]
    assert "Adjusted prices jump there, too" in jump["detail"]
    assert "split_like_jump" not in {finding["code"] for finding in replaced.json()["findings"]}


async def test_what_is_kept_is_kept_and_only_later_sessions_are_added() -> None:
    scaled = HEADER + "2024-01-02,20,24,18,22,500\n2024-01-03,22,26,20,24,1000\n2024-01-04,24,27,23,26,900\n"
    async with serve_data(FakeBarStore()) as client:
        await put_csv(client, HEADER + ROWS)
        refused = await put_csv(client, scaled)
        kept = await put_csv(client, scaled, mode="keep")
        bars = (await client.get("/symbols/NEW/bars")).json()["bars"]
        sources = (await client.get("/symbols/NEW")).json()["sources"]
    assert refused.json()["factor"] == "2"
    assert "all by the factor 2" in refused.json()["detail"]
    assert (kept.json()["inserted"], kept.json()["updated"]) == (1, 0)
    assert [bar["close"] for bar in bars] == [11, 12, 26]
    assert [(each["source"], each["bars"]) for each in sources] == [("upload", 3)]
