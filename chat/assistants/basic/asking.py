"""What is asked about todos. The forms are in `question_forms.py`; here they become acts.

Nothing here can change a todo, so a topic may be found by taking away the words around it.
"""

from dataclasses import replace

from . import question_forms as forms
from .acts import Act, AskTodos, Question, Say, Selection
from .dating import Clock
from .grammar import first_match
from .naming import has_sign, is_pronoun, places_of
from .selecting import ABOUT, select, without_general_words
from .spans import cut_span
from .words import IRREGULAR_PAST, TODO_VERBS


def understand_question(text: str, clock: Clock, *, asked: bool) -> Act | None:
    """What the clause asks; Say("outside") for a question that is not about todos; None where it is no question."""
    if forms.CAPABILITY.fullmatch(text):
        return Say("help")
    if day := asked_day(text, clock, asked=asked):
        return day
    if ending := forms.ENDING.fullmatch(text):
        return ask_which(ending["rest"], clock) if is_about_todos(text) else Say("outside")
    if indirect := forms.INDIRECT.fullmatch(text):
        act = direct_question(indirect["rest"] or f"that {indirect['claim']}", clock)
        return None if act == Say("outside") and forms.FINDS_OUT.match(text) else act
    if forms.ASK_WORD.fullmatch(text) or forms.HOW_MANY.fullmatch(text) or forms.PLAN.fullmatch(text):
        return direct_question(text, clock)
    return request_to_see(text, clock) or (Say("outside") if asked and not is_about_todos(text) else None)


def asked_day(text: str, clock: Clock, *, asked: bool) -> AskTodos | None:
    """ "And tomorrow?", "what about next week?": what is due then."""
    about = forms.ABOUT_DAY.fullmatch(text)
    if not (about or asked):
        return None
    selection, rest = select(about["day"] if about else text, clock)
    is_day_alone = selection.span and not without_general_words(rest).strip(" ,.")
    return AskTodos(Question.WHICH, selection) if is_day_alone else None


def direct_question(text: str, clock: Clock) -> Act:
    if act := question_about_one(text, clock):
        return act
    if not is_about_todos(text) and not forms.PLAN.fullmatch(text):
        return Say("outside")
    if forms.WHAT_FIRST.search(text):
        return AskTodos(Question.WHAT_FIRST, select(text, clock)[0])
    if forms.HOW_MANY.fullmatch(text):
        return AskTodos(Question.HOW_MANY, narrowed(text, clock))
    if match := first_match(forms.WHEN, text):
        return ask_when(match["what"], clock)
    is_whether = forms.YES_NO.fullmatch(text) and not forms.OF_WHOLE_LIST.fullmatch(text)
    return ask_whether(text, clock) if is_whether else ask_which(text, clock)


def question_about_one(text: str, clock: Clock) -> AskTodos | None:
    """ "How urgent is that task?", "when is it?": surely about a todo, whatever else the words say."""
    if match := first_match(forms.HOW_URGENT, text):
        return ask_about_one(Question.HOW_URGENT, match["what"])
    if forms.JUST_ADDED.fullmatch(text):
        return ask_about_one(Question.ABOUT_ONE, "it")
    if match := first_match(forms.STATUS, text):
        return ask_about_one(Question.ABOUT_ONE, match["what"])
    if (match := first_match(forms.WHICH_ONE, text)) and places_of(match["what"]):
        return ask_about_one(Question.ABOUT_ONE, match["what"])
    if (match := forms.DID_DO.fullmatch(text)) and is_deed_done(match["verb"].lower()):
        _, what = cut_span(match["what"], clock)
        return ask_about_one(Question.ABOUT_ONE, what.strip())
    match = first_match(forms.WHEN, text)
    return ask_about_one(Question.WHEN, match["what"]) if match and has_sign(match["what"]) else None


def is_deed_done(verb: str) -> bool:
    return verb in TODO_VERBS or verb in IRREGULAR_PAST or verb.endswith("ed")


def request_to_see(text: str, clock: Clock) -> AskTodos | None:
    """ "Read me my list", "I need my list", "my tasks for today"."""
    if (showing := forms.SHOWING.fullmatch(text)) and shows_todos(text, showing["rest"]):
        return shown(text, showing["rest"], clock)
    if (wishing := forms.WISHING.fullmatch(text)) and wishes_list(text, wishing["rest"]):
        return ask_which(wishing["rest"], clock)
    if forms.SORTED.fullmatch(text):
        return AskTodos(Question.WHICH, Selection())
    if forms.BARE_STATE.fullmatch(text) or (forms.BARE_LIST.fullmatch(text) and is_list_named(text, clock)):
        return ask_which(text, clock)
    return None


