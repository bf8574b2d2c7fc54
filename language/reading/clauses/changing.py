"""What to change. The forms are in `words/en.txt`; here they become acts.

Each row of CHANGES pairs forms with the function that makes the act; that function may decline with None.
"""

import re
from collections.abc import Callable
from typing import Any

from habits.speech import gettext, gettext_noop
from language import acts as kinds
from language.clock import Clock, is_date
from language.grammar import Forms, section, words
from language.reading.clauses.adding import todo_from
from language.reading.clauses.asking import ask_about_one
from language.reading.clauses.moving import forms as moving
from language.reading.clauses.moving import moved
from language.text.details import priority_named, tags_named
from language.text.items import is_verb_phrase
from language.text.naming import has_sign, is_reference, names_in, without_adverbs
from language.text.quotations import MARK
from language.text.selection import select_all
from language.vocabulary import IRREGULAR_PAST, NOT_WORK, TODO_VERBS

forms, part_of = section("changing"), section("naming").part_of


CLEARS = frozenset(["clear", "clear off", "clear out", "take off", "wipe", "purge"])
# "Toss milk on the list" puts it there.
PUTS = frozenset(["drop", "toss", "throw"])
GIVES_UP = frozenset(["cancel", "drop", "kill", "toss", "bin", "trash", "dismiss", "cut", "lose"])
# "I won't forget the milk", "I'm not taking the car": no todo is given up.
NOT_WORK_TO_DROP = words("not_work_to_drop")
AND = re.compile(r",? and (?:also |then |i )?", re.IGNORECASE)
Maker = Callable[[re.Match[str], Clock], kinds.Act | None]

Changes = tuple[tuple[Forms, Maker], ...]

# "Garden fence" begins with a noun that may be a verb as well, "organize photos by the year they" with a verb.
NAME_MAX_WORDS = 3

OF_WHICH_GONE = gettext_noop("Which one should I delete? Say a few words of its title.")
NONE_GONE = gettext_noop("No open todo matches “%(name)s”. Which one should I delete? Say a few words of its title.")
OF_WHICH = gettext_noop(
    "Of which todo? Say it with a few words of its title, for example “move the dentist to friday”."
)


def understand_change(text: str, clock: Clock, *, corrects: bool = False, asked: bool = False) -> kinds.Act | None:
    """The change that the clause asks for or tells of, or None."""
    if forms.of_which.fullmatch(text):
        return kinds.Clarify(gettext(OF_WHICH))
    if act := moved(text, clock, corrects=corrects):
        return act
    # "I paid the rent this morning": when it was is no part of its name.
    told = forms.done_when.sub("", text)
    act = (first_act(TOLD, told, clock) if told != text else None) or first_act(CHANGES, text, clock)
    # "Milk done?" wants to know, and tells no news.
    return (
        ask_about_one(kinds.Question.ABOUT_ONE, act.tasks[0]) if asked and isinstance(act, kinds.CompleteTodos) else act
    )


def first_act(changes: Changes, text: str, clock: Clock) -> kinds.Act | None:
    matches = ((match, act_of) for change_forms, act_of in changes for match in change_forms.fullmatches(text))
    return next((act for match, act_of in matches if (act := act_of(match, clock))), None)


def what_of(match: re.Match[str]) -> str:
    """What the form speaks of: "done" alone is said of what was spoken of."""
    return match.groupdict().get("what") or "it"


def tasks_of(match: re.Match[str]) -> tuple[str, ...]:
    return names_in(outside_list(what_of(match)))


def outside_list(words: str) -> str:
    """The words without "from my list" around them; the whole where only that was said."""
    match = forms.around_list.fullmatch(words)
    around = f"{match['kept']} {match['tail']}".strip() if match else ""
    return around or words


# Done and not done


