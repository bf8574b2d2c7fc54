"""Another title for the todo that was just added or changed: "sorry, oat milk", "I said bread, not butter"."""

from .acts import UpdateTodos
from .bare import TELLS
from .clauses import clause_of
from .conversation import Conversation, Row
from .dating import Clock, is_date
from .grammar import first_match, phrases, rule, rules
from .quoting import MARKS, set_aside_quotations
from .reading import certain_acts
from .repairs import corrected_title

# The new words, and where they are said too, the old ones.
CORRECTIONS = rules(
    r"""
    {no}*(i (said|meant|mean|wanted)|it's|it should (be|say)|that's|i'd said) {new},? not {old}
    {no}*not {old}(,| but|, but|, i (said|meant))? {new}
    {no}+(i (said|meant|mean|wanted)|make (it|that)|it's|it should (be|say)|it's supposed to (be|say)|that's) {new}
    {no}*(i (said|meant|mean)|make that|it should (be|say)|it's supposed to (be|say)) {new}
    make (it|that) an? {new}
    {no}*call (it|that|this) {new}( instead)?
    {corrects}+{new}
    """,
    no=r"((no|nope|sorry|oops|wait|actually|ah|hmm|my bad|not that)[,.!]* )",
    corrects=r"((no|nope|sorry|oops|wait no|no wait|i mean|my bad)[,.!]+ )",
    marks=MARKS[1:-1],
    new=r"(?P<new>(?!{no_title}\b)[\w{marks}][^,]*?)[.!]*",
    no_title=phrases(
        "just, not, to, the (first|second|last), that, this, it, i, you, we, a day, off, thanks?, never, please"
    ),
    old=r"(?P<old>[^,]+?)",
)
# "Make it a birthday card" may ask for another thing than a title, where there was no card before.
OF_KIND = rule("make (it|that) an? .+")
LED_BY = rule("^((and|then|also|now|please) )+")
CALLED = rule(f".*call (it|that|this) ({MARKS}|.* instead)")
WORDS_MAX = 16


def retitled(conversation: Conversation, clock: Clock) -> UpdateTodos | None:
    """The title put right; None where the words correct no title, or several todos were changed."""
    quoted = set_aside_quotations(conversation.current.text.strip())
    text, row = LED_BY.sub("", quoted.text), row_changed(conversation)
    if row is None or len(text.split()) > WORDS_MAX:
        return None
    match = first_match(CORRECTIONS, text)
    if (
        match is None
        or TELLS.search(match["new"])
        or is_date(match["new"], clock)
        or certain_acts(clause_of(match["new"]), clock)
    ):
        return None
    new, old = quoted.as_written(match["new"]), quoted.as_name(match.groupdict().get("old") or "")
    if OF_KIND.fullmatch(text) and row.title.split()[-1].lower() != new.split()[-1].lower():
        return None
    title = corrected_title(row.title, new, old)
    if CALLED.fullmatch(text):
        title = new
    return UpdateTodos((row.id,), title=title) if title and title != row.title else None


def row_changed(conversation: Conversation) -> Row | None:
    """The one todo that the last message added or renamed."""
    rows = [outcome.row for outcome in conversation.last.outcomes if outcome.outcome in {"added", "updated"}]
    return rows[0] if len(rows) == 1 else None