def ask_about_one(question: Question, words: str) -> AskTodos:
    """A question about one todo, which may be named by a pronoun or its place."""
    task = words if is_pronoun(words) or places_of(words) else topic_of(words) or words
    return AskTodos(question, Selection("all", task), task=task)


def ask_when(words: str, clock: Clock) -> AskTodos:
    if is_pronoun(words) or places_of(words) or topic_of(words):
        return ask_about_one(Question.WHEN, words)
    return ask_which(words, clock)


def ask_whether(text: str, clock: Clock) -> AskTodos:
    selection, rest = select(text, clock)
    topic = topic_of(rest)
    if not topic:
        return AskTodos(Question.WHICH, selection)
    return AskTodos(Question.IS_THERE, Selection("all", topic, selection.tag, selection.priority), task=topic)


def ask_which(text: str, clock: Clock) -> AskTodos:
    return AskTodos(Question.WHICH, narrowed(text, clock))


def narrowed(text: str, clock: Clock) -> Selection:
    """The selection of a question that has a topic only behind "about"."""
    selection, rest = select(text, clock)
    about = ABOUT.search(rest)
    topic = topic_of(about["text"]) if about and not forms.EMPTY_TOPIC.fullmatch(about["text"]) else ""
    return replace(selection, text=topic or selection.text)


def shown(text: str, rest: str, clock: Clock) -> AskTodos:
    """ "Show my work tasks", "check my list for milk": what is left beside the list is the topic."""
    selection, left = select(rest, clock)
    looked_for = forms.LOOKED_FOR.fullmatch(left) if forms.LOOK_IN.match(text) else None
    if looked_for and (topic := topic_of(looked_for["what"])):
        return AskTodos(Question.IS_THERE, Selection("all", topic), task=topic)
    about = ABOUT.search(left)
    left = about["text"] if about else without_general_words(without_list(left))
    topic = "" if looked_for else " ".join(forms.LEFT_OVER.sub(" ", left).split())
    return AskTodos(Question.WHICH, replace(selection, text=topic or selection.text))


def shows_todos(text: str, rest: str) -> bool:
    """Whether the object of "show", "read" or "check" is the list or a part of it, and not "read the report"."""
    if forms.NOT_SHOWING.match(text):
        return False
    if forms.LISTING.fullmatch(text):
        return True
    if forms.WHAT_I_HAVE.fullmatch(rest):
        return is_about_todos(text)
    if (
        forms.THE_LIST.fullmatch(rest)
        or forms.SEARCH.fullmatch(text)
        or (forms.LOOK_FOR.match(text) and has_sign(rest))
    ):
        return True
    if forms.SHOW_ME.match(text):
        return bool(forms.ONE_OR_LIST.fullmatch(rest)) and not forms.NEW_ONE.match(rest)
    return bool(forms.HAS_LIST.fullmatch(rest))


def wishes_list(text: str, rest: str) -> bool:
    """ "I need my list", "I want to hear everything on it" – and not "I need milk on my list"."""
    if forms.SEEING.search(text):
        return bool(forms.ONE_OR_LIST.fullmatch(rest)) and not forms.ADDING.search(text)
    return bool(forms.LIST.fullmatch(rest))


def is_list_named(text: str, clock: Clock) -> bool:
    """Whether the clause is nothing but a name of the list, as in "my tasks for today"."""
    _, rest = select(text, clock)
    return not without_general_words(without_list(rest)).strip(" ,.")


def is_about_todos(text: str) -> bool:
    if forms.ALWAYS_ABOUT_TODOS.fullmatch(text) or forms.ABOUT_TODOS.search(text):
        return True
    if forms.OTHER_HOW.fullmatch(text) or forms.OF_ASSISTANT.match(text) or not forms.OWN.search(text):
        return False
    return bool(forms.ABOUT_DOING.search(text) or forms.ABOUT_OWN.fullmatch(text))


def without_list(text: str) -> str:
    return " ".join(forms.LIST.sub(" ", forms.IN_LIST.sub(" ", text)).split())


def topic_of(text: str) -> str:
    """What a question is about: its words without the list, the frame of the question and general nouns."""
    topic, before = without_list(text).strip(" ,?"), ""
    if about := ABOUT.search(topic):
        topic = about["text"]
    while topic != before:
        before = topic
        topic = forms.TRAIL.sub("", forms.FRAME.sub("", topic)).strip(" ,?")
    return forms.DETERMINER.sub("", topic)
