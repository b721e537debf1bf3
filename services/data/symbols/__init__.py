"""The stored symbols, the search in them, and how current their bars are."""
