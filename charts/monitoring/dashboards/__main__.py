"""Writes each dashboard next to its module: `python -m charts.monitoring.dashboards`, or `make dashboards`."""

from pathlib import Path

from charts.monitoring.dashboards import data, overview, predictions, runtime

BOARDS = (overview.BOARD, data.BOARD, predictions.BOARD, runtime.BOARD)

if __name__ == "__main__":
    for board in BOARDS:
        Path(__file__).with_name(f"{board.name}.json").write_text(board.to_json())
