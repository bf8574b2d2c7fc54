"""Fits a history into the token budget: first old tool outputs are shortened, then old turns are summarised."""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings

from chat.assistants.interface import (
    AssistantText,
    HistoryItem,
    ModelRequest,
    Summary,
    ToolDefinition,
    ToolOutput,
    ToolRequest,
    UserText,
    json_text,
)

from .digest import digest_lines, joined_within
from .shortening import SHORTENED, shortened_output

# Turns whose tool outputs stay whole for as long as they fit.
RECENT_TURNS = 3
SUMMARY_MAX_TOKENS = 1_000
BYTES_PER_TOKEN = 3.5
TOKENS_PER_ITEM = 4
# A history that does not fit whole and is more than this part of the budget in short is summarised, until it is that.
CROWDED, ROOMY = 0.5, 0.35
LOWEST_RATIO, HIGHEST_RATIO = 0.5, 4.0
# Instructions and tools together, as estimated; a test holds them to it.
BESIDE_MAX_TOKENS = 2_000
# How many characters of a model's own text or arguments are left of the newest turn, where it is too much as it is.
CUTS = (8_000, 2_000, 500, 100)
CUT_JSON = f"{{{SHORTENED}}}"
Turn = list[HistoryItem]


# How much it is


def estimated_tokens(items: Iterable[HistoryItem]) -> int:
    """About bytes / 3.5 + 4 for each item; no tokeniser works without its downloaded tables."""
    return sum(text_tokens(text_of(item)) + parts_tokens(item) + TOKENS_PER_ITEM for item in items)


def parts_tokens(item: HistoryItem) -> int:
    """Of what a model server added to the item, which goes back to it."""
    parts = item.parts if isinstance(item, ToolRequest | AssistantText) else None
    return text_tokens(json_text(parts)) if parts else 0


def text_tokens(text: str) -> int:
    return int(len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN)


def text_of(item: HistoryItem) -> str:
    match item:
        case ToolRequest(_, tool_name, arguments):
            return tool_name + arguments
        case ToolOutput(_, output):
            return output
        case UserText(text) | AssistantText(text) | Summary(text):
            return text


def request_tokens(request: ModelRequest) -> int:
    """The estimate of a whole request."""
    return estimated_tokens(request.history) + tokens_beside(request.instructions, request.tools)


def tokens_beside(instructions: str, tools: Iterable[ToolDefinition]) -> int:
    """The estimate of what is sent with each history."""
    return text_tokens(instructions) + sum(text_tokens(tool.text) for tool in tools)


