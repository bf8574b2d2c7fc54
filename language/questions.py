"""What the assistant asks back, word for word: the next message is read by what was asked."""

from language.acts import Act, AddTodo, Clarify, CompleteTodos, DeleteTodos, UpdateTodos

ASK_TITLE = "What should I call it?"
OFFER = "Shall I add"
TAKE_BACK = "That is done already. Shall I take it back?"
DELETE_OFFER = "Shall I delete"


def offered(todo: Act | None) -> Clarify | None:
    """The question whether to add it; None where that is no todo with a title."""
    return Clarify(f"{OFFER} “{todo.title}” to your list?") if isinstance(todo, AddTodo) and todo.title else None


def offer_of(change: CompleteTodos | DeleteTodos | UpdateTodos) -> str:
    """How a question whether to make the change begins: it names the act."""
    if isinstance(change, DeleteTodos):
        return DELETE_OFFER
    if isinstance(change, CompleteTodos):
        return "Shall I reopen" if change.reopen else "Shall I complete"
    return "Shall I change"


OFFERS_OF_CHANGE = (DELETE_OFFER, "Shall I reopen", "Shall I complete", "Shall I change")
