"""Moving a todo to another date or time: the one change whose value is found by the date grammar, not by words."""

import re

from language.recurrence import MONTH_NAMES, WEEKDAY_NAMES

from .acts import Act, AddTodo, ChangeMany, Clarify, Supposed, UpdateTodos
from .dating import Clock, cut_final_date, is_date
from .grammar import any_of, first_match, mention, phrases, rule, rules
from .naming import has_sign, names_in
from .selecting import select_all
from .words import NOT_A_TITLE

TO_WHICH_DAY = "To which day or time should I move it? Say for example “move it to friday 5pm”, with its name."

RESCHEDULED = phrases(
    "moved, rescheduled, postponed, pushed, delayed, shifted, switched, slipped, changed, brought forward"
)
TOLD_BY = r"(they|he|she|someone|somebody|i|we|(my|the|our|his|her) [\w'-]+( [\w'-]+)?)"
JUST = "( has| have|'ve|'s| had| just| already| now)*"
NEEDS = "needs to (be|go out|go|happen|get done|be done|be sent)"
BE = phrases(f"is, are, will be, should be, should happen, {NEEDS}, has to be, must be, starts, takes place, has")
BACK = r"(,? (back|off|forward|over|out|up|ahead))*"
# These forms end where the date begins. Only a todo can be rescheduled, so its new date needs no word before it.
MOVES = rules(
    r"""
    {set}( a| the| its)? {due_date} (of|for|on|to|from) {what}( {to}|:|,| as| of)?
    (change|set|move|update) {what}'s {due_date}( {to})?
    (give|set|assign) {what} (a|the|with a) (new )?{due_date}( of| for| on| to)?
    (add|assign|put) {due_date} (to|on) {what}[:,]?
    (?!{command}\b){what} {be}( now| actually)? {rescheduled}( back| off)?( {to})?
    (?!{command}\b){what}{just} {rescheduled}{back}:?( from [\w ]+?)?( {to})?
    ({told_by}{just} )?{rescheduled} (?P<what>(?!me\b|us\b).+?){back} (to|until|till)
    {what}{just} {rescheduled} (me|us){back} (to|until|till)
    {what} (isn't|is not|aren't|are not|'s not) (due|needed|wanted)( {to}| before)?
    {what} (is|are) (now|actually|really) (on|at|for|by)
    (?!{command}\b){what} (can|could|will have to|has to|have to|should) wait( {to})?
    (make|do|set|have|let's do|let's make|change|keep|leave|put) (?P<what>it|that|this|that one|this one)
        ( for| at| on| be| to)*
    {reschedule} {what}{back}( {to}( be)?)?
    (make|set|have|let) {what} (to )?(repeat|recur)(ing)?
    {what} (should|needs to|has to|must|'s supposed to) (repeat|recur|be repeated|happen)
    repeat {what}
    """,
    set=phrases("set, change, move, update, make, push, adjust, edit, add, put"),
    command=phrases("remind, reminder, add, set, make, create, note, i, we, don't"),
    be=phrases("is, was, are, got, has been, have been, should be, needs to be, must be, gets"),
    rescheduled=RESCHEDULED,
    told_by=TOLD_BY,
    just=JUST,
    reschedule=phrases(
        """
        reschedule, re-schedule, postpone, delay, snooze, defer, put off, hold off( on)?, push back,
        push off, bump, bring forward, advance
        """
    ),
    back=BACK,
)
# "Can the dentist be at 5 instead?" asks for it; "could it be on monday?" may only wonder.
ASKED = rule(
    r"(can|could|may|might) {what} (be|go|happen|start|take place|wait)( {rescheduled}{back})?( {to})?( due)?( {to})?",
    rescheduled=RESCHEDULED,
    back=BACK,
)
MAY_ASK = rule("(can|could|may|might) .+")
# Furniture can be moved too: here the date must stand behind "to" or "until".
MOVE_TO = rule(
    r"(move|push|shift|change|switch|set|put|slide|carry|make|update|bring|reset|extend) {what}{back} {until}",
    back=BACK,
    until=phrases("to, until, till, til, due, due on, due by, to be, to be on, to be due, to the, for, up to, over to"),
)
# "Set the table for friday" is something to do; "set it for friday" is not.
FOR_NEEDS_SIGN = rule(r"(put|set|make|carry|bring|slide|change|update|switch|extend)\b.* for")
# "The dentist is at 3pm": news about what is on the list, or something to put there.
STATED = rule(
    r"{what} {be}( now| actually)?( going to be| gonna be)?( {planned})?( {to})?",
    be=BE,
    planned=phrases("due, scheduled, planned, set, a (due date|deadline) of, happening, taking place, on"),
)
# "Put the haircut in for friday 2pm".
PUT_IN = rule("(put|pencil|book|slot|stick|pop) {what} in for")
# "I'd rather do the haircut on tuesday", "water the plants every three days from now on".
CORRECTED = rule(
    r"({rather} )?({do} )?{what}( (should|must|needs to|has to) (be|go|happen))?( {to}( be)?)*",
    rather=phrases(
        """
        i'd rather, i would rather, rather, can we, could we, let's, i want to, i'd like to, we'll, i'll, i will,
        i'd prefer to, i prefer to, better, (i|we) (need|want)( to)?, i have to, i must
        """
    ),
    do=phrases("do, make, have, set, put, schedule, book, change, move"),
)
DEFINITE = rule(r"(the|my|our|that|this)\b.*")
NEW = rule(
    r"((a|an|another|new|up|me|for me|one) )*{reminder}( for me)?",
    reminder=phrases("reminders?, alarms?, alerts?, to-?do, tasks?, events?, notifications?, new, up"),
)
DATE_BETWEEN = rule(
    r"(add|set|give|put|assign|attach) (a |the )?{due_date}( for| on| of)? (?P<value>.+?) (to|on|for) {what}"
)
CORRECTION = rule(
    r"((no|nope|sorry|wait|oops|actually|i mean|not that)[,.! ]+)*({i_meant}|no)?(,| to)?( (on|at|for|by|of))?",
    i_meant=phrases(
        """
        i (said|meant|mean|want(ed)? (it )?(for|on|at|to be)?), it's, it is, it should be, should be, that's,
        that should be, make it, make that, better, rather, let's say, say, change that to
        """
    ),
)
# A look at the words before the slower date grammar is asked.
MAY_MOVE = rule(
    r"{word}\w*\b|.* ({be}|{rescheduled}|{repeats})\b|\S+$",
    word=phrases(
        """
        reschedul, re-schedul, postpon, delay, snooz, defer, put, hold, push, bump, bring, advance, move, keep, leave,
        shift, change, switch, set, slide, carry, make, update, reset, extend, do, have, let's, adjust, edit,
        add, give, assign, no, nope, sorry, wait, oops, actually, i, it, should, that, better, rather, say,
        not, on, at, by, for, to, repeat, .+ wait
        """
    ),
    be=rf"({BE}|isn't|aren't|.+'s not)",
    rescheduled=RESCHEDULED,
    repeats=phrases("repeat, recur, be repeated, happen"),
)
LENGTH = (
    r"(?P<length>(half )?(an?|another|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,3}|a few|a couple( of)?)"
    r"( more)? (minute|min|hour|hr|day|week|fortnight|month|year)s?)"
)
# "Move it forward a day" is said for either way, so that no form reads it.
LATER = rules(
    r"""
    {move}( back| off| out)? {what}( back| off| out| over)*( by| for)? {length}( later| back| out)?
    put {what} off( by| for)? {length}
    {have} {what} {length} later
    {what} (is|was|has been|got|will be)( moved| pushed)?( back)?( by)? {length} later
    {what}( is| was| has been| got)? (delayed|postponed|pushed back|moved back)( by)? {length}
    give (me )?{length} for {what}
    give {what} {length}
    """,
    move=phrases("reschedule, postpone, delay, defer, push, move, bump, put off, extend, shift, kick, slide, set back"),
    have=phrases("make, set, do, have, let's do, let's make, start"),
    length=LENGTH,
)
EARLIER = rules(
    r"""
    (bring|pull|advance){ahead}* {what}{ahead}*( by)? {length}( earlier| sooner)?
    move( up)? {what} up( by)? {length}
    {move} {what}( up)?( by)? {length} (earlier|sooner)
    {what} (is|was|has been|got|will be)( moved)?( by)? {length} (earlier|sooner)
    """,
    ahead=r"( forward| up| ahead| in)",
    move=phrases("reschedule, push, move, bump, shift, make, set, do, have, let's do, let's make, start"),
    length=LENGTH,
)
# A snooze counts from now: whoever says it wants it out of sight.
SNOOZE = rules("snooze {what}( by| for)? {length}", length=LENGTH)
UNDATED = rules(
    r"""
    (reschedule|re-schedule|postpone|snooze|defer|put off) {what}
    (move|push|shift|put|slide) {what}{back} (to|till|until) {somewhen}\b.*
    """,
    back=BACK,
    somewhen=phrases(
        "some ?time, some ?day, later, after, before, around, when, whenever, another, a (different|later), early, late"
    ),
)
INSTEAD = rule(
    r"[, ]+((at )?(the )?same time( as before| of day)?|instead( of .+)?|rather than .+|now|rather|actually|"
    r"from now on|after all|not (at |on )?({weekday}|\d{1,2}(:\d\d)?( ?[ap]m)?))$",
    weekday=any_of(WEEKDAY_NAMES),
)
# "Push it to 5": after these verbs a number alone is an hour.
BARE_HOUR = rule(
    r"(?P<words>({verb} .+|.+ {been}) (to|till|until))( at)? (?P<hour>(1[0-2]|[1-9])(:[0-5]\d)?)",
    verb=phrases("move, push, shift, postpone, reschedule, bump, delay, change, switch, bring forward, snooze"),
    been=rf"((is|was|got|has been|have been) )?{RESCHEDULED}",
)
# "Make the dentist 5 instead": with a name a number alone is an hour only where there was another.
LAST_HOUR = rule(r"(?P<words>.+?)( at)? (?P<hour>(1[0-2]|[1-9])(:[0-5]\d)?)")
# "The report is due in march": a month is no day.
IN_MONTH = rules(
    r"""
    {what} {be}( now)?( {planned})? in (the )?{month}( 20\d\d)?
    {reschedule} {what}{back} (in|to|until|till) (the )?{month}( 20\d\d)?
    """,
    be=BE,
    planned=phrases("due, scheduled, planned, set, moved, postponed, pushed"),
    reschedule=phrases("move, push, reschedule, postpone, delay, shift, put off, defer, snooze, push back"),
    back=BACK,
    month=rf"({any_of(MONTH_NAMES)}|(spring|summer|autumn|fall|winter)|next year)",
)
NUMBER = rule(r"\d{1,2}")
PREPOSITION = rule(r"(due( on| by| for)?|for|by|on|at|until|till|til|to) ")
DATE_OF = mention("(due date|deadline|due time|date) of")


