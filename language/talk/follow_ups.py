"""Answers to what the assistant asked last: a choice, a title, a date, a yes."""

from dataclasses import replace
from typing import Any

from habits.speech import gettext
from language import acts as kinds
from language import questions
from language.clock import TIME_ALONE, Clock, cut_date, is_date
from language.dates.shifts import is_shift
from language.grammar import section
from language.reading.clauses.adding import title_of, todo_from
from language.reading.clauses.bare import todo_behind
from language.reading.clauses.moving import TO_WHICH_DAY, moved_somewhen
from language.reading.clauses.reminding import counts_back
from language.reading.foreign import NOT_UNDERSTOOD, answer_in_english, understand_foreign_talk
from language.reading.message import read_message, understand
from language.reading.sentence import certain_acts, understand_talk
from language.reminders.passed import passed_in_title, passed_reminder
from language.reminders.phrases import says_never
from language.talk.choosing import choice, part_of
from language.talk.exchanges import Call, Conversation, Outcome
from language.talk.guesses import guessed
from language.talk.references import WHICH_ONE, rows_spoken_of, shown_rows
from language.talk.retitling import retitled
from language.talk.same_deed import CHANGED, change_in, same_deed
from language.text.clauses import CLAUSE_MAX_CHARACTERS, clause_of, sentences
from language.text.details import priority_named
from language.text.naming import names_in
from language.text.quotations import set_aside_quotations

forms = section("follow_ups")


THING_MAX_WORDS = 3
WORDS_MAX = 40
Refusal = tuple[Call, int, Outcome]


def read_in(conversation: Conversation, clock: Clock) -> kinds.Reading:
    """What the message means in its conversation: as an answer, else by itself, else without the words around it."""
    text = conversation.current.text.strip()
    # An answer to a question is short; what is longer stands for itself.
    if len(text) > CLAUSE_MAX_CHARACTERS:
        return read_message(text, clock)
    if acts := follow_up(conversation, clock):
        return kinds.Reading(acts, is_sure=True)
    reading, plain = read_message(text, clock), forms.trail.sub("", forms.lead.sub("", text)).strip()
    is_sure = reading.is_sure and not all(isinstance(act, kinds.Say) for act in reading.acts)
    if is_sure or not conversation.past or plain in {"", text}:
        return kinds.Reading(guessed(reading, text, clock), reading.is_sure)
    answer = read_in(replace(conversation, current=replace(conversation.current, text=plain)), clock)
    # What such words stand around is about what was said before: no todo is added of it for a guess.
    if answer.is_sure and not (reading.is_sure and all(isinstance(act, kinds.Say) for act in answer.acts)):
        return answer
    return reading if reading.is_sure else kinds.Reading([questions.offered(act) or act for act in reading.acts])


