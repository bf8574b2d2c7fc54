"""AG-UI: the same turns in the words of that protocol (docs.ag-ui.com, 1.0), for front ends of others.

What comes in is in `schema.py`, what goes out in `events.py`; `endpoints.py` begins a run, `answers.py` and `stored.py`
have what is told in one that has no turn.
"""
