"""What happened to an account: its history, the mails about it, spent tickets, and who read what."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from .users import User


class SecurityEvent(models.Model):
    """A line of a person's security log (security_log.py): what happened, when, by which device and from where."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in")
        SIGNED_IN_ON_NEW_DEVICE = "signed_in_on_new_device", _("Signed in on a new device")
        SIGNED_OUT_EVERYWHERE = "signed_out_everywhere", _("Signed out everywhere")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        PASSWORD_RESET = "password_reset", _("Password set by a link")
        PASSKEY_ADDED = "passkey_added", _("Passkey added")
        PASSKEY_REMOVED = "passkey_removed", _("Passkey removed")
        PASSKEY_COPIED = "passkey_copied", _("Copy of a passkey refused")
        SECOND_FACTOR_ON = "second_factor_on", _("Second factor turned on")
        SECOND_FACTOR_OFF = "second_factor_off", _("Second factor turned off")
        RECOVERY_CODES_MADE = "recovery_codes_made", _("Recovery codes made")
        RECOVERY_CODE_USED = "recovery_code_used", _("Recovery code used")
        PROVIDER_LINKED = "provider_linked", _("Sign-in provider linked")
        PROVIDER_UNLINKED = "provider_unlinked", _("Sign-in provider unlinked")
        APP_CONNECTED = "app_connected", _("App connected")
        APP_DISCONNECTED = "app_disconnected", _("App disconnected")
        TOKEN_MADE = "token_made", _("Token made")
        TOKEN_REVOKED = "token_revoked", _("Token revoked")
        WEBHOOK_ADDED = "webhook_added", _("Webhook added")
        WEBHOOK_CHANGED = "webhook_changed", _("Webhook changed")
        WEBHOOK_REMOVED = "webhook_removed", _("Webhook removed")
        WEBHOOK_OFF = "webhook_off", _("Webhook switched off by itself")
        EMAIL_CHANGED = "email_changed", _("Email confirmed")
        EMAIL_REMOVED = "email_removed", _("Email removed")

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
    """What an administrator looked at. It has ids and no foreign keys, so that it outlasts the rows.

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
