"""Bars in files: formats, columns, dates and numbers, and the export."""
