"""What was changed, said from the tools' outputs alone: no output, no claim."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habits.wording import when_text
from language.talk.exchanges import Call, Outcome, Row
from language.talk.references import NOTHING_BEFORE, WHICH_ONE, numbered_titles
from language.text.naming import is_pronoun
from todos.finding.references import read_id

from .listing import described, numbered, quoted

PRIORITY_NEWS = {
    "none": gettext_noop("has no priority now"),
    "low": gettext_noop("now has low priority"),
    "medium": gettext_noop("now has medium priority"),
    "high": gettext_noop("now has high priority"),
    "urgent": gettext_noop("is urgent now"),
}


def change_answer(call: Call) -> str:
    """Every outcome of a call that was to change something, in a few lines."""
    if call.error:
        return call.error if call.tool_name == "undo" else _("That did not work: %(reason)s") % {"reason": call.error}
    parts = [
        changed_part(name, call)
        for name in ("added", "completed", "reopened", "updated", "deleted", "undone", "unchanged")
    ]
    notes = [outcome.note for outcome in call.outcomes if outcome.note and outcome.outcome != "undone"]
    notes += filter(None, [call.note])
    refusals = refusal_answer([outcome for outcome in call.outcomes if outcome.outcome == "refused"])
    return "\n\n".join(filter(None, [*parts, " ".join(dict.fromkeys(notes)), refusals]))


def changed_part(name: str, call: Call) -> str:
    rows = [outcome.row for outcome in call.outcomes if outcome.outcome == name and outcome.row]
    if not rows:
        return ""
    if name == "undone":
        return taken_back(call)
    if name == "updated":
        return updated_part(call)
    return several_changed(name, rows) if len(rows) > 1 else one_changed(name, rows[0], call)


def one_changed(name: str, row: Row, call: Call) -> str:
    sentence = {
        "added": _("Added %(facts)s."),
        "completed": _("Done: %(todo)s."),
        "reopened": _("Reopened %(facts)s."),
        "deleted": _("Moved %(todo)s to the trash. It stays there for 30 days."),
    }.get(name) or unchanged_sentence(call)
    return sentence % {"todo": quoted(row), "facts": described(row)}


def unchanged_sentence(call: Call) -> str:
    if call.tool_name == "complete_task":
        return _("%(todo)s is already open.") if call.arguments.get("reopen") else _("%(todo)s was already done.")
    if call.tool_name == "update_task":
        return _("%(todo)s was like that already; nothing is changed.")
    return _("%(todo)s needed no change.")


def several_changed(name: str, rows: Sequence[Row]) -> str:
    heading = {
        "added": _("Added %(count)s todos:"),
        "completed": _("Marked %(count)s todos as done:"),
        "reopened": _("Reopened %(count)s todos:"),
        "deleted": _("Moved %(count)s todos to the trash, where they stay for 30 days:"),
        "unchanged": _("%(count)s todos needed no change:"),
    }[name]
    return f"{heading % {'count': len(rows)}}\n{numbered(rows)}"


def taken_back(call: Call) -> str:
    """What an undo made of each todo, in the tool's own sentences."""
    notes = [outcome.note or f"{quoted(outcome.row)}." for outcome in call.outcomes if outcome.row]
    return " ".join([_("Done again:") if call.arguments.get("redo") else _("Taken back:"), *notes])


def updated_part(call: Call) -> str:
    """What is new: said once of several todos where it is the same of each, and a sentence for each where not."""
    updated = [
        (outcome.row, item)
        for outcome, item in zip(call.outcomes, call.items, strict=False)
        if outcome.outcome == "updated" and outcome.row and isinstance(item, dict)
    ]
    rows, news = [row for row, _item in updated], {news_of(row, item) for row, item in updated}
    if len(rows) > 1 and len(news) == 1 and any(news) and not any(item.get("title") for _row, item in updated):
        heading = _("Each of the %(count)s todos %(news)s:") % {"count": len(rows), "news": news.pop()}
        return f"{heading}\n{numbered_titles(rows)}"
    told = (told_of(row, news_of(row, item), renamed=bool(item.get("title"))) for row, item in updated)
    return "\n".join(told)


def news_of(row: Row, item: dict) -> str:
    """What one todo is or has now, as the end of a sentence about it; empty for nothing but a new title."""
    news = []
    if item.get("due"):
        dated = _("is now due %(when)s") % {"when": when_text(row.due_text)}
        news.append(dated if row.due_text else _("has no due date now"))
    if item.get("due") and row.repeats:
        news.append(_("repeats %(repeat)s") % {"repeat": row.repeats})
    if item.get("remind"):
        news.append(_("has its reminders changed") if row.reminds else _("reminds you no more"))
    if item.get("stop_repeating"):
        news.append(_("no longer repeats"))
    if item.get("priority") and row.priority in PRIORITY_NEWS:
        news.append(_(PRIORITY_NEWS[row.priority]))
    if item.get("add_tags"):
        news.append(_("is tagged %(tags)s") % {"tags": " ".join(f"#{tag}" for tag in row.tags)})
    if item.get("remove_tags"):
        news.append(_("no longer has the tag %(tags)s") % {"tags": " ".join(f"#{tag}" for tag in item["remove_tags"])})
    if item.get("notes"):
        news.append(_("has your note now"))
    return list_of_news(news)


def list_of_news(news: Sequence[str]) -> str:
    """“is now due friday and repeats every week and is urgent now”."""
    told = news[0] if news else ""
    for more in news[1:]:
        told = _("%(first)s and %(last)s") % {"first": told, "last": more}
    return told


def told_of(row: Row, news: str, *, renamed: bool) -> str:
    if not renamed:
        return _("%(todo)s %(news)s.") % {"todo": quoted(row), "news": news} if news else ""
    sentence = _("Renamed it to %(todo)s. It %(news)s.") if news else _("Renamed it to %(todo)s.")
    return sentence % {"todo": quoted(row), "news": news}


def refusal_answer(refused: Sequence[Outcome]) -> str:
    """Why items were refused, and what each may have meant, numbered through for "the second"."""
    sentences: list[str] = []
    candidates: list[Row] = []
    for outcome in refused:
        sentences.append(refusal_sentence(outcome))
        candidates += outcome.candidates
    if len(candidates) > 1:
        sentences.append(f"\n{numbered(candidates)}")
    return " ".join(dict.fromkeys(sentences)).replace(" \n", "\n")


def refusal_sentence(outcome: Outcome) -> str:
    found = len(outcome.candidates)
    if outcome.code == "todo_ambiguous":
        several = _("%(count)s todos match “%(words)s”.") % {"count": found, "words": outcome.reference}
        return f"{several} {_(WHICH_ONE)}"
    if outcome.code != "todo_not_found" or read_id(outcome.reference):
        return outcome.reason or _("That was refused.")
    if is_pronoun(outcome.reference) or not outcome.reference:
        return _(NOTHING_BEFORE)
    if found == 1:
        sentence = _("No todo matches “%(words)s”. Did you mean %(todo)s?")
        return sentence % {"words": outcome.reference, "todo": quoted(outcome.candidates[0])}
    sentence = _("No todo matches “%(words)s”. I have changed nothing there.")
    if found:
        sentence = _("No todo matches “%(words)s”. Did you mean one of these?")
    return sentence % {"words": outcome.reference}
