"""What lets a user in, and the sign-ins that came of it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.names.devices import device_name

from .users import User

# How people sign in, by RFC 8176 where that has a word, and as they are told.
SIGN_IN_METHODS = {
    "pwd": _("password"),
    "pop": _("passkey"),
    "otp": _("code from an app"),
    "rec": _("recovery code"),
    "fed": _("an outside account"),
}


def how_words(amr: str) -> str:
    """“by password and code from an app”."""
    words = [str(SIGN_IN_METHODS[method]) for method in amr.split() if method in SIGN_IN_METHODS]
    if len(words) == 2:
        return gettext("by %(first)s and %(second)s") % {"first": words[0], "second": words[1]}
    return gettext("by %(method)s") % {"method": ", ".join(words)} if words else ""


class SignIn(models.Model):
    """One device's way in: a browser by its session, or a program by its refresh tokens, which rotate within it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, blank=True, db_index=True, help_text="Empty for a program.")
    user_agent = models.CharField(max_length=200, blank=True)
    address = models.CharField(
        max_length=45, blank=True, default="", db_default="", help_text=_("Where it began; of IPv6 the network.")
    )
    amr = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text=_("How, in the words of RFC 8176, spaces between."),
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["created_at"], name="sign_in_day_index"),
            models.Index(fields=["last_used_at"], name="sign_in_use_index"),
        ]

    def __str__(self) -> str:
        return f"sign-in of {self.user_id}"

    @property
    def device(self) -> str:
        return device_name(self.user_agent)

    @property
    def how(self) -> str:
        """“by password and code from an app”; empty for one from before this was noted."""
        return how_words(self.amr)


class RefreshToken(models.Model):
    """One refresh token, kept as a hash. It ends with its sign-in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE, related_name="refresh_tokens")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, hexadecimal.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    rotated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"refresh token of {self.sign_in_id}"


class PersonalToken(models.Model):
    """A person's key for a program of their own, kept as a hash. `shown` is how it begins, to tell it apart."""

    class Scope(models.TextChoices):
        READ = "read", _("Read only")
        WRITE = "write", _("Read and write")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="personal_tokens")
    name = models.CharField(max_length=60)
    shown = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, hexadecimal.")
    scope = models.CharField(max_length=5, choices=Scope)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"personal token of {self.user_id}"


class Passkey(models.Model):
    """The public half of a key that a device or a password manager keeps for a person. Ids and keys are base64url.

    `sign_count` grows with each use where the device counts at all; it is 0 for a key that several devices share.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.CharField(max_length=1364, unique=True, help_text="Of at most 1,023 bytes.")
    public_key = models.TextField(help_text="A COSE key.")
    sign_count = models.BigIntegerField(default=0)
    transports = models.JSONField(default=list)
    is_synced = models.BooleanField(default=False, help_text="Whether its keeper has a copy on other devices.")
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"passkey of {self.user_id}"


class OutsideIdentity(models.Model):
    """An account at an outside issuer that lets its owner in here, because they linked it themselves."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="outside_identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    shown = models.CharField(max_length=200, help_text="What its owner recognises it by; it lets nobody in.")
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="outside_identity_unique")]

    def __str__(self) -> str:
        return f"outside identity of {self.user_id}"


class SecondFactor(models.Model):
    """A user with this row is asked for a code or a passkey besides the password."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="second_factor")
    secret = models.TextField(blank=True, help_text="Of the app that makes codes, encrypted; empty without an app.")
    last_step = models.BigIntegerField(default=0, help_text="The newest half minute whose code was used.")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """One of ten codes for the day when the phone is lost, kept as a hash. Each is good once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the code, hexadecimal.")
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_unique")]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"
