"""Todos in files and feeds: import, export, the calendar address."""
