"""One sentence to acts: cut where two requests stand in it, else read as a clause, the surest reading first."""

from dataclasses import replace

from .acts import Act, AddTodo, AskTodos, ChangeMany, Clarify, Question, Reading, Say
from .adding import headed, understand_add, understand_afterthought
from .asking import understand_question
from .bare import CHANGES_SOMETHING, RUN_OUT, offered, understand_bare, understand_statement
from .changing import asked_away, understand_change
from .clauses import CLAUSE_MAX_CHARACTERS, END_MARKS, Clause, clause_of
from .dating import Clock, is_date
from .grammar import mention, phrases, rule
from .joining import joined
from .moving import INSTEAD, asked_for, corrected
from .naming import has_sign
from .repairs import REPAIR, repaired, with_meant_date
from .selecting import select
from .sentences import OFFER
from .spelling import respelled
from .talking import understand_hostile, understand_outside, understand_talk

TOO_LONG = "That is too long for me to take as one request. Could you say it in shorter sentences?"
CHANGE_WHAT = (
    "I am not sure what to change there. Say it with a few words of the todo's title, for example "
    "“move the dentist to friday 5pm” or “rename milk to oat milk”."
)
CUTS_MAX = 12
# "Plese shwo my todos": the first word that is put right may be a courtesy.
MISSPELT_WORDS_MAX = 2
CUT = rule(
    r"\s*,?\s+{conjunction}( just| please)*\s+|\s*[,–-]\s+",
    conjunction=phrases("and then, and also, and now, and, then, so, but also, but, also, now"),
)
BEGINS_COMMAND = rule(
    r"(please |can you |could you |also |just |to )*{command}\b",
    command=phrases(
        """
        add, put, include, delete, remove, erase, complete, mark, check, tick, cross, reopen, rename, move,
        reschedule, postpone, push, snooze, change, set, make, tag, untag, take, remind me, create, schedule,
        show, list, what, what's, tell me, read, undo, drop, nix, scratch, clear, note, strike, wipe, give,
        is, do i, how many, where do i, where should i
        """
    ),
)
# A title that runs on: "remind me to pack the boxes and move the sofa" is one todo.
RUNS_ON = rule(r"(remind|don't|dont|i |we |note|remember|todo|to-do|task|reminder)")
ADDS_MORE = rule("(add|remind)")
GIVES_REASON = rule(r".*\b(so|then)\b.*")
NAMES_TODO = mention("to-?do, task, reminder, item, list, (as|is) (done|finished|complete)")
SPLIT = rule(
    r"(split|break)( up| down)? {what} (up |down )?(into|to|in)( \w+ (tasks|todos|steps|parts|subtasks))?[:,]? {value}"
)
ADDS = rule(r"(add|put|create|note|remind|make|set|todo|to-do|task)\b")
BEFORE_DATE = rule("(for |on |by |at )?")
COMMAND_BEHIND_DATE = rule(r"[,:]? (please |can you |could you )*(add|put|note|create|make|set|i|we|remind)\b")


def read_sentence(sentence: str, clock: Clock) -> Reading:
    if len(sentence) > CLAUSE_MAX_CHARACTERS:
        return Reading([Clarify(TOO_LONG)])
    clause = clause_of(sentence)
    if talk := whole_talk(sentence):
        return Reading([talk], is_sure=True)
    if acts := repaired_acts(sentence, clock):
        return Reading(acts, is_sure=True)
    if acts := whole_acts(clause, clock) or divided(sentence, clock) or certain_acts(clause, clock):
        return Reading(acts, is_sure=True)
    mended = clause.text
    for _ in range(MISSPELT_WORDS_MAX):
        if not (respelt := respelled(mended)):
            break
        mended = clause_of(respelt).text
        if acts := certain_acts(clause_of(respelt), clock):
            return Reading(acts, is_sure=True)
    return Reading(likely_acts(clause, clock))


def repaired_acts(sentence: str, clock: Clock) -> list[Act] | None:
    """What was meant where the sentence puts itself right."""
    if dated := with_meant_date(clause_of(sentence).text, clock):
        return read_sentence(dated, clock).acts
    match = REPAIR.fullmatch(clause_of(sentence).text)
    if match is None:
        return None
    said = read_sentence(match["said"], clock)
    if any(isinstance(act, AskTodos | Say | Clarify) for act in said.acts):
        return None
    return certain_acts(clause_of(match["meant"]), clock) or repaired(said.acts, match["meant"])


def whole_talk(sentence: str) -> Act | None:
    """Talk as it was said: its courtesies may be all there is to it."""
    whole = sentence.strip(END_MARKS.replace("?", ""))
    return understand_talk(whole) or understand_talk(whole.rstrip("?"))


