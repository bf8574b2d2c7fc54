"""What mails about an account say: short, in plain text and as a page, with what to do where it was somebody else."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.entry.password_links import RESET
from accounts.habits.drawing import written_for
from accounts.models import AccountMail, SecurityEvent, User
from accounts.security_log import place_of
from habits.wording import day_text, time_text
from web.mail.sending import Mail

from .links import confirm_key, link_to

Kind = AccountMail.Kind


@dataclass(frozen=True)
class Letter:
    """A mail before it is written down: paragraphs, and one link between them. Lines of `facts` stay lines."""

    subject: str
    before: str
    link: str = ""
    label: str = ""
    after: str = ""
    facts: tuple[str, ...] = ()

    @property
    def facts_beside_subject(self) -> list[str]:
        """Those that the heading of the page does not say already."""
        return [fact for fact in self.facts if fact and fact != self.subject]

    def text(self, username: str) -> str:
        parts = ["\n".join(self.facts), f"{self.before}\n{self.link}".strip(), self.after, foot_of(username)]
        return "\n\n".join(filter(None, parts)) + "\n"

    def html(self, username: str) -> str:
        """The mail as HTML. Nothing in it is fetched: reading it tells nobody."""
        foot = foot_of(username).removeprefix("-- \n")
        return render_to_string("accounts/mails/letter.html", {"letter": self, "foot": foot})


def foot_of(username: str) -> str:
    return "-- \n" + _("Todo Chat, about your account “%(username)s”.") % {"username": username}


def written(order: AccountMail, user: User) -> Mail:
    """The mail of an order; links in it are made now."""
    with written_for(user):
        letter = WORDS[Kind(order.kind)](order, user)
        text, html = letter.text(user.username), letter.html(user.username)
    return Mail(order.address, letter.subject, text, html, id=str(order.pk))


def reset(order: AccountMail, user: User) -> Letter:
    return Letter(
        _("A new password"),
        _(
            "Somebody, you probably, asked for a new password of “%(username)s”. Choose it here, within half an hour. "
            "The link works once:"
        )
        % {"username": user.username},
        link_to("reset_password", key=RESET.key_of(user)),
        _("Choose a new password"),
        _("If you did not ask, do nothing: without the link nothing changes."),
    )


def confirm(order: AccountMail, user: User) -> Letter:
    return Letter(
        _("Confirm your address"),
        _("Is %(address)s your address, and “%(username)s” your account? Confirm it here, within a day:")
        % {"address": order.address, "username": user.username},
        link_to("confirm_email", key=confirm_key(user)),
        _("Confirm this address"),
        _("If you do not know this account, do nothing."),
    )


def change_asked(order: AccountMail, user: User) -> Letter:
    return Letter(
        _("Another address for your account"),
        *not_you(),
        facts=(
            _(
                "Somebody who is signed in as “%(username)s” gave another mail address for this account. It counts "
                "when it is confirmed there; until then mails come to you."
            )
            % {"username": user.username},
        ),
    )


def changed(order: AccountMail, user: User) -> Letter:
    return Letter(
        _("Your address was changed"),
        _(
            "This address does not belong to “%(username)s” any more: mails about the account do not come to you from "
            "now on."
        )
        % {"username": user.username},
        after=_("If it was not you, tell whoever runs this Todo Chat at once."),
    )


def event(order: AccountMail, user: User) -> Letter:
    happened = order.event
    if happened is None:
        raise TypeError("an order of this kind has its event")
    what, when = str(happened.get_kind_display()), happened.at.astimezone(user.zone)
    return Letter(
        what,
        *(webhook_off() if happened.kind == SecurityEvent.Kind.WEBHOOK_OFF else not_you()),
        facts=(
            f"{what} ({happened.detail})" if happened.detail else what,
            f"{day_text(when, user.habits)}, {time_text(when, user.habits)} ({user.time_zone})",
            ", ".join(filter(None, [happened.device, place_of(happened.address)])),
        ),
    )


def webhook_off() -> tuple[str, str, str]:
    """A webhook was switched off by itself: its server failed for days, or said that it is gone."""
    return (
        _("What happens is not sent there any more. Once its server answers again, switch it on in the settings:"),
        link_to("settings"),
        _("Open the settings"),
    )


def not_you() -> tuple[str, str, str]:
    return (
        _("If it was not you, set a new password, which signs out everybody else:"),
        link_to("forgot_password"),
        _("Set a new password"),
    )


WORDS = {
    Kind.RESET: reset,
    Kind.CONFIRM: confirm,
    Kind.CHANGE_ASKED: change_asked,
    Kind.CHANGED: changed,
    Kind.EVENT: event,
}
