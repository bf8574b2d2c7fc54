"""A day, a time and a repeat that stand together become one phrase, if they are meant as a date at all."""

from dataclasses import dataclass, replace

from habits.speech import gettext, gettext_noop
from language.dates.calendar import DayReading, Reference
from language.dates.days import read_day
from language.dates.languages import Kind
from language.dates.repeats import RepeatReading, read_every, read_repeat, repeated_day, without_days
from language.dates.times import Clock, TimeReading, is_part_of_day, read_time
from language.dates.tokens import DETERMINERS, Words
from language.errors import DateNotUnderstood
from language.grammar import words as known_words

MOST_LEADS = 4
MOST_SUFFIXES = 5
LEAD_STRENGTHS = {Kind.BY: 2, Kind.UNTIL: 2, Kind.ON: 1, Kind.FOR: 1, Kind.THE: 0}
# Between a day and its time.
JOINTS = (Kind.BY, Kind.ON, Kind.FOR, Kind.UNTIL)
# No date begins with one of these …
NO_STARTERS = (Kind.AND, Kind.OF, Kind.TO, Kind.PAST, Kind.MERIDIEM, Kind.THROUGH, Kind.OCLOCK, Kind.FINISHED, Kind.OH)
STARTERS = frozenset(Kind) - frozenset(NO_STARTERS)
# Behind the words that lead to it, it begins with one of these.
OPENERS = STARTERS - LEAD_STRENGTHS.keys()
# … and none has only these.
NO_ANCHORS = (
    *(Kind.AND, Kind.OF, Kind.TO, Kind.PAST, Kind.THROUGH, Kind.THE, Kind.IN, Kind.ON, Kind.BY, Kind.FOR, Kind.NEXT),
    *(Kind.THIS, Kind.LAST, Kind.FROM, Kind.NOW, Kind.AFTER, Kind.FINISHED, Kind.UNTIL, Kind.STARTING, Kind.NUMBER),
    *(Kind.END, Kind.MIDDLE, Kind.BEGIN, Kind.OTHER, Kind.EVERY, Kind.BETWEEN, Kind.OH, Kind.EXCEPT),
)
ANCHORS = frozenset(Kind) - frozenset(NO_ANCHORS)
FARTHEST_ANCHOR = 7
MOST_ATTEMPTS = 70
# A message is read in many parts, and each may hold dates: what all of them may cost together.
MOST_ATTEMPTS_OF_MESSAGE = 400
TOO_MANY_DATES = gettext_noop("There are more dates in that than I can read at once. Please send it in parts.")

# "Tomorrow am".
HALVES = {0: "morning", 12: "afternoon"}
FRACTIONS = frozenset(f"{part}/{whole}" for whole in (2, 3, 4, 5, 8, 10) for part in range(1, whole))
ENDLESS = gettext_noop("I cannot end a repeat by itself. Leave the end out, and delete the todo when it is over.")


