"""Todos that are looked for: by words, and page by page."""
