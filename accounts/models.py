"""Who uses the product: users and the refresh tokens that keep them signed in."""

import functools
import zoneinfo
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from uuid_utils.compat import uuid7

LOCAL_ISSUER = "local"


@functools.cache
def time_zone_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name: str) -> None:
    if name not in time_zone_names():
        raise ValidationError("This is not an IANA time zone such as Europe/Berlin.")


class User(AbstractUser):
    """`subject` is the user_id of the API: the key as text for local users, the token's `sub` for outside issuers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    issuer = models.CharField(max_length=255, default=LOCAL_ISSUER, editable=False)
    subject = models.CharField(max_length=255, editable=False)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    tokens_not_before = models.DateTimeField(
        null=True, blank=True, help_text="Tokens issued earlier are refused: password change, sign-out everywhere."
    )

    objects: ClassVar[UserManager["User"]] = UserManager()  # type: ignore[assignment]

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="user_issuer_subject_unique"),
            models.UniqueConstraint(Lower("username"), name="user_username_unique_in_any_case"),
        ]

    def save(self, *args, **kwargs):
        self.subject = self.subject or str(self.id)
        super().save(*args, **kwargs)

    def set_password(self, raw_password: str | None) -> None:
        """Through whichever door a password is changed, the tokens from before it end."""
        super().set_password(raw_password)
        self.tokens_not_before = timezone.now()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class RefreshToken(models.Model):
    """One refresh token, kept as a hash. A family is all tokens that one sign-in led to by rotation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="refresh_tokens")
    family = models.UUIDField(default=uuid7, editable=False, db_index=True)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, hexadecimal.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    rotated_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"refresh token of {self.user_id}"
