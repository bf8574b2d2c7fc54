"""What is asked about todos. The forms are in `words/en.txt`; here they become acts.

Nothing here can change a todo, so a topic may be found by taking away the words around it.
"""

from dataclasses import replace

from language.acts import Act, AskTodos, Question, Say, Selection
from language.clock import Clock, cut_date
from language.grammar import section, words
from language.text.naming import has_sign, is_pronoun, places_of
from language.text.periods import cut_span
from language.text.selection import TRAITS, cut_filter, select, without_general_words
from language.text.selection import forms as selecting
from language.vocabulary import IRREGULAR_PAST, TODO_VERBS

forms = section("asking")

FRAGMENT_WORDS = 4
# "Any appointments today?" has no topic but the day.
GENERIC = words("generic_nouns")
# Words of questions that say nothing of what is asked for.
ASKING = words("asking") | words("filler") | words("leading") | words("generic_nouns")


def understand_question(text: str, clock: Clock, *, asked: bool) -> Act | None:
    """What the clause asks; Say("outside") for a question that is not about todos; None where it is no question."""
    if forms.capability.fullmatch(text):
        return Say("help")
    if day := asked_day(text, clock, asked=asked):
        return day
    if ending := forms.ending.fullmatch(text):
        return ask_which(ending["rest"], clock) if is_about_todos(text) else Say("outside")
    if indirect := forms.indirect.fullmatch(text):
        answer = direct_question(indirect["rest"] or f"that {indirect['claim']}", clock)
        # "Check whether the shop is open" may be something to do.
        return None if answer == Say("outside") and forms.checks.match(text) else answer
    tagged_on = forms.tagged_on.fullmatch(text)
    if tagged_on or forms.ask_word.fullmatch(text) or forms.how_many.fullmatch(text) or forms.plan.fullmatch(text):
        return direct_question(tagged_on["claim"] if tagged_on else text, clock)
    return request_to_see(text, clock) or (
        Say("outside") if asked and not is_about_todos(text) and not is_fragment(text) else None
    )


def is_fragment(text: str) -> bool:
    """ "Lunch with Sam?": no question word and no verb of asking; it may be a todo that somebody thinks of."""
    return 1 < len(text.split()) <= FRAGMENT_WORDS and not forms.indirect.fullmatch(text)


def asked_day(text: str, clock: Clock, *, asked: bool) -> AskTodos | None:
    """ "And tomorrow?", "what about next week?": what is due then."""
    about = forms.about_day.fullmatch(text)
    if not (about or asked):
        return None
    selection, rest = select(about["day"] if about else text, clock)
    is_day_alone = selection.span and not without_general_words(rest).strip(" ,.")
    return AskTodos(Question.WHICH, selection) if is_day_alone else None


def direct_question(text: str, clock: Clock) -> Act:
    if act := question_about_one(text, clock):
        return act
    if not is_about_todos(text) and not forms.plan.fullmatch(text):
        return Say("outside")
    if forms.what_first.search(text):
        # The most important of all may have no priority: the answer ranks them.
        return AskTodos(Question.WHAT_FIRST, replace(select(text, clock)[0], priority=""))
    if forms.how_many.fullmatch(text):
        return AskTodos(Question.HOW_MANY, narrowed(text, clock))
    if (match := forms.when.fullmatch(text)) and topic_of(what := cut_span(match["what"], clock)[1]):
        return ask_about_one(Question.WHEN, what)
    is_whether = forms.yes_no.fullmatch(text) and not forms.of_whole_list.fullmatch(text)
    return ask_whether(text, clock) if is_whether else ask_which(text, clock)


def question_about_one(text: str, clock: Clock) -> AskTodos | None:
    """ "How urgent is that task?", "when is it?": surely about a todo, whatever else the words say."""
    if match := forms.how_urgent.fullmatch(text):
        return ask_about_one(Question.HOW_URGENT, match["what"])
    if forms.just_added.fullmatch(text):
        return ask_about_one(Question.ABOUT_ONE, "it")
    if match := forms.status.fullmatch(text):
        return ask_about_one(Question.ABOUT_ONE, match["what"])
    if (match := forms.which_one.fullmatch(text)) and places_of(match["what"]):
        return ask_about_one(Question.ABOUT_ONE, match["what"])
    if (match := forms.did_do.fullmatch(text)) and is_deed_done(match["verb"].lower()):
        _, what = cut_span(match["what"], clock)
        return ask_about_one(Question.ABOUT_ONE, what.strip())
    match = forms.when.fullmatch(text)
    return ask_about_one(Question.WHEN, match["what"]) if match and has_sign(match["what"]) else None


def is_deed_done(verb: str) -> bool:
    return verb in TODO_VERBS or verb in IRREGULAR_PAST or verb.endswith("ed")


