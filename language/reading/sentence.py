"""One sentence to acts: cut where two requests stand in it, else read as a clause, the surest reading first."""

import re
from dataclasses import replace

from habits.speech import gettext, gettext_noop
from language.acts import Act, AddTodo, AskTodos, ChangeMany, Clarify, Question, Reading, RestoreTodo, Say, UndoChanges
from language.clock import TIME_ALONE, Clock, is_date
from language.grammar import section
from language.questions import OFFER, asks, offered
from language.reading.clauses.adding import forms as adding
from language.reading.clauses.adding import headed, if_missing, listed, understand_add, understand_afterthought
from language.reading.clauses.asking import understand_question
from language.reading.clauses.bare import forms as bare
from language.reading.clauses.bare import todo_behind, understand_bare, understand_statement
from language.reading.clauses.briefing import understand_briefing
from language.reading.clauses.changing import asked_away, understand_change
from language.reading.clauses.moving import asked_for, corrected
from language.reading.clauses.moving import forms as moving
from language.reading.clauses.reminding import understand_reminding
from language.reading.foreign import understand_foreign
from language.reading.joining import about, joined
from language.reading.other_languages import of_other_language
from language.reading.repairs import forms as repairs
from language.reading.repairs import repaired, with_meant_date
from language.reading.weighed import family_of, weighed
from language.reminders.passed import BEHIND, passed_in_title
from language.text.clauses import CLAUSE_MAX_CHARACTERS, END_MARKS, Clause, clause_of
from language.text.naming import has_sign, names_in, number_of
from language.text.selection import select
from language.text.spelling import LIST_WORDS, mended, respelled

forms = section("reading")
talk = section("talk")


TOO_LONG = gettext_noop("That is too long for me to take as one request. Could you say it in shorter sentences?")
CHANGE_WHAT = gettext_noop(
    "I am not sure what to change there. Say it with a few words of the todo's title, for example "
    "“move the dentist to friday 5pm” or “rename milk to oat milk”."
)
CUTS_MAX = 12
CHANGED = frozenset(["complete", "delete", "update", "reopen", "undo"])
# "Plese shwo my todos": the first word that is put right may be a courtesy.
MISSPELT_WORDS_MAX = 2
# In this order: what is no question may still be thanks.
TOPICS = {name: name.replace("_", " ") for name in ("help", "who", "hello", "thanks", "bye", "yes", "no", "not_meant")}


def read_sentence(sentence: str, clock: Clock) -> Reading:
    """The acts of one sentence: by the grammar, weighed by the score."""
    if len(sentence) > CLAUSE_MAX_CHARACTERS:
        return Reading([Clarify(gettext(TOO_LONG))])
    # "Add milk to my lsit" is surely about a list.
    sentence = " ".join(mended(word, LIST_WORDS) for word in sentence.split(" "))
    clause = clause_of(sentence)
    if told := before_reason(clause.text, clock):
        return told
    if acts := understand_foreign(sentence, clock, is_asked=clause.asked):
        return Reading(acts, is_sure=True)
    read = parsed(sentence, clock, clause)
    reading = weighed(sentence, read, lambda part: certain_acts(clause_of(part), clock), clock)
    is_ours = reading.is_sure and reading.acts != [Say("outside")]
    question = behind_us(clause.text, reading, clock) or (None if is_ours else of_other_language(sentence, clock))
    return Reading([question]) if question else reading


def behind_us(text: str, reading: Reading, clock: Clock) -> Clarify | None:
    """Asks when, where a todo would be added, or offered, for a moment that is over: no title has such words."""
    titles = [act.title for act in reading.acts if isinstance(act, AddTodo)]
    if not titles and not any(isinstance(act, Clarify) and asks(act.question, OFFER) for act in reading.acts):
        return None
    places = (passed_in_title(said, clock) for said in (text, *titles))
    passed = next(filter(None, places), None)
    return Clarify(gettext(BEHIND) % {"when": passed.when}) if passed else None


def parsed(sentence: str, clock: Clock, clause: Clause | None = None) -> Reading:
    """What the grammar makes of the sentence, the surest reading first; `clause` is that of the sentence if known."""
    clause = clause or clause_of(sentence)
    if said := whole_talk(sentence):
        return Reading([said], is_sure=True)
    if acts := understand_reminding(sentence, clock, lambda part: sure_acts(part, clock)):
        return Reading(acts, is_sure=True)
    if acts := repaired_acts(clause.text, clock):
        return Reading(acts, is_sure=True)
    if acts := whole_acts(clause, clock) or divided(sentence, clock) or certain_acts(clause, clock):
        return Reading(acts, is_sure=True)
    mended, respelt_words = clause, 0
    while (respelt := respelled(mended.text)) and respelt_words < MISSPELT_WORDS_MAX:
        mended, respelt_words = clause_of(respelt), respelt_words + 1
        if acts := certain_acts(mended, clock):
            return Reading(acts, is_sure=True)
    return Reading(likely_acts(clause, clock))


