"""Todos: rows (`models`), every change of them (`commands`), what the assistant can do (`tools`)."""
