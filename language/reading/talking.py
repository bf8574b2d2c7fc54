"""Talk that is about no todo: greetings, thanks, help, yes and no, undo, and what is not for this assistant."""

from language.acts import Act, RestoreTodo, Say, UndoChanges
from language.grammar import section
from language.text.naming import names_in, number_of

forms = section("talk")


# In this order: what is no question may still be thanks.
TOPICS = {name: name.replace("_", " ") for name in ("help", "who", "hello", "thanks", "bye", "yes", "no", "not_meant")}


def understand_talk(text: str) -> Act | None:
    """What to say or take back when the whole clause is talk; None when it may be about todos."""
    if match := forms.undo.fullmatch(text):
        return UndoChanges(number_of(match.groupdict().get("count") or "one"))
    if forms.redo.fullmatch(text):
        return UndoChanges(redo=True)
    topic = next((topic for name, topic in TOPICS.items() if getattr(forms, name).fullmatch(text)), None)
    return Say(topic) if topic else None


def understand_restore(text: str) -> Act | None:
    """What brings a todo back out of the trash; asked after all that may add one."""
    if match := forms.restore.fullmatch(text):
        return RestoreTodo(" ".join(names_in(match["what"])))
    return None


def understand_hostile(text: str) -> Act | None:
    """A reach for what is not the person's own. Words to add are never one: they are stored, not followed."""
    return Say("not yours") if forms.hostile.search(text) or forms.others_list.match(text) else None
