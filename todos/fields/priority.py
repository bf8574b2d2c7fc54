"""How much a todo matters."""

from django.db import models


class Priority(models.IntegerChoices):
    NONE = 0, "none"
    LOW = 1, "low"
    MEDIUM = 2, "medium"
    HIGH = 3, "high"
    URGENT = 4, "urgent"
