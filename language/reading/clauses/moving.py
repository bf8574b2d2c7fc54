"""Moving a todo to another date or time: the one change whose value is found by the date grammar, not by words."""

from habits.speech import gettext, gettext_noop
from language.acts import Act, AddTodo, ChangeMany, Clarify, Sought, UpdateTodos
from language.clock import Clock, cut_final_date, is_date
from language.dates.shifts import is_shift
from language.grammar import Forms, section
from language.text.naming import has_sign, names_in
from language.text.selection import select_all
from language.vocabulary import NOT_A_TITLE

forms = section("moving")
commands = section("reading")
bare = section("bare")


TO_WHICH_DAY = gettext_noop(
    "To which day or time should I move it? Say for example “move it to friday 5pm”, with its name."
)


def moved(text: str, clock: Clock, *, corrects: bool) -> Act | None:
    """The move that the text asks for or tells of, or None."""
    corrects = corrects or forms.instead.search(text) is not None
    text = forms.date_of.sub(lambda words: words[0].removesuffix(" of"), forms.instead.sub("", text))
    text = forms.made_repeat.sub(r"\g<make> repeat \g<often>", text)
    text = forms.moved_up.sub(r"\g<move> to", forms.same_time.sub(r"\g<to>", text))
    if (match := forms.but_not.fullmatch(text)) and is_date(match["old"], clock):
        text, corrects = match["kept"], True
    return moved_between(text, clock) or moved_at_end(text, clock, corrects=corrects)


def moved_between(text: str, clock: Clock) -> Act | None:
    """The move whose new date stands before the todo, or behind its old date."""
    if (match := forms.from_to.fullmatch(text)) and is_new_date(match["old"], clock):
        # "Everything from friday to saturday": of a group the old date says which; a todo has its name.
        group = moved_group(f"{match['what']} on {match['old']}", clock, match["new"])
        return group or moved_at_end(f"{match['move']} {match['to']} {match['new']}", clock, corrects=True)
    if (match := forms.date_between.fullmatch(text)) and is_date(match["value"], clock):
        return moved_to(match["what"], match["value"], clock)
    return None


def moved_at_end(text: str, clock: Clock, *, corrects: bool) -> Act | None:
    words, due = cut_new_date(text, clock)
    if not due or words.lower().endswith(" due") or is_shift(due):
        # "Postpone everything due today" says what, and not to which day.
        group = moved_without_date(text, clock)
        if not due or is_shift(due) or isinstance(group, ChangeMany):
            return group
    if words and forms.correction.fullmatch(words):
        return UpdateTodos(("it",), due=due)
    if forms.put_in.fullmatch(words):
        return stated(words, due, clock, corrects=corrects)
    if match := forms.moves.fullmatch(words) or forms.move_to.fullmatch(words):
        return moved_to(match["what"], due, clock) if may_be_todo(words, match["what"]) else None
    return stated(words, due, clock, corrects=corrects)


def is_new_date(words: str, clock: Clock) -> bool:
    """Also a mere hour, "9" of "from 9 to 10", is one here."""
    return is_date(words, clock) or is_date(f"at {words}", clock)


def asked_for(text: str, clock: Clock, *, corrects: bool) -> Act | None:
    """The move that a polite question asks for: "can the dentist be moved to 5?"."""
    kept = forms.instead.sub("", text)
    words, due = cut_new_date(kept, clock, may_move=forms.may_ask)
    match = forms.asked.fullmatch(words) if due else None
    if match is None or is_no_title(match["what"]):
        return None
    is_request = corrects or kept != text or "be moved" in words or words.lower().startswith("can ")
    return moved_to(match["what"], due, clock) if is_request and forms.definite.fullmatch(match["what"]) else None


def stated(words: str, due: str, clock: Clock, *, corrects: bool) -> Act | None:
    """ "The rent is due friday": moves it where it is on the list, else it is a todo to add."""
    match = forms.stated.fullmatch(words) or forms.put_in.fullmatch(words)
    if match is None or is_no_title(match["what"]) or bare.changes_something.fullmatch(match["what"]):
        return None
    if commands.begins_command.match(f"{match['what']} "):
        return None
    move = moved_to(match["what"], due, clock)
    if not isinstance(move, UpdateTodos) or len(move.tasks) != 1 or corrects or has_sign(match["what"]):
        return move
    return Sought(move, otherwise=AddTodo(move.tasks[0], due))


def corrected(text: str, clock: Clock) -> Act | None:
    """Another date for what the text names, where something in it says that there was one before."""
    kept = forms.instead.sub("", text)
    words, due = cut_final_date(kept, clock)
    if not due and kept != text and (hour := forms.last_hour.fullmatch(kept)):
        words, due, kept = hour["words"], f"at {hour['hour']}", text
    match = forms.corrected.fullmatch(words) if due else None
    if match is None or is_no_title(match["what"]) or not (kept != text or forms.definite.fullmatch(match["what"])):
        return None
    return moved_to(match["what"], due, clock)


def is_no_title(words: str) -> bool:
    return not has_sign(words) and words.partition(" ")[0].lower() in NOT_A_TITLE


def cut_new_date(text: str, clock: Clock, may_move: Forms = forms.may_move) -> tuple[str, str]:
    """The words before the date at the end of the text, with its preposition, and the date."""
    if hour := forms.bare_hour.fullmatch(text):
        return hour["words"], f"at {hour['hour']}"
    words, due = cut_final_date(text, clock) if may_move.match(text) else (text, "")
    if preposition := forms.preposition.match(due):
        words, due = f"{words} {preposition[0].strip()}".strip(), due[preposition.end() :]
        # A number alone would be a time of today; "at 5" is one of the day that the todo has.
        return words, f"at {due}" if forms.number.fullmatch(due) else due
    return words, due


def may_be_todo(words: str, what: str) -> bool:
    """Whether what is moved can be a todo there already: not "a reminder", not the table that is set for Friday."""
    return not forms.new.fullmatch(what) and (has_sign(what) or not forms.for_needs_sign.fullmatch(words))


def moved_to(what: str, due: str, clock: Clock) -> Act | None:
    if group := moved_group(what, clock, due):
        return group
    tasks = names_in(what)
    return UpdateTodos(tasks, due=due) if tasks else None


def moved_without_date(text: str, clock: Clock) -> Act | None:
    """Moved by a length of time, or to no date at all: then the day has to be asked for."""
    for shifts, due in ((forms.earlier, "{} earlier"), (forms.later, "{} later"), (forms.snooze, "in {}")):
        if match := shifts.fullmatch(text):
            return moved_to(match["what"], due.format(match["length"]), clock)
    what = moved_somewhen(text)
    return (moved_group(what, clock) or Clarify(gettext(TO_WHICH_DAY))) if what else None


def moved_somewhen(text: str) -> str:
    """What the text puts off to a day that it does not say; empty where it does not."""
    match = forms.undated.fullmatch(text) or forms.in_month.fullmatch(text)
    return match["what"] if match else ""


def moved_group(what: str, clock: Clock, due: str = "") -> ChangeMany | None:
    selection = select_all(what, clock)
    return ChangeMany("move", selection, due) if selection else None
