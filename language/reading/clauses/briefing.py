"""What is said of being briefed: a verb or a name of it, and around that when, by what way and of day or week."""

from habits.speech import gettext, gettext_noop
from language.acts import Act, AskTodos, BriefMe, Clarify, Question
from language.clock import Clock, cut_date
from language.grammar import section
from language.text.selection import select

forms = section("briefing")
WAYS = ("push", "mail", "app")
SPANS = {"day": "today", "week": "this week"}
ONCE = gettext_noop(
    "A briefing comes again and again. Say for example “brief me every morning at 7”, or “every sunday at 6pm”."
)


def understand_briefing(text: str, clock: Clock) -> Act | None:
    """None for what says less than how often or at what hour it comes, or that it ends."""
    if not forms.about.search(text):
        return None
    by = tuple(way for way in WAYS if getattr(forms, way).search(text))
    for way in by:
        text = getattr(forms, way).sub("", text)
    plan = "week" if forms.weekly.search(text) else "day"
    if forms.ended.fullmatch(text):
        return BriefMe(plan, on=False)
    if forms.asked.fullmatch(text):
        return BriefMe(plan)
    text = forms.hour.sub("at ", text)
    said, when = cut_date(text, clock)
    found = clock.find(text)
    said, is_once = said.strip(" ,:"), found is not None and found.names_day and not found.recurrence
    if forms.now.fullmatch(said) and (is_once or not when):
        return Clarify(gettext(ONCE)) if when else AskTodos(Question.WHICH, select(SPANS[plan], clock)[0])
    return None if is_once else wished(said, BriefMe(plan, when, by), is_ours=bool(forms.regular.search(text)))


def wished(said: str, briefing: BriefMe, *, is_ours: bool) -> BriefMe | None:
    """What is left of the words names it or asks for it; `is_ours`: “briefing at 3” may be anybody's."""
    when, by = briefing.when, briefing.by
    if forms.named.fullmatch(said) and (by or (when and is_ours)):
        return briefing
    if forms.wanted.fullmatch(said) and (when or by or forms.switched.match(said)):
        return briefing if when or by else BriefMe(briefing.plan, on=True)
    if when and (begun := forms.begun.fullmatch(said)):
        return BriefMe(briefing.plan, when, by or tuple(way for way in WAYS if way in begun["verb"].lower()))
    return None
