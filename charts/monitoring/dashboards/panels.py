"""The kinds of panels that the dashboards use. None names a data source: a variable selects it."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TypeVar

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    heatmap,
    prometheus,
    stat,
    statetimeline,
    timeseries,
)
from grafana_foundation_sdk.models import common as options
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

Panel = timeseries.Panel | stat.Panel | bargauge.Panel | statetimeline.Panel | heatmap.Panel
PanelLine = list[Panel]
P = TypeVar("P", timeseries.Panel, stat.Panel, bargauge.Panel, statetimeline.Panel, heatmap.Panel)
SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
GREEN, ORANGE, RED = "green", "orange", "red"
UNITS = ("s", "bytes", "percentunit", "reqps", "ops", "short", "none")  # Grafana's names; only `none` may be below zero


@dataclass(frozen=True)
class Query:
    """A query to Prometheus, and the name of each series in its result."""

    expression: str
    legend: str


@dataclass(frozen=True)
class PanelInfo:
    """Texts, unit and thresholds of a panel.

    Attributes:
        title: Its heading.
        description: One sentence on how to read it.
        unit: One of UNITS.
        warn: Threshold of orange; None if no value is bad.
        bad: Threshold of red; below `warn` if small values are bad.
        if_empty: Text for an empty panel, if that is a good sign.
    """

    title: str
    description: str
    unit: str
    warn: float | None = None
    bad: float | None = None
    if_empty: str = "no data"


def lines(info: PanelInfo, *queries: Query, stacked: bool = False) -> timeseries.Panel:
    """Build a panel of values over time, with a dashed line at each threshold."""
    panel = (
        _panel(timeseries.Panel(), info, queries, models.FieldColorModeId.PALETTE_CLASSIC)
        .line_width(1)
        .fill_opacity(50 if stacked else 8)
    )
    panel.show_points(options.VisibilityMode.AUTO)  # otherwise a series of one sample is invisible
    panel.legend(_legend()).tooltip(common.VizTooltipOptions().mode(options.TooltipDisplayMode.MULTI))
    if stacked:
        panel.stacking(common.StackingConfig().mode(options.StackingMode.NORMAL).group("A"))
    if info.bad is not None:
        style = options.GraphTresholdsStyleMode.DASHED
        panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(style))
    return panel if info.unit == "none" else panel.min(0)


def number(info: PanelInfo, *queries: Query, shows_value: bool = True) -> stat.Panel:
    """Build a panel of the last value of each series, with its name if there may be several; or of names alone."""
    is_instant = any("$__range" in query.expression for query in queries)  # a sum over the range has no curve
    panel = _panel(stat.Panel(), info, queries, is_instant=is_instant).color_mode(options.BigValueColorMode.VALUE)
    panel.graph_mode(options.BigValueGraphMode.AREA if shows_value else options.BigValueGraphMode.NONE)
    if not shows_value:
        panel.text_mode(options.BigValueTextMode.NAME)
    elif any("{{" in query.legend for query in queries):
        panel.text_mode(options.BigValueTextMode.VALUE_AND_NAME)
    return panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))


def bars(info: PanelInfo, *queries: Query) -> bargauge.Panel:
    """Build a panel of the current value of each series as a bar, in the order of the query."""
    panel = _panel(bargauge.Panel(), info, queries, is_instant=True).orientation(options.VizOrientation.HORIZONTAL)
    panel.display_mode(options.BarGaugeDisplayMode.BASIC).min(0)
    return panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))


def states(info: PanelInfo, query: Query, names: dict[int, tuple[str, str]]) -> statetimeline.Panel:
    """Build a panel of states over time; `names` maps each value to its word and colour."""
    results = {
        str(value): models.ValueMappingResult(text=text, color=colour, index=value)
        for value, (text, colour) in names.items()
    }
    panel = _panel(statetimeline.Panel(), info, (query,)).mappings([models.ValueMap(options=results)])
    panel.show_value(options.VisibilityMode.NEVER).row_height(0.8).line_width(0).fill_opacity(70)
    return panel.legend(_legend())


def heat(info: PanelInfo, query: Query) -> heatmap.Panel:
    """Build a heat map of a histogram's buckets over time; the query sums by `le`."""
    panel = _panel(heatmap.Panel(), info, (query,), shape=PromQueryFormat.HEATMAP).calculate(False)
    panel.color(heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").steps(64).exponent(0.5))
    panel.rows_frame(heatmap.RowsHeatmapOptions().layout(options.HeatmapCellLayout.AUTO))
    panel.scale_distribution(common.ScaleDistributionConfig().type(options.ScaleDistribution.LINEAR))
    return panel.cell_gap(1).show_tooltip().show_legend()


def _panel(
    panel: P,
    info: PanelInfo,
    queries: Sequence[Query],
    colours: models.FieldColorModeId = models.FieldColorModeId.THRESHOLDS,
    shape: PromQueryFormat = PromQueryFormat.TIME_SERIES,
    is_instant: bool = False,
) -> P:
    assert info.unit in UNITS, info.unit
    panel.title(info.title).description(info.description).unit(info.unit).datasource(SOURCE)
    panel.no_value(info.if_empty).color_scheme(dashboard.FieldColor().mode(colours))
    panel.thresholds(dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(_steps(info)))
    for name, query in zip(ascii_uppercase, queries, strict=False):
        target = prometheus.Dataquery().ref_id(name).expr(query.expression).legend_format(query.legend)
        target = target.instant() if is_instant else target.range()
        panel.with_target(target.datasource(SOURCE).format(shape))
    return panel


def _steps(info: PanelInfo) -> list[models.Threshold]:
    if info.bad is None:
        return [models.Threshold(color=GREEN)]
    if info.warn is None:
        return [models.Threshold(color=GREEN), models.Threshold(info.bad, RED)]
    if info.bad < info.warn:
        return [models.Threshold(color=RED), models.Threshold(info.bad, ORANGE), models.Threshold(info.warn, GREEN)]
    return [models.Threshold(color=GREEN), models.Threshold(info.warn, ORANGE), models.Threshold(info.bad, RED)]


def _legend() -> common.VizLegendOptions:
    legend = common.VizLegendOptions().show_legend(True).display_mode(options.LegendDisplayMode.LIST)
    return legend.placement(options.LegendPlacement.BOTTOM)
