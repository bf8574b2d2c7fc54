"""What a transaction locks, and in which order: two that lock in one order never wait for each other.

 0. the answer kept for an Idempotency-Key
 1. the user, by `lock_user`
 2. codes, refresh tokens and access tokens of programs, in this order; refresh tokens, then their sign-ins
 3. conversations: their rows, also by the UPDATE that takes, renews or ends the lease of a turn
 4. todos, then their changes, then their reminders
 5. approvals
 6. messages and tool calls; messages only behind the lock of their conversation
 7. webhooks
 8. deliveries
 9. briefings

Rows of one table are locked by their ids. Whoever cannot know the ids before the first row is locked (the items of a
tool call, an undo, an import, the todos of an approval) locks the user first: of those, one runs at a time. A command
on one todo needs no lock but that todo's. A sweep over the rows of many people skips what is locked.

A lock on a row that others refer to is FOR NO KEY UPDATE: at its COMMIT a transaction looks at the user and the
conversation of what it inserted (foreign keys are checked then), which FOR UPDATE would make it wait for. Only who
erases a row needs that one. SQLite has one writer at a time and locks no rows.
"""

from database.prepared import PreparedQuery, pk_slot
from web.errors import TokenInvalid

from .models import User

USER = PreparedQuery(lambda: User.objects.select_for_update(no_key=True).filter(pk=pk_slot("user")).values_list("pk"))


def lock_user(user: User) -> None:
    """Let one transaction of the user at a time go on from here, until it ends.

    Raises TokenInvalid for an account that was erased since the token was checked.
    """
    if not USER.rows(user=user.pk):
        raise TokenInvalid
