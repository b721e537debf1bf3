"""What a bar must be, and how bars are loaded, merged, read, written and refreshed; knows ports only."""
