"""The title of a conversation, six words at most: by rule from what was asked and done, or tidied from a model's."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from chat.models import ToolCall

from .digest import rows_of

MAX_WORDS = 6
MAX_WIDTH = 60
# What people put before what they want; taken off again and again.
OPENINGS = re.compile(
    r"(?:(?:hi|hey|hello)(?: there| again)?|ok|okay|please|pls|thanks|so|well|and"
    r"|(?:can|could|would|will) (?:you|u)(?: please)?"
    r"|i(?:'d| would) like (?:you )?to|i (?:want|need) (?:you )?to|i have to|let'?s"
    r"|(?:remind|help) me to|remember to|don'?t let me forget to"
    r"|(?:add|create|make|new|put)(?: me)?(?: an?| the)?(?: new)? (?:todos?|tasks?|items?|reminders?)"
    r"(?: (?:to|for|called|named|that says))?)(?![\w'-])[\s,:;.!–-]*",
    re.IGNORECASE,
)
EDGES = " \t\"'“”„«»‘’*_#`.,:;–-"
LABEL = re.compile(r"^title\s*:\s*", re.IGNORECASE)


def title_from(text: str) -> str:
    """Of what a person wrote: its first line without the courtesies, cut after a word."""
    line = text.strip().partition("\n")[0].strip().replace("’", "'")
    start = 0
    while (opening := OPENINGS.match(line, start)) and opening.end() < len(line):
        start = opening.end()
    return capitalised(cut(line[start:].strip(EDGES) or line))


def title_after(question: str, calls: Iterable[ToolCall]) -> str:
    """Of the first turn: the todos it added, else what was asked."""
    added = [title for call in calls if call.tool_name == "add_task" for title in added_titles(call)]
    if not added:
        return title_from(question)
    return capitalised(cut(added[0]) if len(added) == 1 else several(added))


def several(titles: Sequence[str]) -> str:
    """“Buy milk, call Ann, bread”: as many todos as fit, and an ellipsis where there were more."""
    named = titles[0]
    for title in titles[1:]:
        longer = f"{named}, {title}"
        if len(longer.split()) > MAX_WORDS or within_width(longer) != longer:
            return f"{cut(named).rstrip('…')}…"
        named = longer
    return named


def title_of_model(text: str) -> str:
    """What a model wrote as a title, without quotation marks and labels; empty where nothing is left."""
    lines = [line for line in text.splitlines() if line.strip(EDGES)]
    return cut(LABEL.sub("", lines[0].strip(EDGES)).strip(EDGES)) if lines else ""


def added_titles(call: ToolCall) -> list[str]:
    results = rows_of(call.output.get("results") if isinstance(call.output, dict) else None)
    tasks = [result.get("task") for result in results if result.get("outcome") == "added"]
    return [task["title"] for task in tasks if isinstance(task, dict) and task.get("title")]


def cut(text: str, max_words: int = MAX_WORDS) -> str:
    """At most so many words and MAX_WIDTH; an ellipsis says that there was more."""
    words = text.split()
    whole = " ".join(words[:max_words])
    kept = within_width(whole)
    if len(kept) < len(whole):
        kept = kept.rsplit(" ", 1)[0] if " " in kept[len(kept) // 2 :] else kept
    more = len(kept) < len(whole) or len(words) > max_words
    return kept.rstrip(EDGES) + "…" if more else kept


def within_width(text: str) -> str:
    """The text where it fits, else its beginning with room for an ellipsis.

    In columns: a Chinese or Japanese sign takes two, and no spaces count its words.
    """
    width, room = 0, 0
    for place, character in enumerate(text):
        width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if width < MAX_WIDTH:
            room = place + 1
        elif width > MAX_WIDTH:
            return text[:room]
    return text


def capitalised(text: str) -> str:
    """The first letter large, the others as they were: “iPhone” is no word to be lowered."""
    return text[:1].upper() + text[1:]
