"""How much a todo matters."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Priority(models.IntegerChoices):
    NONE = 0, "none"
    LOW = 1, "low"
    MEDIUM = 2, "medium"
    HIGH = 3, "high"
    URGENT = 4, "urgent"

    @property
    def words(self) -> str:
        """The label as a person reads it; the label itself is a value of the API."""
        return str(WORDS[self])


WORDS = {
    Priority.NONE: _("none"),
    Priority.LOW: _("low"),
    Priority.MEDIUM: _("medium"),
    Priority.HIGH: _("high"),
    Priority.URGENT: _("urgent"),
}