def whole_acts(clause: Clause, clock: Clock) -> list[Act] | None:
    """Forms that hold several parts but make one request: never cut."""
    if match := SPLIT.fullmatch(clause.text):
        return [*(understand_add(f"add {match['value']} to my list", clock) or [])]
    if understand_question(clause.text, clock, asked=clause.asked):
        return None
    added = headed(clause.text, clock) or understand_afterthought(clause.text, clock)
    return [*added] if added else None


def divided(sentence: str, clock: Clock) -> list[Act] | None:
    """The acts of "…, and delete the milk one": cut where both sides are understood for sure, the last cut first."""
    cuts = [cut for cut in CUT.finditer(sentence) if cut.start() and BEGINS_COMMAND.match(sentence, cut.end())]
    for cut in reversed(cuts[-CUTS_MAX:]):
        left, right = sentence[: cut.start()], sentence[cut.end() :]
        if acts := acts_of_both(left, cut[0].strip().lower(), right, clock):
            return acts
    return None


def acts_of_both(left: str, conjunction: str, right: str, clock: Clock) -> list[Act] | None:
    if conjunction == "and" and RUNS_ON.match(clause_of(left).text) and not ADDS_MORE.match(right):
        return None
    right_acts = certain_acts(clause_of(right), clock)
    if not right_acts:
        return None
    left_acts = divided(left, clock) or certain_acts(clause_of(left), clock)
    if (
        not left_acts
        and "and" in conjunction
        and not isinstance(right_acts[0], ChangeMany)
        and NAMES_TODO.search(right)
    ):
        # "Call the bank and delete the invoice todo": the second is said to the list, the first to be put on it.
        left_acts = understand_bare(clause_of(left).text, clock)
    if left_acts:
        return joined(left_acts, right_acts)
    # The left side may be no request but the reason for one: "I am tired today, so clear my list".
    is_question = isinstance(right_acts[0], AskTodos) and not understand_bare(clause_of(left).text, clock)
    is_reason = GIVES_REASON.fullmatch(conjunction) or isinstance(right_acts[0], ChangeMany) or is_question
    return right_acts if is_reason else None


def certain_acts(clause: Clause, clock: Clock) -> list[Act] | None:
    """What the clause surely says: talk, a question, a command or a statement of work; None for anything less sure."""
    text = clause.text
    # "Can you push it to 5?" is a request, for all its question mark.
    asked = clause.asked and not clause.of_assistant
    act = (
        understand_talk(text)
        or (None if ADDS.match(text) else understand_hostile(text))
        or asked_for(text, clock, corrects=clause.corrects)
        or asked_away(text, clock)
        or understand_question(text, clock, asked=asked)
        or understand_change(text, clock, corrects=clause.corrects)
    )
    if act:
        return [act]
    if added := understand_add(text, clock):
        return [*added]
    if text.lower().startswith("no, "):
        return certain_acts(replace(clause, text=text[4:].strip()), clock)
    if (clause.corrects or INSTEAD.search(text)) and (move := corrected(text, clock)):
        return [move]
    return understand_statement(text, clock) or led_by_date(text, clock)


def led_by_date(text: str, clock: Clock) -> list[Act] | None:
    """ "For tomorrow, add …" and "on Friday I need to …": the date is that of what follows."""
    found = clock.find(text)
    if found is None or not BEFORE_DATE.fullmatch(text[: found.start]):
        return None
    if not COMMAND_BEHIND_DATE.match(text, found.end):
        return None
    acts = certain_acts(clause_of(text[found.end :]), clock) or []
    added = [replace(act, due=act.due or text[found.start : found.end]) for act in acts if isinstance(act, AddTodo)]
    return [*added] if len(added) == len(acts) else None


def likely_acts(clause: Clause, clock: Clock) -> list[Act]:
    """A date alone, talk of other trades, a todo without a request; a question back where none of these is likely."""
    if is_date(clause.text, clock):
        return [AskTodos(Question.WHICH, select(clause.text, clock)[0])]
    if not RUN_OUT.match(clause.text) and (act := understand_outside(clause.text)):
        return [act]
    if not clause.asked and not clause.of_assistant and (added := understand_bare(clause.text, clock)):
        return added
    return [asked_back(clause.text, clock)]


def asked_back(text: str, clock: Clock) -> Act:
    if has_sign(text):
        return Clarify(f"What should I do with {text}? For example “complete {text}” or “delete {text}”.")
    if CHANGES_SOMETHING.fullmatch(text):
        return Clarify(CHANGE_WHAT)
    todo = offered(text, clock)
    return Clarify(f"{OFFER} “{todo.title}” to your list?") if todo and todo.title else Say("outside")