def sure_acts(part: str, clock: Clock) -> list[Act] | None:
    reading = parsed(part, clock)
    return reading.acts if reading.is_sure else None


def repaired_acts(text: str, clock: Clock) -> list[Act] | None:
    """What was meant where the sentence puts itself right."""
    if dated := with_meant_date(text, clock):
        return parsed(dated, clock).acts
    match = repairs.repair.fullmatch(text)
    if match is None:
        return None
    said = parsed(match["said"], clock)
    if any(isinstance(act, AskTodos | Say | Clarify) for act in said.acts):
        return None
    return certain_acts(clause_of(match["meant"]), clock) or repaired(said.acts, match["meant"])


def whole_talk(sentence: str) -> Act | None:
    """Talk as it was said: its courtesies may be all there is to it."""
    whole = sentence.strip(END_MARKS.replace("?", ""))
    unasked = whole.rstrip("?")
    return understand_talk(whole) or (understand_talk(unasked) if unasked != whole else None)


def whole_acts(clause: Clause, clock: Clock) -> list[Act] | None:
    """Forms that hold several parts but make one request: never cut."""
    if match := forms.split.fullmatch(clause.text):
        parts = understand_add(f"add {match['value']} to my list", clock) or []
        # "Into smaller steps" does not say which.
        return [*parts] if len(parts) > 1 else None
    if unless_there := if_missing(clause.text, clock):
        return [unless_there]
    added = clock.once(headed, clause.text) or clock.once(understand_afterthought, clause.text)
    return [*added] if added and not understand_question(clause.text, clock, asked=clause.asked) else None


def before_reason(text: str, clock: Clock) -> Reading | None:
    """ "Delete it, I did that already": the change, without the reason that is told behind it."""
    match = forms.reason_behind.fullmatch(text)
    if match is None or certain_acts(clause_of(match["why"]), clock):
        return None
    reading = read_sentence(match["said"], clock)
    return reading if reading.is_sure and all(family_of(act) in CHANGED for act in reading.acts) else None


def cuts_in(sentence: str) -> list[re.Match[str]]:
    """Where another request may begin: "…, and delete the milk one"."""
    cuts = (cut for cut in forms.cut.finditer(sentence) if cut.start())
    return [cut for cut in cuts if forms.begins_command.match(sentence, cut.end())]


def divided(sentence: str, clock: Clock) -> list[Act] | None:
    """The acts of both, cut where both sides are understood for sure, the last cut first."""
    for cut in reversed(cuts_in(sentence)[-CUTS_MAX:]):
        left, right = sentence[: cut.start()], sentence[cut.end() :]
        if acts := acts_of_both(left, cut[0].strip().lower(), right, clock):
            return acts
    return None


def acts_of_both(left: str, conjunction: str, right: str, clock: Clock) -> list[Act] | None:
    if conjunction == "and" and forms.runs_on.match(clause_of(left).text) and not forms.adds_more.match(right):
        return None
    # A list that was named is the one of both: "add eggs to my list and take off bread".
    where = (" from my list", " on my list") if adding.names_list.search(left) else ()
    tries = (certain_acts(clause_of(f"{right}{at}"), clock) for at in ("", *where))
    right_acts = next(filter(None, tries), None)
    if not right_acts:
        return None
    left_acts = divided(left, clock) or certain_acts(clause_of(left), clock)
    if (
        not left_acts
        and "and" in conjunction
        and not isinstance(right_acts[0], ChangeMany)
        and forms.names_todo.search(right)
    ):
        # "Call the bank and delete the invoice todo": the second is said to the list, the first to be put on it.
        left_acts = understand_bare(clause_of(left).text, clock, polite=clause_of(left).polite)
    if left_acts:
        return joined(left_acts, right_acts)
    # The left side may be no request but the reason for one: "I am tired today, so clear my list".
    is_question = isinstance(right_acts[0], AskTodos) and not understand_bare(clause_of(left).text, clock)
    is_told = conjunction in {",", "-", "–"} and forms.tells_why.fullmatch(left)
    is_reason = forms.gives_reason.fullmatch(conjunction) or isinstance(right_acts[0], ChangeMany) or is_question
    return about(left, right_acts) if is_told or is_reason else None