def completed(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    what = what_of(match)
    if selection := select_all(what, clock):
        return kinds.ChangeMany("complete", selection)
    tasks = tasks_of(match)
    return kinds.CompleteTodos(tasks) if tasks and not (forms.for_now.fullmatch(what) or part_of.search(what)) else None


def completed_by_command(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    """ "Complete the tax return by Friday" is something to do; without a date it is done."""
    if selection := select_all(match["what"], clock):
        return kinds.ChangeMany("complete", selection)
    return None if clock.find(match["what"]) and not has_sign(match["what"]) else completed(match, clock)


def finished_by_command(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    """ "Finish the slides" and "close the windows" are something to do; "finish item 4" is not."""
    return completed(match, clock) if has_sign(match["what"]) or MARK.search(match["what"]) else None


def completed_in_the_past(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    """ "I called the dentist": work done, told as a past."""
    what = forms.but_not.sub("", match["what"])
    shown, did = without_adverbs(what), match["verb"].lower() in {"did", "done"}
    no_work = (forms.no_work_done.match(what) and not (did and is_reference(shown))) or forms.for_now.fullmatch(what)
    # "Organize photos by the year they were taken" is something to do.
    is_deed = match.re in forms.was_done.patterns and is_verb_phrase(what)
    is_deed = is_deed and len(what.split()) > NAME_MAX_WORDS
    if no_work or is_deed or not is_past(match["verb"].lower()):
        return None
    what = outside_list(what)
    if did and len(names := names_in(what)) > 1:
        return kinds.CompleteTodos(names)
    is_shown = did and has_sign(shown)
    return kinds.CompleteTodos((shown,) if is_shown else deeds_in(f"{match['verb']} {what}"))


def deeds_in(told: str) -> tuple[str, ...]:
    """ "Bought the milk and sent the invoice": each with its verb, where each has one."""
    deeds = [deed.strip() for deed in AND.split(told)]
    return tuple(deeds) if all(" " in deed and is_past(deed.split()[0].lower()) for deed in deeds) else (told,)


def completed_without_subject(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    """ "Called the dentist", where the verb has another form in the present."""
    return None if match["verb"].lower() in TODO_VERBS else completed_in_the_past(match, clock)


def is_past(verb: str) -> bool:
    bases = bases_of(verb) if verb.endswith("ed") else set()
    return verb not in NOT_WORK and (verb in IRREGULAR_PAST or not TODO_VERBS.isdisjoint(bases))


def bases_of(verb: str) -> set[str]:
    """What may be the base of a verb: "send" of "sending", "try" of "tried", "stop" of "stopped"."""
    if verb.endswith("ing"):
        return {verb[:-3], f"{verb[:-3]}e", verb[:-4]}
    return {verb[:-2], verb[:-1], verb[:-3], f"{verb[:-3]}y"} if verb.endswith("ed") else {verb}


def reopened(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    if selection := select_all(match["what"], clock):
        return kinds.ChangeMany("reopen", selection)
    return kinds.CompleteTodos(tasks_of(match), reopen=True)


# Away


def not_doing(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    """ "I won't be sending the invoice"; with a date it may be done on another."""
    verb = match["verb"].lower()
    kept = verb in NOT_WORK_TO_DROP and not forms.for_good.search(match[0])
    if kept or clock.find(match["what"]) or not bases_of(verb) & TODO_VERBS:
        return None
    return kinds.DeleteTodos((f"{verb} {outside_list(match['what'])}",))


def may_be_over(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    """ "I can't make the meeting", "I already have milk"; with a date it may be done on another."""
    what = match["what"]
    if has_sign(what) or clock.find(what):
        return None
    name = names_in(what)[0]
    return kinds.OfferToDelete(
        name, kinds.Clarify(gettext("No open todo matches “%(name)s”. What should I do?") % {"name": name})
    )


def deleted(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    return cleared(match, clock) or kinds.DeleteTodos(tasks_of(match), is_news=bool(match.groupdict().get("news")))


def asked_away(text: str, clock: Clock) -> kinds.Act | None:
    """ "Can the dentist be cancelled?" asks for it, and for the question which one."""
    match = forms.asked_away.fullmatch(text)
    if match is None:
        return None
    name = names_in(match["what"])[0]
    return cleared(match, clock) or kinds.OfferToDelete(name, kinds.Clarify(gettext(NONE_GONE) % {"name": name}))


def cleared(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    selection = select_all(match["what"], clock)
    return kinds.ChangeMany("delete", selection) if selection else None


def deleted_if_listed(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    """A verb that may be work to do deletes what has a sign of being a todo, and asks for what has none."""
    what = match["what"]
    if forms.particle.match(what) or (match["verb"].lower() in PUTS and forms.onto_list.fullmatch(what)):
        return None
    if has_sign(what) or MARK.fullmatch(what) or forms.off_list.fullmatch(what):
        return deleted(match, clock)
    if group := cleared(match, clock):
        return group
    is_calendar = forms.of_calendar.fullmatch(what) is not None
    if match["verb"].lower() in CLEARS and (is_calendar or clock.find(what)):
        otherwise = kinds.Clarify(gettext(OF_WHICH_GONE)) if is_calendar else todo_from(match[0], clock)
        return kinds.OfferToDelete(names_in(outside_list(what))[0], otherwise)
    return given_up(match, clock)


def given_up(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    """ "Drop the report": said of a todo as often as of a thing, so that it is asked about if there is such a todo."""
    verb, what = match["verb"].lower(), match["what"]
    if verb not in TODO_VERBS and is_verb_phrase(what):
        return deleted(match, clock)  # of two imperatives in a row, "scrap renew passport", the second is a title
    if verb == "cancel" and clock.find(what):
        return kinds.Sought(kinds.DeleteTodos(names_in(outside_list(what))), todo_from(match[0], clock))
    if clock.find(what) or verb not in GIVES_UP or not (verb == "cancel" or moving.definite.fullmatch(what)):
        return None
    if verb in TODO_VERBS and verb != "cancel":
        return kinds.OfferToDelete(names_in(what)[0], todo_from(match[0], clock))
    sentence = gettext("Shall I delete a todo, or add one? Say “delete %(what)s” or “add %(verb)s %(what)s”.")
    question = sentence % {"what": what, "verb": verb}
    return kinds.OfferToDelete(names_in(what)[0], kinds.Clarify(question))


# Other


def changed(match: re.Match[str], clock: Clock, **fields: Any) -> kinds.Act | None:
    if selection := select_all(what_of(match), clock):
        return kinds.ChangeMany("change", selection)
    tasks = tasks_of(match)
    return kinds.UpdateTodos(tasks, **fields) if tasks else None


def renamed(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    value, tasks = match["value"].strip(), tasks_of(match)
    if (
        len(tasks) != 1
        or forms.of_assistant.search(tasks[0])
        or is_date(value, clock)
        or forms.clock_time.fullmatch(value)
    ):
        return None
    return kinds.UpdateTodos(tasks, title=value)


def ranked(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    if what_of(match).lower().startswith(("a ", "an ")):
        return None  # "set an alarm that is not so low" names no todo
    return changed(match, clock, priority=priority_named(match["priority"]))


def tagged(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    return None if forms.goes_on.fullmatch(match["what"]) else changed(match, clock, add_tags=tags_named(match["tags"]))


def changed_to(**fields: Any) -> Maker:
    """The maker for forms that say the new value by their words alone."""
    return lambda match, clock: changed(match, clock, **fields)


def annotated(match: re.Match[str], clock: Clock) -> kinds.Act | None:
    tasks = () if select_all(match["what"], clock) else tasks_of(match)
    return kinds.AnnotateTodo(tasks[0], match["value"].strip()) if len(tasks) == 1 else None


TOLD: Changes = (
    (forms.got_all, lambda match, clock: kinds.CompleteTodos(("them",))),
    (forms.done, completed),
    (forms.did, completed_in_the_past),
    (forms.was_done, completed_in_the_past),
    (forms.had, completed),
    (forms.did_without_subject, completed_without_subject),
)
# In this order: "mark X as urgent" before "mark X as done", any other "change X to Y" after both.
CHANGES: Changes = (
    (forms.no_date, changed_to(due="none")),
    (forms.no_repeat, changed_to(stop_repeating=True)),
    (forms.note, annotated),
    (forms.untag, lambda match, clock: changed(match, clock, remove_tags=tags_named(match["tags"]))),
    (forms.add_tag, tagged),
    (forms.no_priority, changed_to(priority="none")),
    (forms.priority, ranked),
    (forms.more_urgent, changed_to(priority="high")),
    (forms.less_urgent, changed_to(priority="low")),
    (forms.rename, renamed),
    (forms.reopen, reopened),
    (forms.check_off, completed),
    (forms.finish, finished_by_command),
    (forms.complete, completed_by_command),
    *TOLD,
    (forms.change_to, renamed),
    (forms.clear_all, cleared),
    (forms.not_needed, deleted),
    (forms.forget, deleted),
    (forms.not_doing, not_doing),
    (forms.may_be_over, may_be_over),
    (forms.delete, deleted),
    (forms.delete_listed, deleted_if_listed),
)
