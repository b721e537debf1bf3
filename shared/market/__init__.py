"""Exchange calendars, and jumps that look like stock splits."""
