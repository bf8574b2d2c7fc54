"""The orders in which todos are listed."""

from typing import Literal

from web.paging import Key, Sort

# The orders that can be asked for.
SortName = Literal["urgency", "priority", "title", "created", "updated"]
# Of a day first what was placed by hand, as it was placed; the rest by time and priority.
URGENCY = (Key("due_date"), Key("position"), Key("due_at"), Key("priority", descending=True), Key("id"))
SORTS = {
    name: Sort(f"todos.{name}", keys)
    for name, keys in {
        "urgency": URGENCY,
        "open_first": (Key("completed_at", descending=True, empty_first=True), *URGENCY),
        "priority": (Key("priority", descending=True), Key("due_date"), Key("due_at"), Key("id")),
        "title": (Key("folded_title"), Key("id")),
        "created": (Key("created_at", descending=True), Key("id", descending=True)),
        "updated": (Key("updated_at", descending=True), Key("id", descending=True)),
        "completed": (Key("completed_at", descending=True), Key("id", descending=True)),
        "deleted": (Key("deleted_at", descending=True), Key("id", descending=True)),
    }.items()
}
CHANGES_NEWEST_FIRST = Sort("changes.newest", (Key("id", descending=True),))
NATURAL_SORTS = {"done": "completed", "trash": "deleted", "all": "open_first"}


def natural_sort(view: str) -> str:
    """The order people expect of a view when they asked for none."""
    return NATURAL_SORTS.get(view, "urgency")
