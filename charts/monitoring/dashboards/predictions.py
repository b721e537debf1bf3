"""Models: fits and their time, the queue for workers, and whether any model beats persistence."""

from charts.monitoring.dashboards.board import Board, Row
from charts.monitoring.dashboards.panels import PanelInfo, PanelLine, Query, heat, lines, number
from charts.monitoring.dashboards.queries import count, quantile, rate

PREDICTION = 'job="prediction"'
MODEL = f'{PREDICTION}, model=~"$model"'
TASKS = "computation_duration_seconds"
N_SKILLS = count("model_skill_count", "model", MODEL)
N_NOT_ABOVE_ZERO = count("model_skill_bucket", "model", f'{MODEL}, le="0.0"')
SKILLS = count("model_skill_bucket", "le, model", MODEL)
FITS: PanelLine = [
    lines(
        PanelInfo(
            "Fits", "Models per second: fitted, reused from the store of fitted models (kept), or failed.", "ops"
        ),
        Query(rate("model_fits_total", "model, outcome", MODEL), "{{model}}: {{outcome}}"),
    ),
    lines(
        PanelInfo("Fits: time", "95th percentile of the time of a fit, by model.", "s", 2.5, 5),
        Query(quantile(0.95, "model_fit_duration_seconds", "model", MODEL), "{{model}}"),
    ),
]
COMPUTATIONS: PanelLine = [
    lines(
        PanelInfo("Computations", "Computations per second; unchanged results are not computed again.", "ops"),
        Query(rate(f"{TASKS}_count", "task", PREDICTION), "{{task}}"),
    ),
    lines(
        PanelInfo("Computations: time", "Median and 95th percentile of the time of a computation.", "s", 2.5, 5),
        Query(quantile(0.5, TASKS, "task", PREDICTION), "{{task}} median"),
        Query(quantile(0.95, TASKS, "task", PREDICTION), "{{task}} 95 %"),
    ),
]
WORKERS: PanelLine = [
    lines(
        PanelInfo(
            "Queue", "Computations that wait for a worker, and the limit above which they are rejected.", "short"
        ),
        Query(f"sum by (instance) (worker_queue_depth{{{PREDICTION}}})", "{{instance}} waiting"),
        Query(f"sum by (instance) (worker_queue_limit{{{PREDICTION}}})", "{{instance}} limit"),
    ),
    lines(
        PanelInfo("Workers", "Worker processes that are computing.", "short"),
        Query(f"sum by (instance) (workers_busy{{{PREDICTION}}})", "{{instance}} busy"),
    ),
    lines(
        PanelInfo(
            "Refusals", "Rejected computations per second: queue full, too slow, or the worker died.", "ops", 0.02, 0.2
        ),
        Query(rate("worker_refusals_total", "reason", PREDICTION), "{{reason}}"),
    ),
]
SKILL: PanelLine = [
    number(
        PanelInfo(
            "Skill above zero",
            "Share of evaluations in the range shown in which the model beat persistence.",
            "percentunit",
        ),
        Query(f"1 - {N_NOT_ABOVE_ZERO} / {N_SKILLS}", "{{model}}"),
    ),
    number(
        PanelInfo(
            "Median skill",
            "1 − MAE / MAE of persistence; zero or less is no better than assuming no change.",
            "none",
            0.02,
            0,
        ),
        Query(f"histogram_quantile(0.5, {SKILLS})", "{{model}}"),
    ),
]
DISTRIBUTION: PanelLine = [
    lines(
        PanelInfo("Skill: lower, middle, upper", "Median, 10th and 90th percentile of each model's skills.", "none"),
        Query(f"histogram_quantile(0.1, {SKILLS})", "{{model}} 10 %"),
        Query(f"histogram_quantile(0.5, {SKILLS})", "{{model}} median"),
        Query(f"histogram_quantile(0.9, {SKILLS})", "{{model}} 90 %"),
    ),
    heat(
        PanelInfo("Skill: distribution", "Number of evaluations of the selected models by skill.", "short"),
        Query(f"sum by (le) (increase(model_skill_bucket{{{MODEL}}}[$__rate_interval]))", "{{le}}"),
    ),
]
BOARD = Board(
    name="predictions",
    title="predictions",
    description="Fits and their time, the queue for workers, and whether any model beats persistence.",
    rows=[
        Row("Fits", [FITS]),
        Row("Computations", [COMPUTATIONS]),
        Row("Workers", [WORKERS]),
        Row("Skill", [SKILL, DISTRIBUTION]),
    ],
    variables={"model": ("Model", 'label_values(model_fits_total{job="prediction"}, model)')},
)
