"""An answer's text in passages: a list in it that only names todos is drawn as these todos, or not at all.

People are shown each thing once. What a turn wrote stands beside its text as cards, so a list of the same is left out;
a list of what was looked at becomes the cards themselves, in the order and with the numbers of the text. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ITEM = re.compile(r" {0,3}(?:[-*+•]|(\d{1,3})[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(\S.*)")
# A longer list is text, so that the time to find its todos stays short.
ITEMS_MAX = 100
# What an item may say besides the title: its date, priority and tags. Who says more gives advice, which is not lost.
WORDS_BESIDE_MAX = 12
# In code a list is no list.
FENCES = ("```", "~~~")


@dataclass(frozen=True)
class ListedTodo:
    """An item of a list: its todo, by the title of that time, and its number, None in a list without numbers."""

    todo_id: str
    title: str
    number: int | None


@dataclass(frozen=True)
class Passage:
    """A piece of text, or a list of todos; the other one is empty."""

    text: str = ""
    listed: tuple[ListedTodo, ...] = ()


def passages_of(text: str, titles: Mapping[str, str], written: Iterable[str]) -> list[Passage]:
    """`titles` are those of all todos in the turn's outputs, by id; `written` the ids of those beside the text."""
    if not titles or any(fence in text for fence in FENCES):
        return [Passage(text)]
    beside = set(written)
    passages: list[Passage] = []
    for lines in blocks(text):
        listed = listed_todos(lines, titles)
        if not listed:
            passages.append(Passage("\n".join(lines)))
        elif {item.todo_id for item in listed} <= beside:
            passages.append(Passage("\n"))
            end_sentence(passages)
        else:
            passages.append(Passage(listed=listed))
    return joined(passages)


def blocks(text: str) -> Iterator[list[str]]:
    """Runs of lines that are a list, and those between them. Empty lines end neither, and an indented one goes on."""
    block: list[str] = []
    is_list = False
    for line in text.split("\n"):
        if line.strip() and not (is_list and line[0].isspace()):
            if bool(ITEM.fullmatch(line)) != is_list and block:
                yield block
                block = []
            is_list = bool(ITEM.fullmatch(line))
        block.append(line)
    yield block


def listed_todos(lines: list[str], titles: Mapping[str, str]) -> tuple[ListedTodo, ...]:
    """The todo that each item names; empty where one names none, or says more than what is known of it."""
    items = [match for match in map(ITEM.fullmatch, lines) if match]
    if not items or len(items) > ITEMS_MAX or len(items) < sum(bool(line.strip()) for line in lines):
        return ()
    left = {todo_id: title.casefold() for todo_id, title in titles.items()}
    listed: list[ListedTodo] = []
    for item in items:
        todo_id = named_todo(item[2].casefold(), left)
        if todo_id is None:
            return ()
        del left[todo_id]
        listed.append(ListedTodo(todo_id, titles[todo_id], int(item[1]) if item[1] else None))
    return tuple(listed)


def named_todo(item: str, titles: Mapping[str, str]) -> str | None:
    """The todo with the longest title that stands in the item, where little stands beside it."""
    fitting = [todo_id for todo_id, title in titles.items() if title in item]
    if not fitting:
        return None
    found = max(fitting, key=lambda todo_id: len(titles[todo_id]))
    beside = [part for part in item.replace(titles[found], " ", 1).split() if any(map(str.isalnum, part))]
    return found if len(beside) <= WORDS_BESIDE_MAX else None


def end_sentence(passages: list[Passage]) -> None:
    """“Added 3 todos:” announces nothing any more, where the list behind it is left out."""
    if len(passages) > 1 and passages[-2].text.rstrip().endswith(":"):
        passages[-2] = Passage(passages[-2].text.rstrip()[:-1].rstrip() + ".\n")


def joined(passages: list[Passage]) -> list[Passage]:
    """Text that belongs together as one passage, because Markdown is read as a whole; nothing empty."""
    whole: list[Passage] = []
    for passage in passages:
        if whole and not passage.listed and not whole[-1].listed:
            whole[-1] = Passage(f"{whole[-1].text}\n{passage.text}")
        else:
            whole.append(passage)
    return [passage for passage in whole if passage.listed or passage.text.strip()]


def shown_titles(outputs: Iterable[Any]) -> dict[str, str]:
    """The titles by id of all todos in outputs of tools, of whatever shape these are."""
    titles: dict[str, str] = {}
    for output in outputs:
        if not isinstance(output, dict):
            continue
        results = [item.get("task") for item in dicts(output.get("results"))]
        for task in dicts([*results, *dicts(output.get("tasks"))]):
            if isinstance(task.get("id"), str) and isinstance(task.get("title"), str):
                titles[task["id"]] = task["title"]
    return titles


def dicts(values: Any) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
