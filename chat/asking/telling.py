"""Tells a person by their channels what a program waits for, until it is decided.

Where the program can put the question itself, it has a moment for that first.
"""

import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.habits.drawing import written_for
from accounts.models import User
from chat.models import Approval
from chat.turns.approvals import carry_out, decision_text, would_do
from notices.buttons.acts import answered
from notices.models import Delivery
from notices.outbox.filling import put

SEEN_FIRST = datetime.timedelta(seconds=20)


def tell_person(approval: Approval, *, asked_in_program: bool) -> None:
    """Put the notices about a question; call it in the transaction that stores it."""
    said_at = approval.created_at + (SEEN_FIRST if asked_in_program else datetime.timedelta())
    with written_for(approval.owner):
        title = _("%(program)s asks") % {"program": approval.asker_name or _("A program")}
        question = would_do(approval)
    content = {
        "title": title,
        "text": question,
        "address": f"/approvals/{approval.pk}",
    }
    put(approval.owner_id, Delivery.Kind.APPROVAL, approval.pk, said_at, approval.expires_at, content)


@receiver(answered)
def decide_by_button(owner: User, approval_id: UUID, *, approve: bool, **kwargs: Any) -> str:
    """The button of a notice approves all or nothing; single todos are chosen on the page."""
    return decision_text(carry_out(owner, approval_id, "all" if approve else []))
