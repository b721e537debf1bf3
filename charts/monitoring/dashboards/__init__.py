"""Grafana's dashboards as code: one module each, which `make dashboards` writes as JSON beside it."""
