"""What the chat does when the program starts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from .search.index import make_search_index


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        # They connect their receivers, and name a tool, once the models are there.
        from .asking import telling  # noqa: F401, PLC0415
        from .briefing import taking_back, tool  # noqa: F401, PLC0415

        post_migrate.connect(make_search_index, sender=self)
