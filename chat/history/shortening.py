"""An old tool output in short: how many, and the ids and titles of the first; all of it true, less of it told."""

from typing import Any

ROWS_KEPT = 8
TEXT_MAX_CHARACTERS = 80
# How short forms are known again.
SHORTENED = '"shortened":true'
KEPT_OF_ROW = ("id", "title", "done")
KEPT_OF_RESULT = ("outcome", "code", "reason", "reference")


def shortened_output(output: Any) -> dict[str, Any]:
    """The same for the same output, in the shape of the long form as far as it goes."""
    short: dict[str, Any] = {"shortened": True}
    if not isinstance(output, dict):
        return short
    if isinstance(error := output.get("error"), dict):
        short["error"] = {key: brief(error[key]) for key in ("code", "message") if key in error}
    for key, brief_row in (("tasks", row_in_short), ("results", result_in_short)):
        if isinstance(rows := output.get(key), list):
            short[key] = [brief_row(row) for row in rows[:ROWS_KEPT]]
            if len(rows) > ROWS_KEPT:
                short[f"more_{key}"] = len(rows) - ROWS_KEPT
    for key in ("total", "undone"):
        if key in output:
            short[key] = brief(output[key])
    return short


def row_in_short(row: Any) -> Any:
    return {key: brief(row[key]) for key in KEPT_OF_ROW if row.get(key)} if isinstance(row, dict) else brief(row)


def result_in_short(result: Any) -> Any:
    if not isinstance(result, dict):
        return brief(result)
    short = {key: brief(result[key]) for key in KEPT_OF_RESULT if result.get(key)}
    return short | ({"task": row_in_short(result["task"])} if isinstance(result.get("task"), dict) else {})


def brief(value: Any) -> Any:
    """A value that is short by itself; what is a structure is left out."""
    if isinstance(value, str):
        return value if len(value) <= TEXT_MAX_CHARACTERS else value[: TEXT_MAX_CHARACTERS - 1] + "…"
    return value if isinstance(value, bool | int | float) else None
