"""What to add. The forms are in `words/en.txt`; here a sentence becomes title, date, priority and tags."""

import re
from dataclasses import replace

from habits.speech import gettext, gettext_noop
from language.acts import AddTodo, AskTodos, Clarify, Question, Selection, Unclear
from language.clock import Clock, cut_date, is_date
from language.grammar import section, words
from language.text.details import cut_priority, cut_tags
from language.text.items import dated_items, listed_items, parts_of
from language.text.naming import is_reference, places_of
from language.vocabulary import VAGUE_TITLES

forms = section("adding")
SHARED = words("shared")


EACH_DAY = gettext_noop(
    "Is that every week? Say for example “every monday and friday”, or give me one todo for each day."
)
NOT_AHEAD = gettext_noop(
    "I cannot count back from something else. Please say the day or time itself, for example “friday 2pm”."
)
WHICH_DAY = gettext_noop("Which day of that weekend should it be? Say for example “march 14”.")
ONE_LIST = gettext_noop(
    "There is one list here. I can add todos to it, with tags to tell them apart. What shall I add?"
)


def understand_add(text: str, clock: Clock) -> list[AddTodo | Clarify] | None:
    """The todos that the clause asks to add; an AddTodo without title when it does not say what."""
    if forms.new_list.fullmatch(text):
        return [Clarify(gettext(ONE_LIST))]
    text = forms.list_of_day.sub(r"my \g<list> for \g<day>", text)
    if several := clock.once(headed, text):
        return several
    if match := forms.to_list.fullmatch(text) or forms.headed.fullmatch(text):
        return listed(list_value(match), clock)
    if forms.remind_alone.fullmatch(text):
        return [AddTodo("")]
    return clock.once(understand_afterthought, text) or understand_new_item(text, clock)


def headed(text: str, clock: Clock) -> list[AddTodo | Clarify] | None:
    """The todos behind a head that says that several follow, with the date of the head."""
    if (listed_for := forms.list_for.fullmatch(text)) and (listed_for["tag"] or listed_for["before"]):
        return under_tag(listed_for, clock)
    for joint in (":", " are ", ","):
        head, _, value = text.partition(joint)
        is_counted = forms.counted_head.fullmatch(head)
        is_head = value.strip() and (is_counted or (joint == ":" and not value[0].isdigit()))
        words, due = cut_date(head, clock) if is_head else ("", "")
        if forms.several_head.fullmatch(words.strip()):
            parts = parts_of(value.strip()) if "," in value or is_counted else listed_items(value.strip(), clock)
            return [replace(todo, due=todo.due or due) for todo in todos_from(parts, clock)]
    return None


def under_tag(match: re.Match[str], clock: Clock) -> list[AddTodo | Clarify]:
    """There is one list; what another one would be called is a tag."""
    tag = (match["tag"] or match["before"]).strip().lower()
    todos = todos_from(parts_of(match["value"].strip()), clock)
    return [replace(todo, tags=(*todo.tags, tag)) for todo in todos]


def if_missing(text: str, clock: Clock) -> AskTodos | None:
    """ "Add milk if it's not on there", "do I have milk? If not, add it": looked for, and added where there is none."""
    match = forms.if_missing.fullmatch(text)
    todo = todo_from(match["what"], clock) if match else AddTodo("")
    look = AskTodos(Question.IS_THERE, Selection("open", todo.title), task=todo.title, otherwise=todo)
    return look if todo.title else None


def understand_afterthought(text: str, clock: Clock) -> list[AddTodo | Clarify] | None:
    match = forms.afterthought.fullmatch(text)
    return listed(match["value"], clock) if match else None


def understand_new_item(text: str, clock: Clock) -> list[AddTodo | Clarify] | None:
    if (match := forms.day_as.fullmatch(text)) and is_date(day := as_time(match["day"], clock), clock):
        return [AddTodo(title_of(match["value"]), day)]
    if match := forms.new_item.fullmatch(text):
        value = as_time(match["value"].strip(), clock)
        return listed(" ".join([value, *forms.kind_kept.findall(match["kind"])]).strip(), clock)
    if match := forms.remind.fullmatch(text):
        return reminded(match, clock)
    match = forms.add_this.fullmatch(text)
    return listed(match["value"], clock) if match else None


def as_time(value: str, clock: Clock) -> str:
    """The value; what it says first behind the word that makes a time of it, where it is none without."""
    match = forms.timed.fullmatch(value)
    if match is None or is_date(match["when"], clock):
        return value
    return next((f"{led} {value}" for led in ("at", "on", "in") if is_date(f"{led} {match['when']}", clock)), value)


