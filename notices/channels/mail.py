"""Mail to the confirmed address of a person who asked for it; each mail says how to end them, in one click."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.habits.drawing import written_for
from accounts.models import User
from notices.channel import Item, Notice, Outcome
from notices.preferences import UNSEEN, UNSEEN_TITLE, says_what, with_channel
from notices.stopping.signing import stop_address
from todos.models import todos_address
from web.addresses.site import site_address
from web.mail.sending import Mail, MailFailed, is_mail_set_up, send_mail


class MailChannel:
    name = "mail"
    timeout_seconds = 45.0
    slots = 20
    one_at_a_time = False

    def targets(self, owner_ids: Collection[UUID], *, asked: bool = False) -> Mapping[UUID, Collection[str]]:
        if not is_mail_set_up():
            return {}
        wanting = owner_ids if asked else with_channel(self.name, owner_ids)
        people = User.objects.filter(pk__in=wanting, email_verified_at__isnull=False)
        return {pk: (email,) for pk, email in people.values_list("pk", "email") if email}

    async def send(self, notice: Notice) -> Outcome:
        try:
            seen = notice.kind == "test" or await says_what(notice.owner)
            with written_for(notice.owner):
                mail = mail_of(notice, seen=seen)
            await send_mail(mail)
        except MailFailed as failure:
            return Outcome("again" if failure.again else "failed", failure.code[:40])
        return Outcome("sent")


def mail_of(notice: Notice, *, seen: bool) -> Mail:
    """A second attempt has the same Message-ID, by which a mail program knows it. Not `seen`: no word of what it is."""
    stop = site_address(stop_address(notice.owner))
    first, *others = notice.items
    if seen:
        subject = reminders_text(len(notice.items), first.title) if others else first.title
        parts = [part_of(item) for item in notice.items]
    else:
        subject = str(UNSEEN[notice.kind])
        parts = [f"{subject}:\n{site_address(todos_address() if others else first.address)}"]
    return Mail(
        to=notice.target,
        subject=subject or UNSEEN_TITLE,
        text="\n\n".join([*parts, "--\n" + _("No more of these mails: %(address)s") % {"address": stop}]),
        id=notice.id.hex,
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def reminders_text(number: int, title: str) -> str:
    said = ngettext("%(number)s reminder: %(title)s, …", "%(number)s reminders: %(title)s, …", number)
    return said % {"number": number, "title": title}


def part_of(item: Item) -> str:
    """One thing that is said, and the addresses of what can be done about it."""
    acts = [f"{label}: {site_address(path)}" for label, path in item.acts.items()]
    return "\n".join(
        filter(None, [item.title, item.text, *acts, _("Open: %(address)s") % {"address": site_address(item.address)}])
    )
