"""Which todos a phrase selects: "overdue", "all my completed tasks", "everything tagged work", "this week"."""

from dataclasses import replace

from language.acts import Selection
from language.clock import Clock
from language.grammar import section
from language.text.details import forms as details
from language.text.details import priority_named
from language.text.naming import all_but
from language.text.naming import forms as naming
from language.text.periods import cut_span, without

forms = section("selection")


FILTERS = ("undated", "overdue", "open", "trash", "done", "reminding", "upcoming")
TRAITS = ("repeating", "untagged", "noted")
# What of "this week" is over counts for these; for all others the week begins today.
LOOKING_BACK = {"done", "trash", "overdue"}


def select_all(phrase: str, clock: Clock) -> Selection | None:
    """The group that the phrase names, or None where it names single todos."""
    if all_but(phrase):
        return None
    selection, rest = select(phrase, clock)
    rest = " ".join(forms.in_list.sub(" ", " ".join(rest.split())).split())
    is_my_day = selection.span is not None and rest.lower() == "my" and not forms.hour.search(phrase)
    if rest and not is_my_day and not forms.quantified.match(rest) and not forms.plural.fullmatch(rest):
        return None
    about = forms.about.search(rest)
    topic = without_general_words(about["text"] if about else rest)
    return replace(selection, text=" ".join(topic.split()).strip(" ,'") or selection.text)


def without_general_words(text: str) -> str:
    return forms.small_words.sub(" ", forms.noun.sub(" ", forms.quantifier.sub(" ", text)))


def select(phrase: str, clock: Clock) -> tuple[Selection, str]:
    """What the phrase says about state, date, priority and tag, and the phrase without it."""
    area, phrase = cut_area(naming.possessive_day.sub(r"\g<day>", phrase))
    span, rest = cut_span(phrase, clock, looks_back=cut_filter(phrase)[0] in LOOKING_BACK)
    filter_name, rest = cut_filter(rest)
    tag, rest = cut_tag(rest)
    priority, rest = cut_wanted_priority(rest)
    if span and span.last_on >= clock.today and filter_name not in LOOKING_BACK:
        span = replace(span, first_on=max(span.first_on, clock.today))
    is_today = span is not None and span.first_on == span.last_on == clock.today
    return Selection(filter_name or ("today" if is_today else "open"), area, tag, priority, span), rest


def cut_area(text: str) -> tuple[str, str]:
    match = forms.of_area.search(text)
    name = forms.area_name.search(match[0]) if match else None
    return (name[0].lower(), without(match, text)) if match and name else ("", text)


def cut_filter(text: str, names: tuple[str, ...] = FILTERS) -> tuple[str, str]:
    for name in names:
        if match := getattr(forms, name).search(text):
            return name, without(match, text)
    return "", text


def cut_tag(text: str) -> tuple[str, str]:
    match = forms.tagged.search(text)
    return (match["tag"].lower(), without(match, text)) if match else ("", text)


def cut_wanted_priority(text: str) -> tuple[str, str]:
    """Any priority word counts here: "what's urgent", "my p1 tasks", "the most important"."""
    for form in (details.priority_forms, forms.urgent):
        if match := form.search(text):
            return priority_named(match[0]), without(match, text)
    return "", text
