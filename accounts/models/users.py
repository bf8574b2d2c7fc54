"""Who uses the product: users, and the sign-ins that let them in."""

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
from uuid_utils.compat import uuid7

from accounts.issuers import LOCAL_ISSUER
from accounts.names.addresses import address_key, validate_unquoted
from accounts.names.devices import device_name
from accounts.names.usernames import look_of, mixes_lookalikes

from .habits import KeepsHabits

# Some letters look like three others, and some are two in lower case.
LOOK_MAX_CHARACTERS = 500
MIXED_ALPHABETS = "This name mixes alphabets whose letters look alike. Write it in one."
# How people sign in, by RFC 8176 where that has a word, and as they are told.
SIGN_IN_METHODS = {
    "pwd": "password",
    "pop": "passkey",
    "otp": "code from an app",
    "rec": "recovery code",
    "fed": "an outside account",
}
LOOKS_TAKEN = "This name looks like the name of another user."


def how_words(amr: str) -> str:
    """“by password and code from an app”."""
    words = [SIGN_IN_METHODS[method] for method in amr.split() if method in SIGN_IN_METHODS]
    return f"by {' and '.join(words)}" if words else ""


@functools.cache
def time_zone_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name: str) -> None:
    if name not in time_zone_names():
        raise ValidationError("This is not an IANA time zone such as Europe/Berlin.")


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
        null=True, blank=True, help_text="Tokens issued earlier are refused: password change, sign-out everywhere."
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
        """Through whichever door a password is changed, the tokens from before it end."""
        super().set_password(raw_password)
        self.tokens_not_before = timezone.now()

    def since_sign_out(self, now: datetime.datetime) -> datetime.datetime:
        """Now, but not before the last sign-out: the clock of the host that made it may be ahead of this one's."""
        return max(now, self.tokens_not_before or now)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a login cookie is good for: it ends with a new password, and as access tokens do.

        Django asks with each of SECRET_KEY_FALLBACKS as well, so that nobody is signed out by a new key.
        """
        by_password = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return salted_hmac("accounts.session", f"{by_password} {self.tokens_not_before}", secret=secret).hexdigest()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class SignIn(models.Model):
    """One device's way in: a browser by its session, or a program by its refresh tokens, which rotate within it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, blank=True, db_index=True, help_text="Empty for a program.")
    user_agent = models.CharField(max_length=200, blank=True)
    address = models.CharField(
        max_length=45, blank=True, default="", db_default="", help_text="Where it began; of IPv6 the network."
    )
    amr = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="How, in the words of RFC 8176, spaces between."
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
        READ = "read", "Read only"
        WRITE = "write", "Read and write"

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
    """That a password alone lets nobody in: whoever has this row is asked for a code as well, or for a passkey."""

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


class SecurityEvent(models.Model):
    """A line of a person's security log (security_log.py): what happened, when, by which device and from where."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        SIGNED_IN_ON_NEW_DEVICE = "signed_in_on_new_device", "Signed in on a new device"
        SIGNED_OUT_EVERYWHERE = "signed_out_everywhere", "Signed out everywhere"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        PASSWORD_RESET = "password_reset", "Password set by a link"
        PASSKEY_ADDED = "passkey_added", "Passkey added"
        PASSKEY_REMOVED = "passkey_removed", "Passkey removed"
        PASSKEY_COPIED = "passkey_copied", "Copy of a passkey refused"
        SECOND_FACTOR_ON = "second_factor_on", "Second factor turned on"
        SECOND_FACTOR_OFF = "second_factor_off", "Second factor turned off"
        RECOVERY_CODES_MADE = "recovery_codes_made", "Recovery codes made"
        RECOVERY_CODE_USED = "recovery_code_used", "Recovery code used"
        PROVIDER_LINKED = "provider_linked", "Sign-in provider linked"
        PROVIDER_UNLINKED = "provider_unlinked", "Sign-in provider unlinked"
        APP_CONNECTED = "app_connected", "App connected"
        APP_DISCONNECTED = "app_disconnected", "App disconnected"
        TOKEN_MADE = "token_made", "Token made"
        TOKEN_REVOKED = "token_revoked", "Token revoked"
        WEBHOOK_ADDED = "webhook_added", "Webhook added"
        WEBHOOK_CHANGED = "webhook_changed", "Webhook changed"
        WEBHOOK_REMOVED = "webhook_removed", "Webhook removed"
        WEBHOOK_OFF = "webhook_off", "Webhook switched off by itself"
        EMAIL_CHANGED = "email_changed", "Email confirmed"
        EMAIL_REMOVED = "email_removed", "Email removed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="security_events")
    kind = models.CharField(max_length=30, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=45, blank=True, help_text="Of IPv6 the network.")
    device = models.CharField(max_length=100, blank=True)
    detail = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["at"], name="security_event_day_index")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class AccountMail(models.Model):
    """A mail about an account that is to be sent, and for a day the record that it was (mails/).

    It holds no link: a link is made when the mail is written. Whose a forgotten password is, is found out then as well,
    so that asking costs the same whether there is an account or not; until then there is no `user`.
    """

    class Kind(models.TextChoices):
        RESET = "reset"
        CONFIRM = "confirm"
        CHANGE_ASKED = "change_asked"
        CHANGED = "changed"
        EVENT = "event"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="account_mails")
    event = models.ForeignKey(SecurityEvent, on_delete=models.CASCADE, null=True, related_name="+")
    address = models.EmailField()
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now, help_text="Of the next attempt; meanwhile it is claimed.")
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["not_before"], name="account_mail_due_index", condition=models.Q(sent_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} mail {self.id}"


class SpentTicket(models.Model):
    """A ticket that was used, so that it is not used again until it would have expired anyway. It leads to nobody."""

    digest = models.CharField(primary_key=True, max_length=64, help_text="SHA-256 of the ticket, hexadecimal.")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest


class Reading(models.Model):
    """An administrator's look at what belongs to people. It outlasts all of them: ids, and no foreign keys.

    `what` is a model ("chat.message"), or "admin" for another page; a list has no `object_id`, and its filters and
    search words are in `address`, which is whole.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reader_id = models.UUIDField(db_index=True)
    what = models.CharField(max_length=60)
    object_id = models.UUIDField(null=True, blank=True)
    owner_id = models.UUIDField(null=True, blank=True, db_index=True)
    conversation_id = models.UUIDField(null=True, blank=True, db_index=True)
    address = models.TextField()
    read_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["read_at"], name="reading_day_index"),
            models.Index(fields=["object_id"], name="reading_object_index"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.object_id or 'list'}"
