"""Processes that serve: how they start, receive, live and end."""