def history_max_tokens() -> int:
    """What of CONTEXT_MAX_TOKENS the history may take: instructions and tools are sent beside it."""
    return settings.CONTEXT_MAX_TOKENS - min(BESIDE_MAX_TOKENS, settings.CONTEXT_MAX_TOKENS // 4)


def measured_ratio(request: ModelRequest, input_tokens: int) -> float:
    """How many tokens the model counted for each that is estimated of a whole request."""
    return min(max(input_tokens / max(request_tokens(request), 1), LOWEST_RATIO), HIGHEST_RATIO)


# What is sent of it


def fitted(history: list[HistoryItem], max_tokens: int, ratio: float = 1.0) -> list[HistoryItem]:
    """The history itself while it fits; else with old tool outputs in short, then with old turns in a summary.

    The newest turn is always part of it: where it alone is too much, with its tool outputs in short.
    Only whole turns are left out, so that no call is cut from its output.
    """
    budget = int(max_tokens / ratio)
    if estimated_tokens(history) <= budget:
        return history
    summary, turns = parted(history)
    for whole_turns in (RECENT_TURNS, 1):
        turns = with_short_outputs(turns, whole_turns)
        if estimated_tokens([*summary, *joined(turns)]) <= budget:
            return [*summary, *joined(turns)]
    return without_old_turns(summary, turns, budget)


def without_old_turns(summary: list[Summary], turns: list[Turn], budget: int) -> list[HistoryItem]:
    newest = turns[-1]
    if estimated_tokens(newest) > budget:
        newest = short_step_outputs(newest, budget)
    newest = cut_to(newest, budget)
    summary_tokens = min(SUMMARY_MAX_TOKENS, budget // 4)
    kept, tokens_left = [newest], budget - estimated_tokens(newest) - summary_tokens - TOKENS_PER_ITEM
    while len(kept) < len(turns) and (tokens := estimated_tokens(turns[-len(kept) - 1])) <= tokens_left:
        kept.insert(0, turns[-len(kept) - 1])
        tokens_left -= tokens
    if tokens_left < 0:
        return newest
    dropped = turns[: len(turns) - len(kept)]
    earlier = [item.text for item in summary]
    text = joined_within([*earlier, *digest_lines(dropped)], int(summary_tokens * BYTES_PER_TOKEN))
    return [*([Summary(text)] if text else []), *joined(kept)]


def parted(history: Sequence[HistoryItem]) -> tuple[list[Summary], list[Turn]]:
    """The summary that it begins with, if there is one, and its turns: each begins with the person's text."""
    summary = [item for item in history if isinstance(item, Summary)]
    turns: list[Turn] = []
    for item in history:
        if isinstance(item, UserText) or (not turns and not isinstance(item, Summary)):
            turns.append([])
        if not isinstance(item, Summary):
            turns[-1].append(item)
    return summary, turns


def joined(turns: Iterable[Turn]) -> Turn:
    return [item for turn in turns for item in turn]


def with_short_outputs(turns: list[Turn], whole_turns: int) -> list[Turn]:
    """The turns with the tool outputs in short and without what servers added, except in the newest ones."""
    old = max(len(turns) - whole_turns, 0)
    return [[without_parts(shortened(item)) for item in turn] for turn in turns[:old]] + turns[old:]


def without_parts(item: HistoryItem) -> HistoryItem:
    return dataclasses.replace(item, parts=None) if isinstance(item, ToolRequest | AssistantText) else item


def short_step_outputs(turn: Turn, budget: int) -> Turn:
    """The newest turn with the outputs of earlier steps in short; where that is still too much, all of them."""
    last_step = max((place for place, item in enumerate(turn) if isinstance(item, ToolRequest)), default=0)
    shorter = [shortened(item) if place < last_step else item for place, item in enumerate(turn)]
    return shorter if estimated_tokens(shorter) <= budget else [shortened(item) for item in turn]


def cut_to(turn: Turn, budget: int) -> Turn:
    """The turn with what the model wrote cut more and more, until it fits: what the person asked stays whole."""
    for max_characters in CUTS:
        if estimated_tokens(turn) <= budget:
            break
        turn = [cut(item, max_characters) for item in turn]
    return turn


def cut(item: HistoryItem, max_characters: int) -> HistoryItem:
    """Arguments and outputs are JSON, of which no half can be sent."""
    if isinstance(item, UserText | Summary) or len(text_of(item)) <= max_characters:
        return item
    match item:
        case AssistantText(text):
            return dataclasses.replace(item, text=f"{text[:max_characters]}…")
        case ToolRequest():
            return dataclasses.replace(item, arguments=CUT_JSON)
    return ToolOutput(item.call_id, CUT_JSON)


def shortened(item: HistoryItem) -> HistoryItem:
    if not isinstance(item, ToolOutput) or SHORTENED in item.output:
        return item
    short = json_text(shortened_output(parsed_json(item.output)))
    return ToolOutput(item.call_id, short) if len(short) < len(item.output) else item


def parsed_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


# What to summarise


def is_crowded(history: list[HistoryItem], sent: list[HistoryItem], max_tokens: int, ratio: float) -> bool:
    """Whether turns should be summarised: the history did not fit, and in short it does not or soon will not."""
    if sent is history:
        return False
    return count_turns(sent) < count_turns(history) or estimated_tokens(sent) > CROWDED * max_tokens / ratio


def count_turns(history: list[HistoryItem]) -> int:
    return sum(isinstance(item, UserText) for item in history)


def turns_to_summarise(turns: list[Turn], max_tokens: int, ratio: float) -> int:
    """How many of the oldest turns: the others fill about a third of the budget, and are two at least."""
    tokens_left = ROOMY * max_tokens / ratio
    kept = 0
    for turn in reversed(with_short_outputs(turns, RECENT_TURNS)):
        tokens_left -= estimated_tokens(turn)
        if tokens_left < 0 and kept >= 2:
            break
        kept += 1
    return len(turns) - kept
