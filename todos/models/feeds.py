"""The calendar addresses of people."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class CalendarFeed(models.Model):
    """The address under which calendar programs see the open todos of a user. Its secret is kept as a hash only."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="calendar_feed"
    )
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret, hexadecimal.")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar address of {self.user_id}"
