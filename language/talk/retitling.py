"""Another title for the todo that was just added or changed: "sorry, oat milk", "I said bread, not butter"."""

import re

from language.acts import UpdateTodos
from language.clock import Clock, is_date
from language.dates.shifts import is_shift
from language.grammar import section
from language.reading.clauses.bare import forms as bare
from language.reading.foreign import understand_foreign
from language.reading.repairs import corrected_title, like_part
from language.reading.sentence import certain_acts
from language.talk.exchanges import Conversation, Row
from language.talk.references import rows_spoken_of
from language.text.clauses import clause_of
from language.text.quotations import set_aside_quotations

forms = section("retitling")


WORDS_MAX = 16


def retitled(conversation: Conversation, clock: Clock) -> UpdateTodos | None:
    """The title put right; None where the words correct no title, or several todos were changed."""
    quoted = set_aside_quotations(conversation.current.text.strip())
    text = forms.led_by.sub("", quoted.text)
    match = forms.corrections.fullmatch(text) if len(text.split()) <= WORDS_MAX else None
    row = row_named_by(match, conversation) if match else None
    if (
        match is None
        or row is None
        or bare.tells.search(match["new"])
        or bare.residue.fullmatch(match["new"])
        or is_date(match["new"], clock)
        or is_shift(match["new"])
        or certain_acts(clause_of(match["new"]), clock)
        or understand_foreign(match["new"], clock)
    ):
        return None
    new, old = quoted.as_written(match["new"]), quoted.as_name(match.groupdict().get("old") or "")
    is_of_kind = new.split()[-1].lower() in row.title.lower().split()
    if forms.of_kind.fullmatch(text) and not is_of_kind and not like_part(row.title, new):
        return None
    title = new if forms.called.fullmatch(text) else corrected_title(row.title, new, old)
    return UpdateTodos((row.id,), title=title) if title and title != row.title else None


def row_named_by(match: re.Match[str], conversation: Conversation) -> Row | None:
    """The one todo that was written just now, of several the one with the old words; "call it …" may name one shown."""
    rows = conversation.last.written
    if not rows and forms.called.fullmatch(match[0]):
        rows = rows_spoken_of(conversation)
    if len(rows) > 1:
        known = (match.groupdict().get("old") or match["new"].split()[-1]).lower()
        rows = [row for row in rows if known in row.title.lower()]
    return rows[0] if len(rows) == 1 else None