def follow_up(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """The acts of a message that answers the assistant's last question; None when it stands for itself."""
    text, last = answer_in_english(conversation.current.text), conversation.last
    conversation = replace(conversation, current=replace(conversation.current, text=text))
    talk = understand_talk(clause_of(text).text) or understand_foreign_talk(text)
    said = "yes" if forms.agrees.fullmatch(clause_of(text).text) else talk.topic if isinstance(talk, kinds.Say) else ""
    if questions.asks(last.answer, questions.ASK_TITLE):
        return titled(conversation, said, clock)
    if answered := yes_or_no(conversation, said, clock):
        return answered
    if picked := picked_of_group(conversation, said, clock):
        return picked
    if refused := refusals(last.calls):
        return repeated(refused, conversation, said, clock)
    if questions.asks(last.answer, WHICH_ONE) and all(call.tool_name == "list_tasks" for call in last.calls):
        return chosen_for_it(conversation, clock)
    return next(filter(None, (way(conversation, clock) for way in WAYS_ON)), None)


def yes_or_no(conversation: Conversation, said: str, clock: Clock) -> list[kinds.Act] | None:
    """A yes to what was offered; a no to what is done already is asked about."""
    last = conversation.last
    if said == "no" and any(outcome.outcome in CHANGED for outcome in last.outcomes):
        return deed_for_other(conversation, clock) or [kinds.Clarify(gettext(questions.TAKE_BACK))]
    if said == "yes" and questions.asks(last.answer, questions.TAKE_BACK):
        return [kinds.UndoChanges()]
    is_offer = questions.asks(last.answer, questions.OFFER, NOT_UNDERSTOOD, *questions.OFFERS_OF_CHANGE)
    return accepted(conversation, clock) if said == "yes" and is_offer else None


def accepted(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """What the assistant offered to do."""
    last = conversation.last
    if questions.asks(last.answer, *questions.OFFERS_OF_CHANGE):
        tasks = tuple(row.id for row in last.rows if row.title in last.answer)
        acts = changes_before(conversation, clock) if len(tasks) == 1 else []
        return [replace(act, tasks=tasks) for act in acts] or None
    todo = todo_behind(clause_of(last.text).text, clock)
    return [todo] if todo else None


def picked_of_group(conversation: Conversation, said: str, clock: Clock) -> list[kinds.Act] | None:
    """What was offered of one todo or of several, of those that "yes", "the second one" or "all but the first" pick."""
    last, text = conversation.last, conversation.current.text
    one = (verb for verb, offer in questions.OFFERS_OF_ONE.items() if questions.asks(last.answer, offer))
    group = (verb for verb, offer in questions.OFFERS_OF_GROUP.items() if questions.asks(last.answer, offer))
    is_open = questions.asks(last.answer, questions.DELETE_ONE_OFFER)
    of_group = "delete" if is_open else next(group, "")
    clause, rows = clause_of(text), [row for row in last.rows if row.title in last.answer]
    verb = of_group or next(one, "")
    # Of one todo it must be certain which it was: "milk" stands in "oat milk" too.
    if not verb or not (of_group or len(rows) == 1):
        return None
    picked = rows if said == "yes" and not is_open else part_of(text, rows, verb, clock)
    if not picked and len(rows) > 1 and not clause.asked and not certain_acts(clause, clock):
        picked = choice(clause.text, rows, "", clock)
    tasks = tuple(row.id for row in picked)
    deed = kinds.DeleteTodos(tasks) if verb == "delete" else kinds.CompleteTodos(tasks, reopen=verb == "reopen")
    return [deed] if tasks else None


def corrected_date_or_title(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """A correction of what the last message added or changed."""
    if acts := at_another_hour(conversation) or redated(conversation, clock):
        return acts
    try:
        retitling = retitled(conversation, clock)
    except kinds.Unclear:
        return None
    return [retitling] if retitling else None


def titled(conversation: Conversation, said: str, clock: Clock) -> list[kinds.Act] | None:
    """The title that was asked for, with the date, priority and tags that were said before."""
    quoted = set_aside_quotations(conversation.current.text)
    clause = clause_of(quoted.text)
    certain = certain_acts(clause, clock) or []
    if said or clause.asked or any(not isinstance(act, kinds.AddTodo) for act in certain):
        return [kinds.Say("no")] if said == "no" else None
    named = [act for act in certain if isinstance(act, kinds.AddTodo) and act.title]
    todo = named[0] if named else todo_from(clause.text, clock)
    before = next(
        (act for act in acts_before(conversation, clock) if isinstance(act, kinds.AddTodo)), kinds.AddTodo("")
    )
    return [
        kinds.AddTodo(
            quoted.as_written(todo.title),
            due=f"{before.due} {todo.due}".strip() if TIME_ALONE.fullmatch(todo.due) else todo.due or before.due,
            priority=todo.priority or before.priority,
            tags=todo.tags or before.tags,
        )
    ]


def acts_before(conversation: Conversation, clock: Clock) -> list[kinds.Act]:
    """What the previous message meant, which may have been an answer itself."""
    earlier = Conversation(conversation.gone_on.past[:-1], conversation.last)
    return read_in(earlier, clock).acts


def moved_to_day(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """ "Postpone the dentist" – to which day? – "friday"."""
    if not questions.asks(conversation.last.answer, TO_WHICH_DAY):
        return None
    what, due = moved_somewhen(clause_of(conversation.last.text).text), clause_of(conversation.current.text).text
    return [kinds.UpdateTodos(names_in(what), due=due)] if what and is_readable_date(due, clock) else None


def more_of_list(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """What did not fit into the list that was shown last."""
    if not forms.more.fullmatch(clause_of(conversation.current.text).text):
        return None
    asked = [act for act in acts_before(conversation, clock) if isinstance(act, kinds.AskTodos)]
    lists = [call for call in conversation.last.calls if call.tool_name == "list_tasks"]
    if len(asked) != 1 or not lists or asked[0].question != kinds.Question.WHICH:
        return None
    shown = len(lists[0].rows)
    return [replace(asked[0], shown=shown) if lists[0].total > shown else kinds.Say("no more")]


def put_back(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    # "Did I return those? Put it back": what is asked for stands last.
    *_, wanted = sentences(conversation.current.text) or [""]
    text = clause_of(wanted).text
    outcomes = {outcome.outcome for outcome in conversation.last.outcomes}
    is_wanted = forms.put_back.fullmatch(text)
    if (is_wanted and "deleted" in outcomes) or (forms.change_back.fullmatch(text) and outcomes & CHANGED):
        return [kinds.UndoChanges()]
    shown = any(call.arguments.get("filter") == "trash" for call in conversation.last.calls)
    return [kinds.RestoreTodo("it")] if is_wanted and shown else None


def given_up(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """ "Cancel it" of the one todo that was shown."""
    is_shown = len(conversation.last.rows) == 1 and not conversation.last.outcomes
    return [kinds.DeleteTodos(("it",))] if is_shown and forms.give_up.fullmatch(conversation.current.text) else None


def deed_for_other(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    return same_deed(conversation, clock, lambda: acts_before(conversation, clock))


def more_things(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """ "Eggs", right after bread was added: offered to be added as well."""
    text, outcomes = clause_of(conversation.current.text).text, conversation.last.outcomes
    if not outcomes or any(outcome.outcome != "added" for outcome in outcomes) or len(text.split()) > THING_MAX_WORDS:
        return None
    if forms.trail.search(text) or understand(conversation.current.text, clock) != [kinds.Say("outside")]:
        return None
    question = questions.offered(todo_behind(text, clock))
    return [question] if question else None


def refusals(calls: tuple[Call, ...]) -> list[Refusal]:
    """What was refused and could still be done, with its place in its call."""
    return [
        (call, index, outcome)
        for call in calls
        for index, outcome in enumerate(call.outcomes)
        if outcome.outcome == "refused"
        and (outcome.candidates or outcome.code == "date_not_understood")
        and index < len(call.items)
    ]


def repeated(refused: list[Refusal], conversation: Conversation, said: str, clock: Clock) -> list[kinds.Act] | None:
    """The refused call once more, with the todo or the date that the person now names."""
    text = clause_of(conversation.current.text).text
    call, index, outcome = refused[0]
    if said == "no":
        return [kinds.Say("no")]
    if outcome.code == "date_not_understood":
        return [redone(call, [item_with(call, index, due=text)])] if is_date(text, clock) else None
    candidates = [(refusal, row) for refusal in refused for row in refusal[2].candidates]
    chosen = choice(text, [row for _, row in candidates], said, clock)
    if not chosen:
        return None
    items = [item_with(call, place, task=row.id) for (_, place, _), row in candidates if row in chosen]
    return [redone(call, items)]


def item_with(call: Call, index: int, **fields: str) -> Any:
    """One item of the call again: an id in the place of its reference, or another due."""
    item = call.items[index]
    return {**item, **fields} if isinstance(item, dict) else fields["task"]


def redone(call: Call, items: list[Any]) -> kinds.RepeatCall:
    key = "updates" if call.tool_name == "update_task" else "tasks"
    return kinds.RepeatCall(call.tool_name, {**call.arguments, key: items})


def chosen_for_it(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """The act that "it" left open, with the todo picked from the list that was asked about."""
    chosen = choice(clause_of(conversation.current.text).text, shown_rows(conversation), "", clock)
    if not chosen:
        return None
    return [replace(act, tasks=tuple(row.id for row in chosen)) for act in changes_before(conversation, clock)] or None


def changes_before(conversation: Conversation, clock: Clock) -> list[kinds.Change]:
    """The changes that the last message asked for, of which one todo was in doubt."""
    return [change for act in acts_before(conversation, clock) if (change := change_in(act))]


def redated(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """A date alone: the one for an unreadable date, or a correction of the one todo that was just added or changed."""
    text, last = clause_of(forms.rather.sub("", conversation.current.text)).text, conversation.last
    text = forms.kept_but.sub(" ", text).strip()
    if (match := forms.not_but.fullmatch(text)) and is_readable_date(f"on {match['old']}", clock):
        text = match["new"] if is_readable_date(match["new"], clock) else f"on {match['new']}"
    if forms.clock.fullmatch(text) and not text.isdecimal():
        text = f"at {text}"
    if match := forms.only.fullmatch(text):
        text = f"on {match['days']}"
    said = text
    together, text = forms.of_all.sub("", text), forms.of_it.sub("", text)
    if together != said and len(last.changed) > 1 and is_readable_date(together, clock):
        return [kinds.UpdateTodos(("them",), due=cut_date(together, clock)[1])]
    if is_shift(text):
        return [kinds.UpdateTodos(("it",), due=text)] if len(last.rows) == 1 and last.rows[0].due else None
    if not last.text or not is_readable_date(text, clock):
        return None
    if last.calls:
        is_of_one = len(rows_spoken_of(conversation)) == 1 if text != said else asked_or_wrote_one(conversation)
        return [kinds.UpdateTodos(("it",), due=cut_date(text, clock)[1])] if is_of_one else None
    return with_date_put_right(last.text, text, clock)


def with_date_put_right(said: str, date: str, clock: Clock) -> list[kinds.Act] | None:
    """What was said with a date that is over, or cannot be read, done with this one."""
    if passed := passed_reminder(clause_of(said).text, clock):
        return [kinds.AddTodo(title_of(passed.what), cut_date(date, clock)[1])]
    if passed := passed_in_title(clause_of(said).text, clock):
        return understand(f"{passed.what} {date}", clock)
    repaired = with_readable_date(said, date, clock)
    return understand(repaired, clock) if repaired else None


def asked_or_wrote_one(conversation: Conversation) -> bool:
    """Whether one todo was added or changed, or the person asked what to do with it."""
    is_asked = questions.asks(conversation.last.answer, questions.WHAT_WITH) and len(rows_spoken_of(conversation)) == 1
    return is_asked or conversation.last.one_written is not None


def reminded_otherwise(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """ "An hour earlier", “also the evening before”: of the one todo whose reminders were just spoken of."""
    text, calls = conversation.current.text.strip(" .!?"), conversation.last.calls
    items = [item for call in calls for item in call.items if isinstance(item, dict)]
    if len(items) != 1 or not items[0].get("remind") or not counts_back(text, clock) or says_never(text):
        return None
    return [kinds.UpdateTodos(("it",), remind=text)]


def ranked(conversation: Conversation, clock: Clock) -> list[kinds.Act] | None:
    """ "High priority": of the one todo that was just added or changed."""
    text = clause_of(conversation.current.text).text
    match, several = forms.rank.fullmatch(forms.of_all.sub("", text)), len(conversation.last.changed) > 1
    # Mere words in between do not end the talk of a todo.
    is_spoken_of = conversation.last.one_written or not conversation.last.calls
    is_of_all = several and forms.of_all.match(text) is not None
    if match is None or not (is_of_all or (is_spoken_of and len(rows_spoken_of(conversation)) == 1)):
        return None
    return [kinds.UpdateTodos(("them" if is_of_all else "it",), priority=priority_named(match["priority"]))]


def at_another_hour(conversation: Conversation) -> list[kinds.Act] | None:
    """ "Let's make it 7" of the one todo spoken of, if it has a time; of six eggs it would be a number."""
    text, rows = clause_of(conversation.current.text).text, rows_spoken_of(conversation)
    match, half = forms.hour.fullmatch(text), forms.half.fullmatch(text)
    _, _, time = rows[0].due.partition("T") if len(rows) == 1 else ("", "", "")
    if not time or not (match or half):
        return None
    # "Am" of what was added for 18:00.
    hour = match["hour"] if match else f"{int(time[:2]) % 12 or 12}{time[2:5]} {half['half']}"
    return [kinds.UpdateTodos((rows[0].id,), due=f"at {hour}")]


def is_readable_date(text: str, clock: Clock) -> bool:
    return is_readable(text, clock) and is_date(text, clock)


def is_readable(text: str, clock: Clock) -> bool:
    try:
        clock.find(text)
    except kinds.Unclear:
        return False
    return True


def with_readable_date(text: str, date: str, clock: Clock) -> str | None:
    """The text with `date` in the place of the words that could not be read as one; None where all can be read."""
    words = text.split()[:WORDS_MAX]
    starts = [start for start in range(len(words)) if not is_readable(" ".join(words[start:]), clock)]
    if not starts:
        return None
    start = starts[-1]
    end = next(end for end in range(start + 1, len(words) + 1) if not is_readable(" ".join(words[start:end]), clock))
    before = words[: start - 1] if words[start - 1 : start] == ["the"] else words[:start]
    return " ".join([*before, date, *words[end:]])


# What goes on from the last answer, though it asked nothing – or only for a day.
WAYS_ON = (
    reminded_otherwise,
    moved_to_day,
    more_of_list,
    put_back,
    given_up,
    ranked,
    deed_for_other,
    corrected_date_or_title,
    more_things,
)
