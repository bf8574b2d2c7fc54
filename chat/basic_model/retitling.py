"""Another title for the todo that was just added or changed: "sorry, oat milk", "I said bread, not butter"."""

import re

from .acts import UpdateTodos
from .clauses import clause_of
from .conversation import Conversation, Row
from .dating import Clock, is_date
from .grammar import first_match, rules
from .reading import certain_acts

# The new words, and where they are said too, the old ones.
CORRECTIONS = rules(
    r"""
    {no}*(i (said|meant|mean|wanted)|it's|it should (be|say)|that's|i'd said) {new},? not {old}
    {no}*not {old}(,| but|, but|, i (said|meant))? {new}
    {no}+(i (said|meant|mean|wanted)|make (it|that)|it's|it should (be|say)|it's supposed to (be|say)|that's) {new}
    {no}*(i (said|meant|mean)|make that|it should (be|say)|it's supposed to (be|say)|call it) {new}
    {corrects}+{new}
    """,
    no=r"((no|nope|sorry|oops|wait|actually|ah|hmm|my bad|not that)[,.!]* )",
    corrects=r"((no|nope|sorry|oops|wait no|no wait|i mean|my bad)[,.!]+ )",
    new=r"(?P<new>(?!(just|not|to|the (first|second|last)|that|this|it|i|you|we|thanks?|never|please)\b)\w[^,]*?)[.!]*",
    old=r"(?P<old>[^,]+?)",
)
WORDS_MAX = 16


def retitled(conversation: Conversation, clock: Clock) -> UpdateTodos | None:
    """The title put right; None where the words correct no title, or several todos were changed."""
    text, row = conversation.current.text.strip(), row_changed(conversation)
    if row is None or len(text.split()) > WORDS_MAX:
        return None
    match = first_match(CORRECTIONS, text)
    if match is None or is_date(match["new"], clock) or certain_acts(clause_of(match["new"]), clock):
        return None
    title = corrected_title(row.title, match["new"], match.groupdict().get("old") or "")
    return UpdateTodos((row.id,), title=title) if title and title != row.title else None


def row_changed(conversation: Conversation) -> Row | None:
    """The one todo that the last message added or renamed."""
    rows = [outcome.row for outcome in conversation.last.outcomes if outcome.outcome in {"added", "updated"}]
    return rows[0] if len(rows) == 1 else None


def corrected_title(title: str, new: str, old: str) -> str:
    """The title with the new words in the place of the old ones, or of as many that share a word with them."""
    if old:
        replaced = re.sub(rf"\b{re.escape(old)}\b", lambda _: new, title, count=1, flags=re.IGNORECASE)
        return replaced if replaced != title else ""
    words, new_words = title.split(), new.split()
    shared = {word.lower() for word in words} & {word.lower() for word in new_words}
    if words[-1].lower() == new_words[-1].lower() and len(new_words) < len(words):
        return " ".join([*words[: -len(new_words)], *new_words])
    return new if shared or len(words) == len(new_words) else ""
