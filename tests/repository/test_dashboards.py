"""The committed dashboards match their modules, and Grafana can lay them out; Grafana itself cannot run here."""

import itertools
import json
from pathlib import Path

import pytest
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as dashboard_models

from charts.monitoring.dashboards.__main__ import BOARDS
from charts.monitoring.dashboards.board import WIDTH
from charts.monitoring.dashboards.panels import UNITS
from tests.support.deploy.dashboards import FILES, Json, panels, read, targets

each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_the_committed_dashboards_are_those_of_the_code() -> None:
    assert {path.stem: path.read_text() for path in FILES} == {board.name: board.to_json() for board in BOARDS}


@each
def test_grafanas_own_models_read_it_and_lose_nothing(path: Path) -> None:
    plugins.register_default_plugins()
    decoded = dashboard_models.Dashboard.from_json(read(path))
    assert json.loads(JSONEncoder().encode(decoded)) == read(path)


@each
def test_a_dashboard_can_be_found_and_asks_the_data_source_that_is_chosen(path: Path) -> None:
    dashboard = read(path)
    assert dashboard["uid"] == f"bellwether-{path.stem}"
    first, *others = dashboard["templating"]["list"]
    assert (first["name"], first["type"], first["query"]) == ("datasource", "datasource", "prometheus")
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    queries = [*others, *panels(dashboard), *(target for panel in panels(dashboard) for target in panel["targets"])]
    assert all(query["datasource"] == chosen for query in queries)


@each
def test_panels_are_numbered_and_none_lies_on_another_or_beside_the_grid(path: Path) -> None:
    every = read(path)["panels"]
    assert len({panel["id"] for panel in every}) == len(every)
    positions = [panel["gridPos"] for panel in every]
    assert all(position["x"] + position["w"] <= WIDTH and position["w"] > 0 < position["h"] for position in positions)
    assert not [pair for pair in itertools.combinations(positions, 2) if _overlap(*pair)]


def _overlap(left: Json, right: Json) -> bool:
    return all(
        left[start] < right[start] + right[size] and right[start] < left[start] + left[size]
        for start, size in (("x", "w"), ("y", "h"))
    )


@each
def test_a_panel_says_what_it_shows_in_which_unit_and_what_is_bad(path: Path) -> None:
    for panel in panels(read(path)):
        defaults = panel["fieldConfig"]["defaults"]
        assert panel["title"], panel
        assert panel["description"].endswith("."), panel["title"]
        assert defaults["unit"] in UNITS, panel["title"]
        steps = [step["value"] for step in defaults["thresholds"]["steps"]]
        assert steps[0] is None, panel["title"]
        assert steps[1:] == sorted(set(steps[1:])), panel["title"]


@each
def test_every_panel_asks_something_and_names_what_it_gets(path: Path) -> None:
    for panel in panels(read(path)):
        names = [target["refId"] for target in panel["targets"]]
        assert names, panel["title"]
        assert len(set(names)) == len(names), panel["title"]
        assert all(target["expr"] and target["legendFormat"] for target in panel["targets"]), panel["title"]


def test_titles_are_not_given_twice_and_all_variables_are_known() -> None:
    for path in FILES:
        dashboard = read(path)
        titles = [panel["title"] for panel in panels(dashboard)]
        assert len(set(titles)) == len(titles), path
        assert not [target for target in targets(dashboard) if "$" in target.expression]
