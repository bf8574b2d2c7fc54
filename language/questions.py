"""What the assistant asks back, word for word: the next message is read by what was asked."""

from habits.speech import gettext, gettext_noop, said_in
from language.acts import Act, AddTodo, Change, Clarify, CompleteTodos, DeleteTodos, UpdateTodos

ASK_TITLE = gettext_noop("What should I call it?")
OFFER = gettext_noop("Shall I add “%(title)s” to your list?")
TAKE_BACK = gettext_noop("That is done already. Shall I take it back?")
DELETE_OFFER = gettext_noop("Shall I delete %(todo)s?")
DELETE_ONE_OFFER = gettext_noop("Shall I delete one of these? Say which, for example “delete 1”.")
REOPEN_OFFER = gettext_noop("Shall I reopen %(todo)s?")
COMPLETE_OFFER = gettext_noop("Shall I complete %(todo)s?")
CHANGE_OFFER = gettext_noop("Shall I change %(todo)s?")
MOVE_OFFER = gettext_noop("Shall I change %(todo)s? Its new date would be: %(due)s.")
RENAME_OFFER = gettext_noop("Shall I rename %(todo)s to “%(title)s”?")
WHAT_WITH = gettext_noop(
    "What should I do with %(todo)s? For example “complete it”, “delete it” or “move it to friday”."
)
# Of the todos that were just listed, each by its verb.
OFFERS_OF_GROUP = {
    "delete": gettext_noop(
        "Shall I delete them? Nothing is deleted yet. Or tell me which ones, for example “delete 1”."
    ),
    "complete": gettext_noop(
        "Shall I complete them? Nothing is completed yet. Or tell me which ones, for example “complete 1”."
    ),
    "reopen": gettext_noop(
        "Shall I reopen them? Nothing is reopened yet. Or tell me which ones, for example “reopen 1”."
    ),
}
OFFERS_OF_ONE = {"delete": DELETE_OFFER, "complete": COMPLETE_OFFER, "reopen": REOPEN_OFFER}
OFFERS_OF_CHANGE = (CHANGE_OFFER, MOVE_OFFER, RENAME_OFFER)


def offered(todo: Act | None) -> Clarify | None:
    """The question whether to add it; None where that is no todo with a title."""
    if not isinstance(todo, AddTodo) or not todo.title:
        return None
    return Clarify(gettext(OFFER) % {"title": todo.title})


def offer_of(change: Change) -> str:
    """The question whether to make the change, of a `todo`."""
    if isinstance(change, DeleteTodos):
        return DELETE_OFFER
    if isinstance(change, CompleteTodos):
        return REOPEN_OFFER if change.reopen else COMPLETE_OFFER
    if change == UpdateTodos(change.tasks):
        return WHAT_WITH
    return RENAME_OFFER if change.title else MOVE_OFFER if change.due else CHANGE_OFFER


def asks(answer: str, *questions: str) -> bool:
    """Whether the answer has one of the questions in it, in whatever language it was asked."""
    return any(said_in(answer, question) for question in questions)
