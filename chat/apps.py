"""What the chat does when the program starts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from .search.index import make_search_index


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        post_migrate.connect(make_search_index, sender=self)
