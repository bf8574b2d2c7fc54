"""The settings of notices as their section of the settings page shows them."""

from dataclasses import dataclass

from django import template

from accounts.models import User
from notices.models import NoticeSettings, PushSubscription
from notices.preferences import notice_settings
from notices.push.vapid import public_vapid_key
from web.mail.sending import is_mail_set_up

register = template.Library()


@dataclass(frozen=True)
class Shown:
    chosen: NoticeSettings
    devices: list[PushSubscription]
    public_key: str
    mail_is_set_up: bool


@register.simple_tag
def notices_of(user: User) -> Shown:
    """Reads the database: the page is rendered in a unit."""
    return Shown(
        notice_settings(user), list(PushSubscription.objects.for_user(user)), public_vapid_key(), is_mail_set_up()
    )