def request_to_see(text: str, clock: Clock) -> AskTodos | None:
    """ "Read me my list", "I need my list", "my tasks for today"."""
    showing = forms.showing.fullmatch(text)
    if showing and (shows_todos(text, showing["rest"]) or is_selection(showing["rest"], clock)):
        return shown(text, showing["rest"], clock)
    if (wishing := forms.wishing.fullmatch(text)) and wishes_list(text, wishing["rest"]):
        return ask_which(wishing["rest"], clock)
    if forms.sorted.fullmatch(text):
        return AskTodos(Question.WHICH, Selection())
    is_bare = forms.bare_look.fullmatch(text) or (forms.bare_list.fullmatch(text) and is_list_named(text, clock))
    return ask_which(text, clock) if is_bare else None


def is_selection(words: str, clock: Clock) -> bool:
    """Whether the words do nothing but select todos: "p1", "tomorrow", "#home"."""
    selection, rest = select(words, clock)
    return selection != Selection() and not without_general_words(rest).strip(" ,.")


def ask_about_one(question: Question, words: str) -> AskTodos:
    """A question about one todo, which may be named by a pronoun or its place."""
    task = words if is_pronoun(words) or places_of(words) else topic_of(words) or words
    return AskTodos(question, Selection("all", task), task=task)


def ask_whether(text: str, clock: Clock) -> AskTodos:
    selection, rest = select(text, clock)
    topic = topic_of(rest)
    if not topic or GENERIC.issuperset(topic.lower().split()):
        return AskTodos(Question.WHICH, selection)
    return AskTodos(Question.IS_THERE, Selection("all", topic, selection.tag, selection.priority), task=topic)


def ask_which(text: str, clock: Clock) -> AskTodos:
    return AskTodos(Question.WHICH, narrowed(text, clock))


def narrowed(text: str, clock: Clock) -> Selection:
    """The selection of a question: what is left beside the list and the words that only ask is looked for."""
    selection, rest = select(text, clock)
    trait, rest = cut_filter(rest, TRAITS)
    about = selecting.about.search(rest)
    topic = content_of(about["text"] if about else rest, clock) or selection.text
    return replace(selection, text=topic, trait=trait)


def content_of(text: str, clock: Clock) -> str:
    """The words that say what is asked for: no general ones, and no times of the day, by which none are found."""
    text, _ = cut_date(without_general_words(forms.plain_list.sub(" ", text)), clock)
    words = [word.strip(" ,.;:!?'\"()-–") for word in text.split()]
    return " ".join(word for word in words if word and word.lower() not in ASKING)


def shown(text: str, rest: str, clock: Clock) -> AskTodos:
    """ "Show my work tasks", "check my list for milk"."""
    looked_for = forms.looked_for.fullmatch(select(rest, clock)[1]) if forms.look_in.match(text) else None
    topic = topic_of(looked_for["what"]) if looked_for else ""
    return AskTodos(Question.IS_THERE, Selection("all", topic), task=topic) if topic else ask_which(rest, clock)


def shows_todos(text: str, rest: str) -> bool:
    """Whether the object of "show", "read" or "check" is the list or a part of it, and not "read the report"."""
    if forms.not_showing.match(text):
        return False
    if forms.listing.fullmatch(text):
        return True
    if forms.what_i_have.fullmatch(rest):
        return is_about_todos(text)
    if (
        forms.the_list.fullmatch(rest)
        or forms.search.fullmatch(text)
        or (forms.look_for.match(text) and has_sign(rest))
    ):
        return True
    if forms.show_me.match(text):
        return bool(forms.one_or_list.fullmatch(rest)) and not forms.new_one.match(rest)
    return bool(forms.has_list.fullmatch(rest))


def wishes_list(text: str, rest: str) -> bool:
    """ "I need my list", "I want to hear everything on it" – and not "I need milk on my list"."""
    if forms.seeing.search(text):
        return bool(forms.one_or_list.fullmatch(rest)) and not forms.adding.search(text)
    return bool(forms.list.fullmatch(rest))


def is_list_named(text: str, clock: Clock) -> bool:
    """Whether the clause is nothing but a name of the list, as in "my tasks for today"."""
    _, rest = select(text, clock)
    return not without_general_words(without_list(rest)).strip(" ,.")


def is_about_todos(text: str) -> bool:
    if forms.always_about_todos.fullmatch(text) or forms.about_todos.search(text) or forms.of_occasion.fullmatch(text):
        return True
    if forms.other_how.fullmatch(text) or forms.of_assistant.match(text) or not forms.own.search(text):
        return False
    return bool(forms.about_doing.search(text) or forms.about_own.fullmatch(text))


def without_list(text: str) -> str:
    return " ".join(forms.list.sub(" ", forms.in_list.sub(" ", text)).split())


def topic_of(text: str) -> str:
    """What a question is about: its words without the list, the frame of the question and general nouns."""
    topic, before = without_list(text).strip(" ,?"), ""
    if about := selecting.about.search(topic):
        topic = about["text"]
    while topic != before:
        before = topic
        topic = forms.trail.sub("", forms.frame.sub("", topic)).strip(" ,?")
    return forms.determiner.sub("", topic)
