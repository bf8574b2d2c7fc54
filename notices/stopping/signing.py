"""Signs the addresses in mails that end these mails without signing in (RFC 8058)."""

from uuid import UUID

from django.core import signing
from django.dispatch import Signal
from django.urls import reverse

from accounts.models import User
from notices.models import NoticeSettings

SALT = "notices.stop"
# Sent with `user`: what else is mailed to them ends as well.
mails_stopped = Signal()


def stop_address(owner: User) -> str:
    """The address that ends mails. It never expires: an old mail must work too, and it can do nothing else."""
    return reverse("stop_mails", args=[signing.dumps(str(owner.pk), salt=SALT)])


def owner_id_of(token: str) -> UUID | None:
    """None for a token that is none of ours."""
    try:
        return UUID(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None


def stop_mails(owner_id: UUID) -> None:
    """End the mails of a user; nothing is done for an account that is gone."""
    if owner := User.objects.filter(pk=owner_id).first():
        NoticeSettings.objects.update_or_create(owner=owner, defaults={"mail": False})
        mails_stopped.send(User, user=owner)
