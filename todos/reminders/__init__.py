"""Reminders of todos: `models.py` the moments, `following.py` how they follow what happens to a todo.

Sending them is the subject of `notices/`, which reads the moments that are due.
"""