def moved(text: str, clock: Clock, *, corrects: bool) -> Act | None:
    """The move that the text asks for or tells of, or None."""
    corrects = corrects or INSTEAD.search(text) is not None
    text = DATE_OF.sub(lambda words: words[0].removesuffix(" of"), INSTEAD.sub("", text))
    if (match := DATE_BETWEEN.fullmatch(text)) and is_date(match["value"], clock):
        return moved_to(match["what"], match["value"], clock)
    words, due = cut_new_date(text, clock)
    if not due:
        return moved_without_date(text, clock)
    if words and CORRECTION.fullmatch(words):
        return UpdateTodos(("it",), due=due)
    if PUT_IN.fullmatch(words):
        return stated(words, due, clock, corrects=corrects)
    if match := first_match(MOVES, words) or MOVE_TO.fullmatch(words):
        return moved_to(match["what"], due, clock) if may_be_todo(words, match["what"]) else None
    return stated(words, due, clock, corrects=corrects)


def asked_for(text: str, clock: Clock, *, corrects: bool) -> Act | None:
    """The move that a polite question asks for: "can the dentist be moved to 5?"."""
    kept = INSTEAD.sub("", text)
    words, due = cut_new_date(kept, clock, may_move=MAY_ASK)
    match = ASKED.fullmatch(words) if due else None
    if match is None or is_no_title(match["what"]):
        return None
    is_request = corrects or kept != text or "be moved" in words or words.lower().startswith("can ")
    return moved_to(match["what"], due, clock) if is_request and DEFINITE.fullmatch(match["what"]) else None


