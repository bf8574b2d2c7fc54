"""Another title for the todo that was just added or changed: "sorry, oat milk", "I said bread, not butter"."""

from language.acts import UpdateTodos
from language.clock import Clock, is_date
from language.grammar import section
from language.reading.clauses.bare import forms as bare
from language.reading.foreign import understand_foreign
from language.reading.repairs import corrected_title, like_part
from language.reading.sentence import certain_acts
from language.talk.exchanges import Conversation
from language.talk.references import rows_spoken_of
from language.text.clauses import clause_of
from language.text.quotations import set_aside_quotations

forms = section("retitling")


WORDS_MAX = 16


def retitled(conversation: Conversation, clock: Clock) -> UpdateTodos | None:
    """The title put right; None where the words correct no title, or several todos were changed."""
    quoted = set_aside_quotations(conversation.current.text.strip())
    text, row = forms.led_by.sub("", quoted.text), conversation.last.one_written
    if row is None and forms.called.fullmatch(text) and len(rows := rows_spoken_of(conversation)) == 1:
        row = rows[0]
    if row is None or len(text.split()) > WORDS_MAX:
        return None
    match = forms.corrections.fullmatch(text)
    if (
        match is None
        or bare.tells.search(match["new"])
        or bare.residue.fullmatch(match["new"])
        or is_date(match["new"], clock)
        or certain_acts(clause_of(match["new"]), clock)
        or understand_foreign(match["new"], clock)
    ):
        return None
    new, old = quoted.as_written(match["new"]), quoted.as_name(match.groupdict().get("old") or "")
    ends = {words.split()[-1].lower() for words in (row.title, new)}
    if forms.of_kind.fullmatch(text) and len(ends) > 1 and not like_part(row.title, new):
        return None
    title = new if forms.called.fullmatch(text) else corrected_title(row.title, new, old)
    return UpdateTodos((row.id,), title=title) if title and title != row.title else None
