"""What mails about an account say: plain text, short, with what to do where it was somebody else."""

from accounts.models import AccountMail, User
from accounts.security_log import place_of
from web.mail.sending import Mail

from .links import confirm_key, link_to, reset_key

Kind = AccountMail.Kind
FOOT = "\n\n-- \nTodo Chat, about your account “{name}”.\n"
NOT_YOU = "If it was not you, set a new password, which signs out everybody else:\n{link}"


def written(order: AccountMail, user: User) -> Mail:
    """The mail of an order; links in it are made now."""
    subject, text = WORDS[Kind(order.kind)](order, user)
    return Mail(order.address, subject, text + FOOT.format(name=user.username), id=str(order.pk))


def reset(order: AccountMail, user: User) -> tuple[str, str]:
    link = link_to("reset_password", key=reset_key(user))
    return "A new password", (
        f"Somebody, you probably, asked for a new password of “{user.username}”.\n\nChoose it here, within half an "
        f"hour. The link works once:\n{link}\n\nIf you did not ask, do nothing: without the link nothing changes."
    )


def confirm(order: AccountMail, user: User) -> tuple[str, str]:
    link = link_to("confirm_email", key=confirm_key(user))
    return "Confirm your address", (
        f"Is {order.address} your address, and “{user.username}” your account?\n\nConfirm it here, within a day:\n"
        f"{link}\n\nIf you do not know this account, do nothing."
    )


def change_asked(order: AccountMail, user: User) -> tuple[str, str]:
    return "Another address for your account", (
        f"Somebody who is signed in as “{user.username}” gave another mail address for this account. It counts when it "
        f"is confirmed there; until then mails come to you.\n\n{not_you()}"
    )


def changed(order: AccountMail, user: User) -> tuple[str, str]:
    return "Your address was changed", (
        f"This address does not belong to “{user.username}” any more: mails about the account do not come to you from "
        "now on.\n\nIf it was not you, tell whoever runs this Todo Chat at once."
    )


def event(order: AccountMail, user: User) -> tuple[str, str]:
    happened = order.event
    if happened is None:
        raise TypeError("an order of this kind has its event")
    what = happened.get_kind_display()
    where = ", ".join(filter(None, [happened.device, place_of(happened.address)]))
    detail = f" ({happened.detail})" if happened.detail else ""
    when = happened.at.astimezone(user.zone)
    return what, f"{what}{detail}\n{when:%-d %B %Y, %H:%M} ({user.time_zone})\n{where}\n\n{not_you()}"


def not_you() -> str:
    return NOT_YOU.format(link=link_to("forgot_password"))


WORDS = {
    Kind.RESET: reset,
    Kind.CONFIRM: confirm,
    Kind.CHANGE_ASKED: change_asked,
    Kind.CHANGED: changed,
    Kind.EVENT: event,
}