def stated(words: str, due: str, clock: Clock, *, corrects: bool) -> Act | None:
    """ "The rent is due friday": moves it where it is on the list, else it is a todo to add."""
    match = STATED.fullmatch(words) or PUT_IN.fullmatch(words)
    if match is None or is_no_title(match["what"]):
        return None
    move = moved_to(match["what"], due, clock)
    if not isinstance(move, UpdateTodos) or len(move.tasks) != 1 or corrects or has_sign(match["what"]):
        return move
    return Supposed(move, otherwise=AddTodo(move.tasks[0], due))


def corrected(text: str, clock: Clock) -> Act | None:
    """Another date for what the text names, where something in it says that there was one before."""
    kept = INSTEAD.sub("", text)
    words, due = cut_final_date(kept, clock)
    if not due and kept != text and (hour := LAST_HOUR.fullmatch(kept)):
        words, due, kept = hour["words"], f"at {hour['hour']}", text
    match = CORRECTED.fullmatch(words) if due else None
    if match is None or is_no_title(match["what"]) or not (kept != text or DEFINITE.fullmatch(match["what"])):
        return None
    return moved_to(match["what"], due, clock)


def is_no_title(words: str) -> bool:
    return not has_sign(words) and words.partition(" ")[0].lower() in NOT_A_TITLE


