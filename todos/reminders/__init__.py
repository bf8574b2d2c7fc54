"""Reminders of todos: how their moments (`todos.models.Reminder`) follow what happens to a todo.

Sending them is the subject of `notices/`, which reads the moments that are due.
"""
