"""A dashboard: rows of panels, laid out and numbered, and the variables of its queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import dashboard, stat
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from charts.monitoring.dashboards.panels import SOURCE, Panel

TAG = "bellwether"
WIDTH = 24  # columns of Grafana's grid


@dataclass(frozen=True)
class Row:
    """A heading and the lines of panels below it; the panels of one line share its width."""

    title: str
    lines: Sequence[Sequence[Panel]]


@dataclass(frozen=True)
class Board:
    """One dashboard.

    Attributes:
        name: Name of its file, and the end of its uid.
        title: Its name in Grafana's list.
        description: Its purpose, in a sentence.
        rows: From top to bottom.
        variables: Choices besides the data source: name of the variable → (label, query).
    """

    name: str
    title: str
    description: str
    rows: Sequence[Row]
    variables: dict[str, tuple[str, str]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Encode the dashboard in the classic schema, which every Grafana from 10 on supports."""
        builder = dashboard.Dashboard(f"Bellwether: {self.title}").uid(f"bellwether-{self.name}").tags([TAG])
        builder.description(self.description).timezone("browser").refresh("30s").time("now-3h", "now")
        builder.tooltip(models.DashboardCursorSync.CROSSHAIR).editable().annotations([]).link(_dashboard_links())
        builder.with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        for name, (label, query) in self.variables.items():
            builder.with_variable(_variable(name, label, query))
        number = 0
        for row in self.rows:
            builder.with_row(dashboard.Row(row.title).id(number := number + 1))
            for line in row.lines:
                height = 5 if all(isinstance(panel, stat.Panel) for panel in line) else 8
                for panel in line:
                    builder.with_panel(panel.id(number := number + 1).span(WIDTH // len(line)).height(height))
        return JSONEncoder(indent=2, sort_keys=True).encode(builder.build()) + "\n"


def _variable(name: str, label: str, query: str) -> dashboard.QueryVariable:
    default = models.VariableOption(selected=True, text="All", value="$__all")
    variable = dashboard.QueryVariable(name).label(label).query(query).datasource(SOURCE).multi(True)
    variable.include_all(True).current(default).sort(models.VariableSort.ALPHABETICAL_ASC)
    return variable.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)


def _dashboard_links() -> dashboard.DashboardLink:
    link = dashboard.DashboardLink("Bellwether").type(models.DashboardLinkType.DASHBOARDS).tags([TAG])
    return link.as_dropdown(True).keep_time(True).include_vars(True)