def list_value(match: re.Match[str]) -> str:
    """The title of "add a note to my list about X" stands behind the list, else before it."""
    value, tail = match["value"], forms.please.sub("", (match.groupdict().get("tail") or "").strip())
    joint = "" if tail.startswith(",") else " "
    return tail if tail and not title_of(value) else f"{value}{joint}{tail}".strip()


def reminded(match: re.Match[str], clock: Clock) -> list[AddTodo | Clarify]:
    """ "Remind me to add milk to my list" is about milk; whatever else follows is the title, with what led to it."""
    if (ahead := forms.ahead.search(match["value"])) and not is_date(match["value"][ahead.start() :], clock):
        raise Unclear(gettext(NOT_AHEAD))
    if inner := forms.to_list.fullmatch(forms.before_title.sub("", match["value"])):
        return listed(list_value(inner), clock)
    lead = match.groupdict().get("lead") or ""
    # "The next time it rains" says when; "I just lit the grill" says why.
    words = match["value"] if forms.told.match(lead) else f"{match['value']} {lead.strip()}".strip()
    return [*todos_from(dated_items(words, clock), clock)]


def listed(value: str, clock: Clock) -> list[AddTodo | Clarify]:
    return [*todos_from(listed_items(value, clock), clock)]


def todos_from(items: list[str], clock: Clock) -> list[AddTodo]:
    return [todo_from(item, clock) for item in items]


def todo_from(text: str, clock: Clock) -> AddTodo:
    """One todo: what is neither date nor priority nor tag is its title."""
    text, priority = cut_priority(text)
    text, tags = cut_tags(text)
    text = forms.of_day.sub(r"\g<rest> \g<day>", text)
    if forms.weekend_of.search(text):
        raise Unclear(gettext(WHICH_DAY))
    days = forms.several_days.search(text)
    text, due = repeating(text, clock) or with_first_date(text, clock)
    if days and days[0] not in due:
        raise Unclear(gettext(EACH_DAY))
    if text.lower().rpartition(" ")[2] in SHARED and (people := forms.for_people.match(due)):
        text, due = f"{text} {people[0].strip()}", due[people.end() :]
    title = title_of(forms.dated_occasion.sub("", text) if due else text)
    return AddTodo(title, in_its_half_of_day(title, due, clock), priority, tags)


def in_its_half_of_day(title: str, due: str, clock: Clock) -> str:
    """ "Dinner at 8" is in the evening, and nobody wakes up at 18:15."""
    for part, titles, hours in (
        ("in the morning", forms.of_morning, forms.early_hour),
        ("in the evening", forms.of_evening, forms.late_hour),
    ):
        if titles.fullmatch(title) and hours.fullmatch(due) and is_date(whole := f"{due} {part}", clock):
            return whole
    return due


def repeating(text: str, clock: Clock) -> tuple[str, str] | None:
    """ "Daily standup at 9:15" repeats: the adverb before the title belongs to the date behind it as well."""
    match = forms.repeating.fullmatch(text)
    if match is None:
        return None
    words = match["rest"].split()
    for place in range(1, len(words)):
        due = f"{match['adverb']} {' '.join(words[place:])}"
        title = " ".join(words[:place])
        if words[place].lower() in {"on", "at"} and not clock.find(title) and is_repeat(due, clock):
            return f"{match['adverb']} {title}", due
    title, first = cut_date(match["rest"], clock)
    due = f"{match['adverb']} starting {first}"
    return (
        (f"{match['adverb']} {title}", due)
        if first and not forms.single.match(first) and is_repeat(due, clock)
        else None
    )


def is_repeat(due: str, clock: Clock) -> bool:
    found = clock.find(due)
    return found is not None and found.recurrence is not None and found.text == due


def with_first_date(text: str, clock: Clock) -> tuple[str, str]:
    """In "friday to pay rent every month" the first time stands apart from the repeat."""
    repeat = clock.find(text)
    text, due = cut_date(text, clock)
    found = clock.find(text) if repeat and repeat.recurrence else None
    if found is None or found.start or not text[found.end :].startswith((" to ", " is ")):
        return text, due
    both = f"{due} starting {found.text}"
    whole = clock.find(both)
    return (text[found.end :].strip(), both) if whole and whole.text == both else (text, due)


def title_of(text: str) -> str:
    """The title inside the words around it; empty where they name nothing ("something", "that")."""
    title, before = text.strip(), ""
    while title != before:
        before = title
        title = forms.before_title.sub("", title).strip()
        if match := forms.after_title.fullmatch(title):
            title = match["kept"].strip()
    return "" if is_vague(title) or (is_reference(title) and not places_of(title)) else forms.article.sub("", title)


def is_vague(title: str) -> bool:
    return all(word.strip(".,") in VAGUE_TITLES for word in title.lower().split())
