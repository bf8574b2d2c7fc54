"""Todos that come and go: imports, exports, the calendar feed."""
