"""Todos as a calendar that programs subscribe to."""
