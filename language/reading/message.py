"""From a message to acts.

Pure: the same text at the same moment always means the same acts. What a text refers to is resolved later
(`references.py`), so that a message is understood alike in every conversation.
"""

from habits.speech import gettext, gettext_noop
from language.acts import Act, AddTodo, Clarify, Reading, Say, Unclear
from language.clock import Clock, is_date
from language.grammar import section
from language.reading.clauses.adding import todos_from
from language.reading.clauses.reminding import merged
from language.reading.joining import about, refused, whole_message
from language.reading.sentence import TOO_LONG, cuts_in, read_sentence
from language.text.clauses import BULLET, CLAUSE_MAX_CHARACTERS, END_MARKS, sentences, single_spaced
from language.text.quotations import set_aside_quotations, with_quotations

forms = section("understanding")


REQUESTS_MAX = 60
DATE_MAX = 40
TOO_MANY = gettext_noop(
    "That is %(count)s requests at once. I take up to %(most)s in one message; please send them in parts."
)


def too_many(count: int) -> str:
    return gettext(TOO_MANY) % {"count": count, "most": REQUESTS_MAX}


def understand(text: str, clock: Clock) -> list[Act]:
    """The acts of a message in the order said; a single Clarify or Say when it cannot be acted on surely."""
    return read_message(text, clock).acts


def read_message(text: str, clock: Clock) -> Reading:
    """The acts of a message, and whether each of its sentences is sure."""
    quoted = set_aside_quotations(text)
    try:
        reading = read_sentences(quoted.text, clock.for_message())
    except Unclear as unclear:
        reading = Reading([Clarify(unclear.question)])
    return Reading([with_quotations(act, quoted) for act in reading.acts], reading.is_sure)


def read_sentences(text: str, clock: Clock) -> Reading:
    lines = [single_spaced(line) for line in text.splitlines() if line.strip(END_MARKS)]
    if len(lines) > 1 and len(lines[0]) <= CLAUSE_MAX_CHARACTERS and (head := forms.heading.fullmatch(lines[0])):
        return Reading(listed_acts([*filter(None, [head["first"]]), *lines[1:]], clock), is_sure=True)
    is_list = len(lines) > 1 and all(map(BULLET.match, lines))
    parts = lines if is_list else sentences(text)
    count = sum(1 + len(cuts_in(part[:CLAUSE_MAX_CHARACTERS])) for part in parts)
    if count > REQUESTS_MAX:
        return Reading([Clarify(too_many(count))])
    points = [read_point(line, clock) for line in lines] if is_list else []
    readings = points or merged(readings_of(with_dates(parts, clock), clock))
    return Reading(whole_message(readings) or [Say("empty")], all(reading.is_sure for reading in readings))


def with_dates(parts: list[str], clock: Clock) -> list[str]:
    """ "Call mom! Friday!": a date alone belongs to what was said before it."""
    joined: list[str] = []
    for part in parts:
        follows = joined and " " in joined[-1] and not joined[-1].endswith("?")
        if follows and len(part) <= DATE_MAX and is_date(part.strip(END_MARKS), clock):
            joined[-1] = f"{joined[-1].rstrip(END_MARKS)} {part}"
        else:
            joined.append(part)
    return joined


def readings_of(parts: list[str], clock: Clock) -> list[Reading]:
    """Of each sentence, up to the one after which nothing of the message will be done."""
    readings: list[Reading] = []
    for place, part in enumerate(parts):
        reading = read_sentence(part, clock)
        if place and reading.acts == [AddTodo("")] and not readings[-1].is_sure:
            # "I'm out of bananas. Add them to my list": the sentence before it says what.
            readings.pop()
            reading = read_sentence(f"{parts[place - 1].rstrip(END_MARKS)}, {part}", clock)
        elif place and all(isinstance(act, Clarify | Say) for act in readings[-1].acts):
            meant = about(parts[place - 1].rstrip(END_MARKS), reading.acts)
            if meant != reading.acts:
                readings, reading = readings[:-1], Reading(meant, is_sure=True)
        readings.append(reading)
        if refused(readings):
            break
    return readings


def read_point(line: str, clock: Clock) -> Reading:
    """A point of a list without a heading: a command where it surely is one, else a todo."""
    point = BULLET.sub("", line, count=1).strip(" ,;")
    if len(point) > CLAUSE_MAX_CHARACTERS:
        return Reading([Clarify(gettext(TOO_LONG))])
    reading = read_sentence(point, clock)
    if reading.is_sure or not all(isinstance(act, AddTodo | Clarify | Say) for act in reading.acts):
        return reading
    return Reading([*todos_from([point], clock)], is_sure=True)


def listed_acts(lines: list[str], clock: Clock) -> list[Act]:
    """The lines under "Add these:" are todos, whatever they say."""
    if len(lines) > REQUESTS_MAX:
        return [Clarify(too_many(len(lines)))]
    if max(map(len, lines)) > CLAUSE_MAX_CHARACTERS:
        return [Clarify(gettext(TOO_LONG))]
    return [*todos_from([BULLET.sub("", line, count=1).strip(" ,;") for line in lines], clock)]
