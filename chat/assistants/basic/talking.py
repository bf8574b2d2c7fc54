"""Talk that is about no todo: greetings, thanks, help, yes and no, undo, and what is not for this assistant."""

from .acts import Act, RestoreTodo, Say, UndoChanges
from .grammar import first_match
from .naming import names_in, number_of
from .talk_forms import HOSTILE, OTHERS_LIST, OUTSIDE, REDO, RESTORE, TALK, UNDO


def understand_talk(text: str) -> Act | None:
    """What to say or take back when the whole clause is talk; None when it may be about todos."""
    if match := first_match(UNDO, text):
        return UndoChanges(number_of(match.groupdict().get("count") or "one"))
    if first_match(REDO, text):
        return UndoChanges(redo=True)
    topic = next((topic for topic, forms in TALK.items() if forms.fullmatch(text)), None)
    return Say(topic) if topic else None


def understand_outside(text: str) -> Act | None:
    """Words said to an assistant that have nothing to do with todos; asked after all that has."""
    if match := first_match(RESTORE, text):
        return RestoreTodo(" ".join(names_in(match["what"])))
    return Say("outside") if OUTSIDE.fullmatch(text) else None


def understand_hostile(text: str) -> Act | None:
    """A reach for what is not the person's own. Words to add are never one: they are stored, not followed."""
    return Say("not yours") if HOSTILE.search(text) or OTHERS_LIST.match(text) else None
