"""What was said, in a line for each turn, by rules alone: what was asked, what was added, changed, completed, seen."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from chat.assistants.interface import AssistantText, HistoryItem, ToolOutput, UserText
from habits.wording import quoted_text

QUESTION_MAX_CHARACTERS = 120
ANSWER_MAX_CHARACTERS = 160
TITLE_MAX_CHARACTERS = 60
TITLES_NAMED = 6
OUTCOMES = {
    "added": gettext_noop("added %(titles)s"),
    "completed": gettext_noop("completed %(titles)s"),
    "reopened": gettext_noop("reopened %(titles)s"),
    "updated": gettext_noop("updated %(titles)s"),
    "deleted": gettext_noop("deleted %(titles)s"),
    "undone": gettext_noop("undone %(titles)s"),
}


def digest_lines(turns: Iterable[Sequence[HistoryItem]]) -> list[str]:
    """A pure function of the stored rows: the same turns give the same lines, in any process and at any time."""
    return [turn_line(turn) for turn in turns]


def turn_line(turn: Sequence[HistoryItem]) -> str:
    asked = next((item.text for item in turn if isinstance(item, UserText)), "")
    facts = [fact for item in turn if isinstance(item, ToolOutput) for fact in output_facts(item)]
    answer = " ".join(item.text for item in turn if isinstance(item, AssistantText))
    told = "; ".join(facts) or (
        _("answered %(answer)s") % {"answer": quoted(answer, ANSWER_MAX_CHARACTERS)} if answer else _("not answered")
    )
    return f"- {quoted(asked, QUESTION_MAX_CHARACTERS)}: {told}"


def output_facts(item: ToolOutput) -> list[str]:
    """“added “Milk”, “Eggs””, “looked at 14 todos”; nothing for an output of another shape."""
    try:
        output = json.loads(item.output)
    except (ValueError, RecursionError):
        return []
    if not isinstance(output, dict):
        return []
    facts = list(outcome_facts(rows_of(output.get("results"))))
    if isinstance(output.get("tasks"), list):
        total = output.get("total", len(output["tasks"]))
        facts.append(ngettext("looked at %(count)s todo", "looked at %(count)s todos", total) % {"count": total})
    if isinstance(output.get("error"), dict):
        facts.append(_("a call failed"))
    if facts and output.get("undone"):
        facts.append(_("taken back since"))
    return facts


def outcome_facts(results: list[dict[str, Any]]) -> Iterable[str]:
    for outcome, fact in OUTCOMES.items():
        titles = [title_of(result) for result in results if result.get("outcome") == outcome]
        if titles:
            named = ", ".join(quoted(title, TITLE_MAX_CHARACTERS) for title in titles[:TITLES_NAMED])
            if more := titles[TITLES_NAMED:]:
                named = _("%(titles)s and %(count)s more") % {"titles": named, "count": len(more)}
            yield _(fact) % {"titles": named}
    if refused := sum(result.get("outcome") == "refused" for result in results):
        yield ngettext("%(count)s refused", "%(count)s refused", refused) % {"count": refused}


def rows_of(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def title_of(result: dict[str, Any]) -> str:
    task = result.get("task")
    return str(task.get("title", "")) if isinstance(task, dict) else ""


def quoted(text: str, max_characters: int) -> str:
    """On one line, so that no text can pass for another turn."""
    text = " ".join(text.split())
    return quoted_text(text if len(text) <= max_characters else text[: max_characters - 1].rstrip() + "…")


def joined_within(parts: Sequence[str], max_bytes: int) -> str:
    """The parts as lines; where they are too long together the oldest go first, in whole lines if that is possible."""
    text = "\n".join(part for part in parts if part)
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) <= max_bytes:
        return text
    room = max(max_bytes - len("…\n".encode()), 0)
    rest = encoded[len(encoded) - room :].decode("utf-8", "ignore")
    _, line_break, whole_lines = rest.partition("\n")
    return f"…\n{whole_lines if line_break and whole_lines else rest.partition(' ')[2]}" if rest else ""
