"""What a person does about a notice: done, put off, answered, dismissed. Each is acted on once, wherever it arrived."""

import datetime
from collections.abc import Mapping
from uuid import UUID

from django.db.models.functions import Now
from django.dispatch import Signal
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts.locks import lock_user
from accounts.models import User
from language.reminders.text import instant_text
from notices.models import Delivery
from todos.changing.changes import Origin
from todos.commands import complete_todo
from todos.models import Door
from todos.reminder_commands import SNOOZES, deal_with, put_off_until, reminder_of, snooze_reminder

from .signing import address_of

DONE, APPROVE, DECLINE, DISMISSED = "done", "approve", "decline", "dismissed"
LABELS: Mapping[str, str] = {DONE: _("Done")} | {name: snooze.label for name, snooze in SNOOZES.items()}
ANSWERS: Mapping[str, str] = {APPROVE: _("Approve"), DECLINE: _("Decline")}
BY_BUTTON = Origin(Door.PAGE)

# Sent with `owner`, `approval_id` and `approve`, inside the transaction. Who asked the question decides it, and returns
# the sentence that tells what was done; raises what a decision raises.
answered = Signal()


class ActedAlready(Exception):
    """One of its buttons was pressed before; `act` is which."""

    def __init__(self, act: str) -> None:
        self.act = act
        super().__init__(act)


def labels_of(row: Delivery) -> Mapping[str, str]:
    """What can be done about a notice; of most there is nothing to do."""
    labels = {Delivery.Kind.REMINDER: LABELS, Delivery.Kind.APPROVAL: ANSWERS}.get(Delivery.Kind(row.kind), {})
    return {act: gettext(label) for act, label in labels.items()}


def buttons_of(row: Delivery) -> dict[str, str]:
    """Labels and addresses of what can be done."""
    return {label: address_of(row.pk, act) for act, label in labels_of(row).items()}


def act_on(owner: User, delivery: Delivery, act: str, now: datetime.datetime) -> str:
    """Do it, and return a sentence. Notices of the same thing by other channels then count as acted on.

    Raises ActedAlready, and what the commands raise: TodoNotFound for a todo in the trash.
    """
    lock_user(owner)
    delivery.refresh_from_db()
    if delivery.acted:
        raise ActedAlready(delivery.acted)
    said = _done(owner, delivery, act, now)
    same = Delivery.objects.for_user(owner).filter(source_id=delivery.source_id, occurrence=delivery.occurrence)
    same.filter(acted="").update(acted=act, acted_at=Now())
    return said


def _done(owner: User, delivery: Delivery, act: str, now: datetime.datetime) -> str:
    if delivery.kind == Delivery.Kind.APPROVAL:
        return "" if act == DISMISSED else answer_question(owner, delivery.source_id, approve=act == APPROVE)
    if act == DISMISSED or delivery.todo_id is None:
        deal_with(owner, [delivery.source_id])
        return ""
    if act == DONE:
        written = complete_todo(owner, delivery.todo_id, now=now, by=BY_BUTTON)
        return " ".join(filter(None, [gettext("Completed “%(title)s”.") % {"title": written.todo.title}, written.note]))
    snooze = SNOOZES[act]
    reminder = reminder_of(owner, delivery.todo_id, delivery.source_id)
    written = snooze_reminder(owner, reminder, snooze.until, now=now, by=BY_BUTTON)
    until = put_off_until(written.todo, owner.zone)
    # “This evening” is tomorrow's for who presses it at night: the moment itself is said.
    if until is None:
        return gettext("“%(title)s” reminds you again.") % {"title": written.todo.title}
    when = instant_text(until, owner.zone, now, owner.habits)
    return gettext("“%(title)s” reminds you again %(when)s.") % {"title": written.todo.title, "when": when}


def answer_question(owner: User, approval_id: UUID, *, approve: bool) -> str:
    [(_, said)] = answered.send(Delivery, owner=owner, approval_id=approval_id, approve=approve)
    return str(said)
