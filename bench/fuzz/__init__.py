"""Requests that nobody would think of, at every operation of the API."""
