"""What a person puts right in the same breath: "tomorrow, I mean friday", "add eggs, no wait, duck eggs"."""

import re
from dataclasses import replace
from difflib import get_close_matches

from habits.speech import gettext, gettext_noop
from language.acts import Act, AddTodo, Clarify, CompleteTodos, DeleteTodos, Unclear, UpdateTodos
from language.clock import TIME_ALONE, Clock, completed_date, cut_final_date, is_date
from language.grammar import section
from language.text.items import begins_with_verb
from language.text.naming import names_in

forms = section("repairs")


ARTICLES = frozenset(["the", "a", "an", "my", "our"])
MEANT_MAX_WORDS = 5
NEARLY_ALIKE = 0.7
SAY_AGAIN = gettext_noop(
    "I am not sure which of the two you mean, so I have changed nothing. Could you say it once more?"
)


def with_meant_date(sentence: str, clock: Clock) -> str | None:
    """The sentence with the date that was meant in the place of the one that was said; None where no date was.

    Raises Unclear where the number that was meant may be of anything: "6 eggs, no 12".
    """
    match = forms.repair.fullmatch(sentence) or forms.repaired_date.fullmatch(sentence)
    if match is None:
        return None
    said, meant = match["said"], match["meant"].strip(" .!")
    if forms.hour.fullmatch(meant):
        hour = forms.at_hour.fullmatch(said)
        if not hour:
            raise Unclear(gettext(SAY_AGAIN))
        return f"{hour['before']} {meant}"
    if not is_date(meant, clock):
        return None
    kept, due = cut_final_date(said, clock)
    if due:
        return f"{kept} {completed_by(due, meant, clock)}"
    if found := clock.find(said):
        return f"{said[: found.start]}{completed_by(found.text, meant, clock)}{said[found.end :]}"
    return f"{said} {meant}" if " " in said else None


def completed_by(said: str, meant: str, clock: Clock) -> str:
    """The date that was meant, with the day or the time of the one that was said where it lacks its own."""
    old = clock.find(said)
    if not (old and old.due) or old.recurrence or TIME_ALONE.fullmatch(said):
        return meant
    time = f"{old.due.time:%H:%M}" if old.due.time else ""
    return completed_date(meant, old.due.date.isoformat(), time, clock)


def repaired(acts: list[Act], meant: str) -> list[Act]:
    """The one act that was said, of what was meant; a question where that is not certain."""
    act = acts[0] if len(acts) == 1 and len(meant.split()) <= MEANT_MAX_WORDS else None
    match act:
        case AddTodo(title=title) if new := corrected_title(title, meant):
            return [replace(act, title=new)]
        case CompleteTodos() | DeleteTodos() | UpdateTodos(title=""):
            return [replace(act, tasks=names_in(meant))]
    return [Clarify(gettext(SAY_AGAIN))]


def like_part(title: str, new: str) -> str:
    """The word of the title that another one stands for: of "run 5k" for "10k", of "call Bo" for "Al"; else empty.

    The one that it is nearly written like comes first: of "tell brain the news" for "brian".
    """
    if " " in new:
        return ""
    if alike := get_close_matches(new, title.split()[1:], n=1, cutoff=NEARLY_ALIKE):
        return alike[0]
    for is_alike in (lambda word: any(map(str.isdigit, word)), lambda word: word[:1].isupper()):
        fitting = [word for word in title.split()[1:] if is_alike(word)]
        if is_alike(new) and len(fitting) == 1:
            return fitting[0]
    return ""


def corrected_title(title: str, new: str, old: str = "") -> str:
    """The title with the new words in the place of the old ones, or of as many that share a word with them."""
    if old:
        # "For Hannah, not Anna": the word before the name is said again.
        first = rf"({re.escape(new.partition(' ')[0])} )?" if " " in new else ""
        replaced = re.sub(rf"\b{first}{re.escape(old)}\b", lambda _: new, title, count=1, flags=re.IGNORECASE)
        return replaced if replaced != title else ""
    words, new_words = title.split(), new.split()
    if part := like_part(title, new):
        return corrected_title(title, new, part)
    verb, _, thing = title.partition(" ")
    if begins_with_verb(title) and len(thing.split()) in {1, len(new_words)} and not begins_with_verb(new):
        return f"{verb} {new}"
    said, meant = title.lower().split(), new.lower().split()
    shared = (set(said) & set(meant)) - ARTICLES
    # In the place of as many words: "3 bags" of "buy 2 bags of cement", "for Al" of "book a table for Bo".
    start = said.index(meant[-1]) + 1 - len(meant) if meant[-1] in shared else 0
    start = said.index(meant[0]) if start <= 0 and meant[0] in shared else start
    if start > 0:
        return " ".join([*words[:start], *new_words, *words[start + len(meant) :]])
    return new if shared or len(words) == len(new_words) else ""
