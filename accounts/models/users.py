"""Who uses the product."""

import datetime
import functools
import zoneinfo
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.issuers import LOCAL_ISSUER
from accounts.names.addresses import address_key, validate_unquoted
from accounts.names.usernames import look_of, mixes_lookalikes

from .habits import KeepsHabits

# Some letters look like three others, and some are two in lower case.
LOOK_MAX_CHARACTERS = 500
MIXED_ALPHABETS = _("This name mixes alphabets whose letters look alike. Write it in one.")
LOOKS_TAKEN = _("This name looks like the name of another user.")


@functools.cache
def time_zone_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name: str) -> None:
    if name not in time_zone_names():
        raise ValidationError(gettext("This is not an IANA time zone such as Europe/Berlin."))


class User(KeepsHabits, AbstractUser):
    """`subject` is the user_id of the API: the key as text for local users, the token's `sub` for outside issuers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    issuer = models.CharField(max_length=255, default=LOCAL_ISSUER, editable=False)
    subject = models.CharField(max_length=255, editable=False)
    look = models.CharField(max_length=LOOK_MAX_CHARACTERS, default="", db_default="", db_index=True, editable=False)
    look_shared = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="From before looks were compared; somebody else has the same.",
    )
    email = models.EmailField(blank=True, validators=[validate_unquoted])
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    email_key = models.CharField(max_length=512, null=True, unique=True, editable=False)  # noqa: DJ001 many have none
    email_wanted = models.EmailField(
        blank=True, default="", db_default="", editable=False, help_text="Asked to be confirmed by a link."
    )
    email_wanted_at = models.DateTimeField(null=True, editable=False)
    mails_off = models.CharField(
        max_length=100, blank=True, default="", db_default="", editable=False, help_text="Kinds not wanted, by name."
    )
    has_webhooks = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="Whether one is on: others need not ask for them."
    )
    tokens_not_before = models.DateTimeField(
        null=True, blank=True, help_text=_("Tokens issued earlier are refused: password change, sign-out everywhere.")
    )

    objects: ClassVar[UserManager["User"]] = UserManager()  # type: ignore[assignment]

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="user_issuer_subject_unique"),
            models.UniqueConstraint(Lower("username"), name="user_username_unique_in_any_case"),
            models.UniqueConstraint(
                fields=["look"], condition=models.Q(look_shared=False) & ~models.Q(look=""), name="user_look_unique"
            ),
        ]

    def save(self, *args, **kwargs):
        self.subject = self.subject or str(self.id)
        look = look_of(self.username)[:LOOK_MAX_CHARACTERS]
        if self.look and look != self.look:
            self.look_shared = False
        self.look = look
        if self.email_key and self.email_key != address_key(self.email):
            # Changed by the admin, say: whoever reads mail there has not said so yet.
            self.email_key = self.email_verified_at = None
        if not (self._state.adding or args or kwargs.get("force_insert")) and kwargs.get("update_fields") is None:
            # A copy that was read earlier does not take back what only `has_webhooks` of the row knows.
            kwargs["update_fields"] = {field.name for field in self._meta.concrete_fields} - {"id", "has_webhooks"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """A new name must not be taken for another's. Constraints hold that where two are chosen at once."""
        super().clean()
        look = look_of(self.username or "")[:LOOK_MAX_CHARACTERS]  # none where the form refused it already
        if look == self.look:
            return
        if mixes_lookalikes(self.username):
            raise ValidationError({"username": MIXED_ALPHABETS})
        if User.objects.filter(look=look).exclude(username__iexact=self.username).exclude(pk=self.pk).exists():
            raise ValidationError({"username": LOOKS_TAKEN})

    def set_password(self, raw_password: str | None) -> None:
        """Set the password, and end all tokens issued before."""
        super().set_password(raw_password)
        self.tokens_not_before = timezone.now()

    def since_sign_out(self, now: datetime.datetime) -> datetime.datetime:
        """Now, but not before the last sign-out: the clock of the host that made it may be ahead of this one's."""
        return max(now, self.tokens_not_before or now)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """The hash in login cookies: it changes with a new password, and when access tokens are ended.

        Django asks with each of SECRET_KEY_FALLBACKS as well, so that nobody is signed out by a new key.
        """
        by_password = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return salted_hmac("accounts.session", f"{by_password} {self.tokens_not_before}", secret=secret).hexdigest()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)
