"""Exchange calendars and stock splits."""
