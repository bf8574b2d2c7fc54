"""What the todos do when the program starts."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from database.search import make_character_index, make_word_index


class TodosConfig(AppConfig):
    name = "todos"

    def ready(self) -> None:
        post_migrate.connect(make_word_indexes, sender=self)


def make_word_indexes(using: str, **kwargs: Any) -> None:
    """For the admin, which looks through the todos of all people."""
    connection = connections[using]
    if connection.vendor == "postgresql" and "todos_todo" in connection.introspection.table_names():
        for column in ("title", "notes"):
            name = f"todos_todo_{column}_search"
            make_word_index(connection, name, "todos_todo", column)
            make_character_index(connection, f"{name}_characters", "todos_todo", column)