def certain_acts(clause: Clause, clock: Clock) -> list[Act] | None:
    """What the clause surely says: talk, a question, a command or a statement of work; None for anything less sure."""
    text = clause.text
    # "Can you push it to 5?" is a request, for all its question mark.
    asked = clause.asked and not clause.of_assistant
    act = (
        understand_briefing(text, clock)
        or understand_talk(text)
        or understand_hostile(text)
        or asked_for(text, clock, corrects=clause.corrects)
        or asked_away(text, clock)
        or understand_question(text, clock, asked=asked)
        or understand_change(text, clock, corrects=clause.corrects, asked=asked)
    )
    if act:
        return [act]
    if forms.swaps.fullmatch(text) and (move := corrected(text, clock)):
        return [move]
    if added := understand_add(text, clock):
        return [*added]
    if answers := forms.answers.match(text):
        return certain_acts(replace(clause, text=text[answers.end() :]), clock)
    if (clause.corrects or moving.instead.search(text)) and (move := corrected(text, clock)):
        return [move]
    return understand_statement(text, clock) or led_by_date(text, clock)


def led_by_date(text: str, clock: Clock) -> list[Act] | None:
    """ "For tomorrow, add …" and "on Friday I need to …": the date is that of what follows."""
    found = clock.find(text)
    if found is None or not forms.before_date.fullmatch(text[: found.start]):
        return None
    if not forms.command_behind_date.match(text, found.end):
        return None
    rest = text[found.end :].strip(" ,:")
    acts = certain_acts(clause_of(rest), clock) or []
    if not acts and (put := adding.dated_add.fullmatch(rest)):
        acts = [*listed(put["value"], clock)]
    due = text[found.start : found.end]
    added = [replace(act, due=with_day(act.due, due)) for act in acts if isinstance(act, AddTodo)]
    return [*added] if len(added) == len(acts) else certain_acts(clause_of(f"{rest} {due}"), clock)


def with_day(due: str, day: str) -> str:
    """The date of what follows; a time alone is one of the day that leads."""
    return f"{day} {due}" if TIME_ALONE.fullmatch(due) else due or day


def likely_acts(clause: Clause, clock: Clock) -> list[Act]:
    """A date alone, talk of other trades, a todo without a request; a question back where none of these is likely."""
    if is_date(clause.text, clock):
        return [AskTodos(Question.WHICH, select(clause.text, clock)[0])]
    if bare.plan.fullmatch(clause.text) and clock.find(clause.text) and not clause.asked:
        return [asked_back(clause.text, clock)]
    if not bare.run_out.match(clause.text) and (act := understand_restore(clause.text)):
        return [act]
    if (clause.asked or clause.of_assistant) and not bare.arranges.fullmatch(clause.text):
        return [asked_back(clause.text, clock)]
    return understand_bare(clause.text, clock, polite=clause.polite) or [asked_back(clause.text, clock)]


def asked_back(text: str, clock: Clock) -> Act:
    if has_sign(text):
        sentence = gettext("What should I do with %(name)s? For example “complete %(name)s” or “delete %(name)s”.")
        return Clarify(sentence % {"name": text})
    if bare.changes_something.fullmatch(text):
        return Clarify(gettext(CHANGE_WHAT))
    return offered(todo_behind(text, clock)) or Say("outside")


# Talk: greetings, thanks, help, yes and no, undo, and what is not for this assistant


def understand_talk(text: str) -> Act | None:
    """What to say or take back when the whole clause is talk; None when it may be about todos."""
    if match := talk.undo.fullmatch(text):
        return UndoChanges(number_of(match.groupdict().get("count") or "one"))
    if talk.redo.fullmatch(text):
        return UndoChanges(redo=True)
    topic = next((topic for name, topic in TOPICS.items() if getattr(talk, name).fullmatch(text)), None)
    return Say(topic) if topic else None


def understand_restore(text: str) -> Act | None:
    """What brings a todo back out of the trash; asked after all that may add one."""
    if match := talk.restore.fullmatch(text):
        return RestoreTodo(" ".join(names_in(match["what"])))
    return None


def understand_hostile(text: str) -> Act | None:
    """A reach for what is not the person's own. Words to add are never one: they are stored, not followed."""
    is_reach = talk.hostile.search(text) or talk.others_list.match(text)
    return Say("not yours") if is_reach and not forms.adds.match(text) else None
