"""Grafana's dashboards as code: `make dashboards` writes the JSON of each module next to it."""
