"""The everyday acts in German, French and Spanish, by their word files alone."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from habits.speech import gettext, gettext_noop
from language import acts as kinds
from language.clock import Clock, cut_final_date, is_date
from language.dates.languages import Kind, vocabulary
from language.grammar import LANGUAGES, WORDS, any_of, in_english, plain, section, spellings, words
from language.reading.clauses.adding import listed, todo_from
from language.reading.foreign_questions import asked, first_word, opens_question
from language.reminders.passed import OVER, passed_at_edge
from language.text.items import is_list_of_things
from language.text.naming import is_reference
from language.text.periods import cut_span
from language.vocabulary import NOTATION, TODO_VERBS, grammar_words

WORD = re.compile(r"[^\W\d_]{2,}")
FRAMES = {language: section("frames", language) for language in LANGUAGES}
END_MARKS = " .!?¡¿"
NOT_UNDERSTOOD = gettext_noop("Shall I add “%(title)s” to your list? Of other languages I know few sentences.")
TOPICS = ("thanks", "hello", "not_meant", "no", "yes")
# "Not done" changes nothing, nor is it something to do.
UNASKED = ("expect", "need")
DENIABLE = ("clear", "complete", "move", "rank", "delete", "maybe_unwanted")
# What is put on a list is told apart by each "and"; of what to remember, two may be one.
ON_LIST, REMEMBERED = 1, 3
TITLE_WORDS_MAX, DATE_WORDS_MAX = 6, 5
# So many words of a language, and more than of English, make a sentence one of it.
SURE_WORDS = 2
# Letters of words that German, French and Spanish take over as they are, and those of other languages.
OWN_LETTERS = frozenset("äöüßàâçéèêëîïôœùûüÿáíóúñ")
ENDINGS, LAST_LETTER = re.compile(r"(\w+)\[(\w+)\]"), re.compile(r"(\w+)(\w)\?")
Maker = Callable[[re.Match[str], Clock, str], list[kinds.Act]]


def understand_foreign(sentence: str, clock: Clock, *, is_asked: bool = False) -> list[kinds.Act] | None:
    """The acts of a sentence that one of the word files understands whole; None for any other."""
    text = folded(sentence)
    said = set(WORD.findall(text.lower()))
    known = {language: len(said & own_words(language)) for language in LANGUAGES}
    # A word with an accent may be of any.
    for language in sorted(filter(known.get if text.isascii() else None, LANGUAGES), key=lambda each: -known[each]):
        if acts := acts_in(request_in(text, language), clock, language, is_asked=is_asked):
            return acts
    english = sum(
        word in grammar_words() or word in TODO_VERBS for word in said.difference(*map(date_words, LANGUAGES))
    )
    most = max(known.values())
    if not most or most < english or first_word(text) in TODO_VERBS:
        return None  # English, perhaps with a name or a day of another language in it
    for language in (each for each in LANGUAGES if known[each] == most):
        if todos := todos_in(request_in(text, language), clock, language, is_asked=is_asked):
            return todos
        if first_word(text) in words("requests", language) - grammar_words() or is_denied(text, language):
            return [kinds.Clarify(gettext(NOT_UNDERSTOOD) % {"title": text})]
    is_told = most >= SURE_WORDS and most > english and not is_asked
    return [kinds.Clarify(gettext(NOT_UNDERSTOOD) % {"title": text})] if is_told else None


def request_in(text: str, language: str) -> str:
    """The sentence without what is said around its request, and with its priority as English marks it."""
    marked = with_marks(text, language)
    return FRAMES[language].courtesy.sub("", marked) or marked


def with_marks(text: str, language: str) -> str:
    """ "Miete, hohe Priorität" as "Miete !high"."""
    for level, forms in section("priorities", language).entries.items():
        text = forms.sub(f" !{level} ", text)
    return " ".join(text.split())


def answer_in_english(text: str) -> str:
    """A short answer as English says it, but for its days and titles: "nein, Donnerstag", "la deuxième"."""
    for language in LANGUAGES:
        text = spoken_of(with_marks(in_english(text.rstrip(".! "), "answers", language), language), language)
    return text


def spoken_of(name: str, language: str) -> str:
    """ "Das zweite" is "the second"; what speaks of nothing shown before stays as it is."""
    said = in_english(name, "references", language)
    return said if is_reference(said) else name


def acts_in(text: str, clock: Clock, language: str, *, is_asked: bool) -> list[kinds.Act] | None:
    """What a form of the language reads, or a question about the list, or talk."""
    if both := both_changes(text, clock, language, is_asked=is_asked):
        return both
    # "Sacar la basura" is to be done, and takes nothing off the list.
    is_deed = language != "de" and first_word(text) in words("verbs", language)
    denied = is_denied(text, language)
    for name, make in MAKERS.items():
        is_none = (denied and name in DENIABLE) or (is_asked and name in UNASKED)
        matches = [] if is_none else getattr(FRAMES[language], name).fullmatches(text)
        made = (
            make(each, clock, language)
            for each in matches
            if not (is_deed and each.groupdict().get("what") and each.start("what"))
        )
        acts = next(filter(None, made), None)
        if is_asked and acts and isinstance(acts[0], kinds.CompleteTodos) and not FRAMES[language].able.fullmatch(text):
            (task,) = acts[0].tasks
            return [kinds.AskTodos(kinds.Question.ABOUT_ONE, kinds.Selection("all", task), task)]
        if acts:
            return acts
    talk = talk_in(text, language)
    return [talk] if talk else None


def both_changes(text: str, clock: Clock, language: str, *, is_asked: bool) -> list[kinds.Act]:
    """Of "hab Milch gekauft und die Miete überwiesen"; none where one side is no change."""
    sides = FRAMES[language].both.fullmatch(text)
    right = acts_in(sides["right"], clock, language, is_asked=is_asked) if sides else None
    left = acts_in(sides["left"], clock, language, is_asked=is_asked) if sides and right else None
    acts = [*(left or ()), *(right or ())]
    return acts if left and all(isinstance(act, kinds.Change) for act in acts) else []


def talk_in(text: str, language: str) -> kinds.Say | None:
    topic = next((topic for topic in TOPICS if getattr(FRAMES[language], topic).fullmatch(text)), None)
    return kinds.Say(topic.replace("_", " ")) if topic else None


def understand_foreign_talk(sentence: str) -> kinds.Say | None:
    """A yes, a no or thanks in one of the languages."""
    text = folded(sentence)
    return next(filter(None, (talk_in(text, language) for language in LANGUAGES)), None)


def folded(sentence: str) -> str:
    """Without marks around it; "im", which is English for short, is German here."""
    return " ".join(sentence.split()).strip(END_MARKS).replace("I'm", "im")


@cache
def signs(language: str) -> frozenset[str]:
    """The words of its file that are none of English."""
    text = NOTATION.sub(" ", (WORDS / f"{language}.txt").read_text(encoding="utf-8").lower())
    text = ENDINGS.sub(lambda form: " ".join(form[1] + end for end in ("", *form[2])), text)  # "annule[rz]?"
    text = LAST_LETTER.sub(r"\1 \1\2", text)  # "erinnere?"
    said = WORD.findall(text.partition("[parts]")[2])
    return frozenset().union(*map(spellings, said)) - grammar_words() - TODO_VERBS


@cache
def date_words(language: str) -> frozenset[str]:
    """Its words of dates that are none of English."""
    own, english = (
        {word for phrases in vocabulary(each).values() for phrase in phrases for word in WORD.findall(phrase)}
        for each in (language, "en")
    )
    return frozenset().union(*map(spellings, own)) - english


@cache
def own_words(language: str) -> frozenset[str]:
    """Its words and its words of dates."""
    return signs(language) | date_words(language)


@cache
def other_words() -> dict[str, frozenset[str]]:
    """What tells the languages without a file, by language and without accents; none of it is English."""
    told = section("words", "others").entries.items()
    return {name: frozenset(map(plain, each)) - grammar_words() - TODO_VERBS for name, each in told}


def is_denied(text: str, language: str) -> bool:
    return not words("negations", language).isdisjoint(WORD.findall(text.lower()))


def todos_in(text: str, clock: Clock, language: str, *, is_asked: bool) -> list[kinds.Act] | None:
    """Something to do: "Milch kaufen", "acheter du pain demain", or with a date "Elternabend am Dienstag um 8".

    An infinitive stands at the end, in Romance languages at the beginning.
    """
    todo = todo_behind(text, clock)
    title, parts = todo.title.lower(), todo.title.lower().split()
    if not parts or is_denied(text, language) or is_of_others(text, language) or has_two_verbs(parts, language):
        return None
    telling = words("telling", language) | words("requests", language)
    is_told = bool(telling.intersection(re.split("[ '’]", title)))
    if is_deed(parts, language) and not (is_told and is_asked):
        return [*each_of(todo, language)]
    is_told = is_told or is_asked or len(parts) > TITLE_WORDS_MAX
    is_left_over = clock.find(title) or FRAMES[language].left_at_end.search(title)
    return [todo] if todo.due and not is_told and not is_left_over else None


def has_two_verbs(parts: list[str], language: str) -> bool:
    """ "Rechnung bezahlen erledigen" does something with a todo; to go shopping is one deed."""
    pair = parts[:-3:-1] if language == "de" else parts[:2]
    is_pair = len(pair) > 1 and words("verbs", language).issuperset(pair)
    return is_pair and pair[0] not in words("auxiliaries", language)


def is_deed(parts: list[str], language: str) -> bool:
    stands = -1 if language == "de" else 0
    verbs, imperatives = words("verbs", language), words("imperatives", language)
    is_told = parts[1:2] and parts[1] in words("subjects", language)
    return len(parts) > 1 and (parts[stands] in verbs or (parts[0] in imperatives and not is_told))


def each_of(todo: kinds.AddTodo, language: str) -> list[kinds.AddTodo]:
    """ "Acheter du pain, du lait et des œufs" apart, each with its verb; two may be one thing."""
    verb, _, things = todo.title.partition(" ")
    form, said = f"{verb} %s", todo.title.lower().split()
    if said and said[-1] in words("verbs", language):
        things, _, verb = todo.title.rpartition(" ")
        form = f"%s {verb}"
    elif not is_deed(said, language):
        things, form = todo.title, "%s"
    parts = apart(things, language, REMEMBERED, is_kept=form != "%s")
    return [replace(todo, title=form % each) for each in parts.split(", ")] if parts != things else [todo]


def todo_behind(text: str, clock: Clock) -> kinds.AddTodo:
    """The todo; a date that leads is cut where the words behind it hide it: "a las 18 recoger a Tom"."""
    todo = todo_from(text, clock)
    said = text.split()
    lengths = range(min(len(said) - 1, DATE_WORDS_MAX), 0, -1) if not todo.due else ()
    lead = next((length for length in lengths if is_date(" ".join(said[:length]), clock)), 0)
    return replace(todo_from(" ".join(said[lead:]), clock), due=" ".join(said[:lead])) if lead else todo


def is_of_others(text: str, language: str) -> bool:
    """Whether a word or a letter of it is one of a language without a file."""
    own = own_words(language)
    said = {plain(word) for word in WORD.findall(text.lower()) if word not in own}
    strange = {letter for letter in text.lower() if not letter.isascii() and letter.isalpha()} - OWN_LETTERS
    neighbours = (words("light", each) for each in LANGUAGES if each != language)
    return bool(strange) or any(map(said.intersection, (*other_words().values(), *neighbours)))


def added(match: re.Match[str], clock: Clock, language: str) -> list[kinds.Act]:
    value = match["value"]
    said = set(WORD.findall(value.lower()))
    is_english = len(said) > 1 and grammar_words() >= said
    is_told = opens_question(value, language) or not words("telling", language).isdisjoint(said)
    if is_english or is_told or FRAMES[language].about.fullmatch(without_article(value, language)):
        return []
    return [named(act, language) for act in listed(apart(value, language, ON_LIST), clock)]


def apart(value: str, language: str, least: int, *, is_kept: bool = False) -> str:
    """The things of a list with commas between them, their articles only beside a verb; other words as they are."""
    parts = [part if is_kept else without_article(part, language) for part in FRAMES[language].between.split(value)]
    deeds = words("verbs", language).intersection(value.lower().split())
    return ", ".join(parts) if len(parts) >= least and not deeds and is_list_of_things(parts) else value


def reminded(match: re.Match[str], clock: Clock, language: str) -> list[kinds.Act]:
    value = around(" ".join(filter(None, (match.groupdict().get("lead"), match["value"]))), language)
    if over := passed_at_edge(value, clock):
        raise kinds.Unclear(gettext(OVER) % {"when": over})
    todo = todo_behind(value, clock)
    title = without_article(around(FRAMES[language].left_over.sub("", todo.title), language), language)
    return [named(each, language) for each in each_of(replace(todo, title=title), language)]


def around(title: str, language: str) -> str:
    """The title inside the words that lead to it: "dass ich … muss"."""
    match = FRAMES[language].around.fullmatch(title)
    return match["kept"] if match else title


def named(act: kinds.AddTodo | kinds.Clarify, language: str) -> kinds.AddTodo | kinds.Clarify:
    """The todo; without a title where that only says "something"."""
    if isinstance(act, kinds.AddTodo) and words("vague", language).issuperset(act.title.lower().split()):
        return replace(act, title="")
    return act


def expected(match: re.Match[str], clock: Clock, language: str) -> list[kinds.Act]:
    """ "Tengo cita con el médico mañana": what is told as planned has a date."""
    todo = todo_from(without_article(match["value"], language), clock)
    return [todo] if todo.due else []


def cleared(match: re.Match[str], clock: Clock, language: str) -> list[kinds.Act]:
    span, _ = cut_span(in_english(match[0], "periods", language), clock)
    return [kinds.ChangeMany("delete", kinds.Selection(span=span))]


def completed(match: re.Match[str], clock: Clock, language: str) -> list[kinds.Act]:
    name = name_in(match, language)
    return [] if opens_question(name, language) else [kinds.CompleteTodos((name,))]


def moved(match: re.Match[str], clock: Clock, language: str) -> list[kinds.Act]:
    """To the date that it ends with, or by the distance: "verschiebe die Miete um eine Woche"."""
    said = match["what"] + (f" {match['moved_to']}" if "moved_to" in match.groupdict() else "")
    name, due = cut_final_date(said, clock)
    if not due and (step := distance_in(language).search(said)):
        count, unit = (vocabulary(language)[kind].get(step[kind].lower()) for kind in (Kind.NUMBER, Kind.UNIT))
        way = "earlier" if FRAMES[language].earlier.search(match[0]) else "later"
        name, due = said[: step.start()], f"{count or step[Kind.NUMBER]} {unit} {way}"
    elif not due and (day := FRAMES[language].day_of_month.search(said)):
        name, due = said[: day.start()], f"the {day['day']}"
    name = FRAMES[language].leads.sub("", name.rstrip())
    if not due or not name or FRAMES[language].listed.search(name):
        return []
    return [kinds.UpdateTodos((named_todo(name, language),), due=due)]


@cache
def distance_in(language: str) -> re.Pattern[str]:
    """A number of days or hours at the end."""
    kinds = vocabulary(language)
    count, unit = (any_of(kinds[kind]) for kind in (Kind.NUMBER, Kind.UNIT))
    way = "plus tard|plus tôt|später|früher|después|antes|más tarde"
    return re.compile(rf"(?:\b|d')(?P<number>\d{{1,3}}|{count}) (?P<unit>{unit})(?: (?:{way}))?$", re.IGNORECASE)


def name_in(match: re.Match[str], language: str) -> str:
    said = match.groupdict()
    return named_todo(", ".join(filter(None, (said.get("what") or "it", said.get("other")))), language)


def named_todo(words: str, language: str) -> str:
    """The name without its articles, as in "milk, rent" for "die Milch und die Miete"."""
    name = spoken_of(words, language)
    # "L'assurance" is one word of a title.
    if name != words or "'" in name[:2]:
        return name
    return ", ".join(without_article(part, language) for part in FRAMES[language].between.split(name))


def without_article(title: str, language: str) -> str:
    return FRAMES[language].article.sub("", title) or title


# In this order: "delete everything" before "delete X".
MAKERS: dict[str, Maker] = {
    "undo": lambda match, clock, language: [kinds.UndoChanges()],
    "clear": cleared,
    "remind_before": lambda match, clock, language: [
        kinds.UpdateTodos((name_in(match, language),), remind=match["when"])
    ],
    "remind": reminded,
    "need": reminded,
    "expect": expected,
    "reopen": lambda match, clock, language: [kinds.CompleteTodos((name_in(match, language),), reopen=True)],
    "complete": completed,
    "rename": lambda match, clock, language: [kinds.UpdateTodos((name_in(match, language),), title=match["title"])],
    "rank": lambda match, clock, language: [kinds.UpdateTodos((name_in(match, language),), priority=match["mark"][1:])],
    "move": moved,
    "look": lambda match, clock, language: asked(match[0], clock, language),
    "unwanted": lambda match, clock, language: [kinds.DeleteTodos((name_in(match, language),))],
    "delete": lambda match, clock, language: [kinds.DeleteTodos((name_in(match, language),))],
    # "Teammeeting streichen": asked about the todo that is there, which may be to strike or to paint.
    "maybe_unwanted": lambda match, clock, language: [
        kinds.OfferToDelete(name_in(match, language), todo_from(match[0], clock))
    ],
    "add": added,
    "shown": lambda match, clock, language: asked(match[0], clock, language),
}