@dataclass(slots=True)
class Effort:
    """The attempts at dates that are left to the parts of one message."""

    left: int = MOST_ATTEMPTS_OF_MESSAGE

    def spend(self) -> None:
        if not self.left:
            raise DateNotUnderstood(gettext(TOO_MANY_DATES))
        self.left -= 1


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens `start` to `end` of one clause that say when."""

    words: Words
    start: int
    end: int
    strength: int = 0  # 2 after "by" or "due", 1 after "on"
    day: DayReading | None = None
    clock: Clock | None = None
    part: str = ""
    repeat: RepeatReading | None = None
    from_completion: bool = False
    starting: DayReading | None = None
    problem: str = ""
    described: bool = False  # a time that a noun goes on from: "the 3pm meeting"

    @property
    def has_day(self) -> bool:
        return self.day is not None or self.repeat is not None

    @property
    def span(self) -> tuple[int, int]:
        return self.words.tokens[self.start].start, self.words.tokens[self.end - 1].end


def find_phrases(parts: list[Words], reference: Reference, effort: Effort | None = None) -> list[Phrase]:
    """All phrases of a text that say when something is due, in order and apart; times that describe are marked.

    A text of hostile length is searched only as far as MOST_ATTEMPTS readings go. Raises DateNotUnderstood where the
    message has no effort left.
    """
    found: list[Phrase] = []
    attempts = 0
    for words in parts:
        place = 0
        anchors = _next_anchors(words)
        while place < len(words.tokens) and attempts < MOST_ATTEMPTS:
            may_begin = anchors[place] - place < FARTHEST_ANCHOR
            if not may_begin or STARTERS.isdisjoint(words.tokens[place].kinds):
                place += 1
                continue
            attempts += 1
            if effort is not None:
                effort.spend()
            phrase = read_phrase(words, place, reference)
            if phrase is None:
                place += max(_leads(words, place), 1)
                continue
            place = phrase.end
            if _is_meant(phrase):
                found.append(phrase)
            elif phrase.clock is not None and phrase.clock.marked and not phrase.has_day:
                found.append(replace(phrase, described=True))
    return found


def _next_anchors(words: Words) -> list[int]:
    """For each place the next one with a word that no date goes without."""
    anchors, following = [], len(words.tokens) + FARTHEST_ANCHOR
    for place in range(len(words.tokens) - 1, -1, -1):
        spoken = words.has(place, Kind.NUMBER) and words.has(place + 1, Kind.NUMBER, Kind.OH, Kind.PAST)
        # "Call bob the 24" and "call bob in 15" end with a date; "buy the 12" does not.
        spoken = spoken or (words.word(place - 1) in {"the", "in"} and place > 2 and place + 1 == len(words.tokens))
        if spoken or not ANCHORS.isdisjoint(words.tokens[place].kinds):
            following = place
        anchors.append(following)
    return anchors[::-1]


def _leads(words: Words, place: int) -> int:
    """How many words at `place` can lead to a date."""
    count = 0
    while count < MOST_LEADS and words.has(place + count, *LEAD_STRENGTHS):
        count += 1
    return count


def read_phrase(words: Words, start: int, reference: Reference) -> Phrase | None:
    """The phrase that begins at `start`, with the words that lead to it."""
    strength = 0
    for place in range(start, start + _leads(words, start) + 1):
        core = _core(words, place, start, reference)
        if core is not None:
            return replace(core, strength=strength)
        kinds = words.tokens[place].kinds if place < len(words.tokens) else {}
        strength = max(strength, *(LEAD_STRENGTHS.get(kind, 0) for kind in kinds), 0)
    return None


def _core(words: Words, place: int, start: int, reference: Reference) -> Phrase | None:
    if place >= len(words.tokens) or OPENERS.isdisjoint(words.tokens[place].kinds):
        return None
    return _day_first(words, place, start, reference) or _time_first(words, place, start, reference)


def _day_first(words: Words, place: int, start: int, reference: Reference) -> Phrase | None:
    """A repeat or a day, with what follows it."""
    try:
        repeat = read_repeat(words, place, reference)
    except DateNotUnderstood as refusal:
        return Phrase(words, start, place + 1, problem=refusal.sentence)
    if repeat is not None:
        phrase = Phrase(words, start, repeat.end, repeat=repeat, part=repeat.part, problem=repeat.problem)
        return _with_suffixes(replace(phrase, from_completion=repeat.from_completion), reference)
    day = read_day(words, place, reference)
    if day is not None:
        phrase = Phrase(words, start, day.end, day=day, part=day.part, problem=day.problem)
        return phrase if day.time else _repeated(_with_time(phrase, reference), reference)
    return None


def _repeated(phrase: Phrase, reference: Reference) -> Phrase:
    """ "Friday 5pm every week": the repeat of the day stands behind the time."""
    repeat = repeated_day(phrase.words, phrase.day, phrase.end) if phrase.day else None
    following = phrase.words.skip(phrase.end, Kind.OF)
    following += phrase.words.word(following) == "repeat"
    is_thing = phrase.words.word(phrase.start - 1) in DETERMINERS  # "plan my weekend every friday"
    if repeat is None and phrase.day and not is_thing and (every := read_every(phrase.words, following, reference)):
        # "Tomorrow at 5pm every week": the day is the first time.
        grown = replace(phrase, day=None, starting=phrase.day, repeat=every, end=every.end, problem=every.problem)
        return _with_suffixes(grown, reference)
    return replace(phrase, day=None, repeat=repeat, end=repeat.end, problem=repeat.problem) if repeat else phrase


def _time_first(words: Words, place: int, start: int, reference: Reference) -> Phrase | None:
    """at 5pm, at 4 tomorrow afternoon, 8am every day, in the morning."""
    timed = reference.whole or words.has(place + 1, Kind.CLOCK, Kind.AT)  # "afternoon 4:30"
    coming = words.get(place, Kind.IN_PART) or (words.get(place, Kind.PART) if timed else None)
    if coming and not words.has(place + 1, Kind.OF):
        phrase = _with_time(Phrase(words, start, place + 1, part=coming), reference)
        return _followed(phrase, reference)
    if words.has(place, Kind.PART) and words.has(place + 1, Kind.OF):  # "the morning of the 21st"
        phrase = _followed(Phrase(words, start, place + 2, part=words.get(place, Kind.PART)), reference)
        return phrase if phrase.has_day else None
    behind = place + 1 + words.has(place + 1, Kind.NUMBER)
    beside = words.has(place, Kind.NUMBER) and is_part_of_day(words, behind)
    time = read_time(words, place, loose=reference.whole or start < place or beside)
    if time is None:
        return None
    phrase = _with_part(Phrase(words, start, time.end, clock=time.clock))
    followed = _followed(phrase, reference)
    if followed.has_day or reference.whole:
        return followed
    if time.bare and not words.has(place, Kind.AT) and not beside:
        return None  # "increase by 5"
    return followed if _is_sure(phrase, time, place) else None


def _followed(phrase: Phrase, reference: Reference) -> Phrase:
    """The phrase with the day or repeat after it."""
    words, place = phrase.words, phrase.end
    for _ in range(MOST_LEADS):
        rest = _day_first(words, place, phrase.start, reference)
        if rest is not None and rest.clock is None and not (rest.day and rest.day.time):
            return replace(rest, clock=phrase.clock, part=rest.part or phrase.part)
        if not words.has(place, *LEAD_STRENGTHS):
            break
        place += 1
    return phrase


def _with_time(phrase: Phrase, reference: Reference) -> Phrase:
    """The phrase with the part of the day and the time after it, in either order."""
    phrase = _with_part(phrase)
    words, place = phrase.words, phrase.end
    while place - phrase.end < MOST_LEADS and words.has(place, *JOINTS) and not words.has(place, Kind.AT):
        place += 1
    place += words.word(place) == "-" and words.has(place + 1, Kind.CLOCK)
    loose = place == phrase.end
    # "Tomorrow ten in the morning": a number between a day and a part of it is an hour.
    is_hour = words.has(place, Kind.NUMBER) and words.has(place + 1, Kind.IN_PART) and not words.has(place, Kind.AT)
    time = read_time(words, place, loose=is_hour or (loose and not words.opaque(place + 1)))
    if time is None or (time.bare and not (is_hour or words.has(place, Kind.AT) or phrase.part)):
        return phrase
    # "Every friday at 4 send the timesheet" begins with its date; "friday lunch at 4 main street" does not.
    if time.bare and phrase.start and words.opaque(time.end):
        return phrase
    return _with_part(replace(phrase, clock=time.clock, end=time.end))


def _with_part(phrase: Phrase) -> Phrase:
    words = phrase.words
    place = words.skip(phrase.end, Kind.ON) if words.has(phrase.end + 1, Kind.PART) else phrase.end
    if words.get(place, Kind.END_OF) == "day" and phrase.has_day:
        return replace(phrase, end=place + 1)
    part = words.get(place, Kind.PART) or words.get(place, Kind.IN_PART)
    if part is None and phrase.has_day and phrase.clock is None and not words.opaque(place + 1):
        part = HALVES.get(words.get(place, Kind.MERIDIEM))
    if part is None or words.has(place, Kind.NAMED_TIME):
        return phrase
    return replace(phrase, part=part, end=place + 1)


def _with_suffixes(phrase: Phrase, reference: Reference) -> Phrase:
    """A repeat with its time, its first day and "after I finish it", in any order."""
    for _ in range(MOST_SUFFIXES):
        grown = _with_time(phrase, reference) if phrase.clock is None else phrase
        grown = _with_limits(grown, reference)
        if grown.end == phrase.end:
            break
        phrase = grown
    return phrase


def _with_limits(phrase: Phrase, reference: Reference) -> Phrase:
    words, place = phrase.words, phrase.end
    if phrase.repeat and (fewer := without_days(words, place, phrase.repeat)):
        return replace(phrase, repeat=fewer, end=fewer.end)
    if words.has(place, Kind.AFTER, Kind.FROM) and words.has(place + 1, Kind.FINISHED):
        return replace(phrase, from_completion=True, end=place + 2)
    if words.has(place, Kind.STARTING):
        first = read_day(words, words.skip(words.skip(place + 1, Kind.ON), Kind.THE), reference)
        if first is not None and not first.ignored:
            return replace(phrase, starting=first, end=first.end, problem=phrase.problem or first.problem)
    if words.has(place, Kind.UNTIL):
        last = read_day(words, words.skip(place + 1, Kind.THE), reference)
        if last is not None:
            return replace(phrase, end=last.end, problem=gettext(ENDLESS))
    # "… this month", "… for 3 weeks".
    end = place + 2 + (words.has(place, Kind.FOR) and words.has(place + 1, Kind.NUMBER))
    limited = words.has(place, Kind.THIS) or end > place + 2
    if limited and words.get(end - 1, Kind.UNIT) in {"day", "week", "month", "year"}:
        return replace(phrase, end=end, problem=gettext(ENDLESS))
    return phrase


# In a title a date must be meant as one: better none than a wrong one


def _is_meant(phrase: Phrase) -> bool:
    words, before = phrase.words, phrase.words.word(phrase.start - 1)
    is_limit = before == "to" and words.word(phrase.start - 2) == "up"
    if (
        before in known_words("before_topic")
        or is_limit
        or words.word(phrase.end) in known_words("counted_things")
        or _names_a_work(phrase)
    ):
        return False
    determined = before in DETERMINERS or before.endswith("'s") or words.word(phrase.start) in DETERMINERS
    described = determined and words.opaque(phrase.end)
    if phrase.repeat is not None:
        return _is_meant_repeat(phrase, phrase.repeat)
    if phrase.day is not None:
        return not described and _is_meant_day(phrase, phrase.day)
    return not described


def _names_a_work(phrase: Phrase) -> bool:
    words, before = phrase.words, phrase.words.word(phrase.start - 1)
    presented = before in known_words("before_work") or (before == "to" and words.word(phrase.start - 2) == "listen")
    return presented and (words.opaque(phrase.end) or words.word(phrase.end) == "by")


def _is_meant_repeat(phrase: Phrase, repeat: RepeatReading) -> bool:
    if not repeat.weak:
        return True
    # "Pack for saturdays hike" lacks an apostrophe, not a repeat.
    words, many = phrase.words, Kind.WEEKDAYS
    is_last = phrase.end >= len(words.tokens) and (words.has(phrase.end - 1, many) or phrase.start > 1)
    if is_last and words.word(phrase.start - 1) not in DETERMINERS | {"like", "hate", "love"}:
        return True
    is_possessive = phrase.words.has(phrase.start, Kind.FOR) and phrase.words.opaque(phrase.end)
    timed = phrase.clock is not None or bool(phrase.part)
    return (phrase.strength > 0 and not is_possessive) or timed


def _is_meant_day(phrase: Phrase, day: DayReading) -> bool:
    words = phrase.words
    timed = phrase.clock is not None or (bool(phrase.part) and not day.part)
    at_end = phrase.end >= len(words.tokens)
    if day.ignored:
        return False
    # "On the weekend clean the cellar".
    sure = (
        timed
        or phrase.strength == LEAD_STRENGTHS[Kind.BY]
        or (phrase.start == 0 and (words.has(0, Kind.ON) or words.word(0).startswith("at ")))
    )
    if day.describes and words.opaque(phrase.end) and not sure:
        return False
    if not day.weak:
        return True
    if words.has(phrase.end - 1, Kind.NUMERIC):
        return _is_meant_numeric(phrase, at_end=at_end)
    led = phrase.strength > 0 or words.word(phrase.start) == "the" or words.has(phrase.start, Kind.FOR)
    # "Call bob halloween": behind a deed and its object; "plan christmas" has no other object.
    ends = at_end and phrase.start > 1 and words.word(phrase.start - 1) not in DETERMINERS
    begins = phrase.start == 0 and words.word(phrase.end) == "to"  # "memorial day to grill"
    return led or timed or ((ends or begins) and _names_day(phrase))


def _names_day(phrase: Phrase) -> bool:
    """A feast or "sat"; who gets sun does not mean the day."""
    said = [place for place in range(phrase.start, phrase.end) if phrase.words.word(place) != "sun"]
    return any(phrase.words.has(place, Kind.FEAST, Kind.SHORT_WEEKDAY) for place in said)


def _is_meant_numeric(phrase: Phrase, *, at_end: bool) -> bool:
    """4/15 after "on" or at the end of a title; not 1/2 of a cup."""
    words, strength = phrase.words, phrase.strength
    said = words.word(phrase.end - 1)
    fraction = said in FRACTIONS
    if words.word(phrase.start - 1) in known_words("numbered_things"):
        return False
    if strength > 0 and not (fraction and words.word(phrase.start) == "by"):
        return not words.opaque(phrase.end)
    year = words.get(phrase.end - 1, Kind.NUMERIC)[2]
    if (
        fraction
        or "-" in said
        or ("." in said and year and len(year) < len("2026"))
        or phrase.problem.startswith("There is no")
    ):
        return False
    return phrase.start == 0 or (at_end and not said.endswith("."))  # "29.3. switch the clocks"


def _is_sure(phrase: Phrase, time: TimeReading, place: int) -> bool:
    """Whether a time without a day is one."""
    words, before = phrase.words, phrase.words.word(phrase.start - 1)
    if before in known_words("books_with_verses") or before in known_words("numbered_things"):
        return False
    if not (time.sure or phrase.part or _stands_alone(phrase, place)):
        return False
    if time.bare and not phrase.part:
        return (
            before not in known_words("before_aim")
            and not words.opaque(time.end)
            and not words.has(time.end, Kind.UNIT)
        )
    return True


def _stands_alone(phrase: Phrase, place: int) -> bool:
    """Whether "10:30" or "midday" ends what is said, so that it describes nothing."""
    words = phrase.words
    round_minutes = (":" in words.word(place) and words.word(place)[-1] in "05") or words.word(place).endswith("ish")
    written = phrase.start > 0 and (words.has(place, Kind.NAMED_TIME) or round_minutes or phrase.end > place + 1)
    return written and phrase.end >= len(words.tokens) and words.word(phrase.start - 1) not in DETERMINERS