def cut_new_date(text: str, clock: Clock, may_move: re.Pattern[str] = MAY_MOVE) -> tuple[str, str]:
    """The words before the date at the end of the text, with its preposition, and the date."""
    if hour := BARE_HOUR.fullmatch(text):
        return hour["words"], f"at {hour['hour']}"
    words, due = cut_final_date(text, clock) if may_move.match(text) else (text, "")
    if preposition := PREPOSITION.match(due):
        words, due = f"{words} {preposition[0].strip()}".strip(), due[preposition.end() :]
        # A number alone would be a time of today; "at 5" is one of the day that the todo has.
        return words, f"at {due}" if NUMBER.fullmatch(due) else due
    return words, due


def may_be_todo(words: str, what: str) -> bool:
    """Whether what is moved can be a todo there already: not "a reminder", not the table that is set for Friday."""
    return not NEW.fullmatch(what) and (has_sign(what) or not FOR_NEEDS_SIGN.fullmatch(words))


def moved_to(what: str, due: str, clock: Clock) -> Act | None:
    if group := moved_group(what, clock):
        return group
    tasks = names_in(what)
    return UpdateTodos(tasks, due=due) if tasks else None


def moved_without_date(text: str, clock: Clock) -> Act | None:
    """Moved by a length of time, or to no date at all: then the day has to be asked for."""
    for forms, due in ((EARLIER, "{} earlier"), (LATER, "{} later"), (SNOOZE, "in {}")):
        if match := first_match(forms, text):
            return moved_to(match["what"], due.format(match["length"]), clock)
    what = moved_somewhen(text)
    return (moved_group(what, clock) or Clarify(TO_WHICH_DAY)) if what else None


def moved_somewhen(text: str) -> str:
    """What the text puts off to a day that it does not say; empty where it does not."""
    match = first_match((*UNDATED, *IN_MONTH), text)
    return match["what"] if match else ""


def moved_group(what: str, clock: Clock) -> ChangeMany | None:
    selection = select_all(what, clock)
    return ChangeMany("move", selection) if selection else None
