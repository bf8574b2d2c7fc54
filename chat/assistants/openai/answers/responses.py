"""Answers of the Responses format: typed events, each fact of which may come early, late, or only at the end."""

import json
from typing import Any

from chat.assistants.openai.refusals import failure_of_error

from .calls import PartialCall
from .events import Event
from .reader import AnswerReader

DELTAS = {"response.output_text.delta", "response.refusal.delta"}
WHOLE_TEXTS = {"response.output_text.done", "response.refusal.done", "response.content_part.done"}
ENDS = {"response.completed", "response.incomplete", "response.done"}
FAILURES = {"response.failed", "response.cancelled", "response.canceled", "response.error", "error"}
ITEM_FIELDS = {"type", "id", "call_id", "name", "arguments", "status"}
Place = tuple[object, object]


class ResponsesReader(AnswerReader):
    """Text is taken where it first comes: in pieces, whole, in its item, or in the whole response."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._part: Place | None = None
        self._said: set[object] = set()
        self._made: dict[object, PartialCall] = {}
        self._items: dict[object, dict[str, Any]] = {}

    def read_event(self, event: Event) -> None:
        kind = event.get("type")
        if kind in DELTAS:
            self._read_text(event, event["delta"])
        elif kind in WHOLE_TEXTS:
            part = event.get("part") or {}
            if event.get("output_index") not in self._said:
                self._read_text(event, event.get("text") or event.get("refusal") or part.get("text"))
        elif kind in {"response.output_item.added", "response.output_item.done"}:
            self._read_item(event["item"], event.get("output_index"), is_done=kind.endswith("done"))
        elif kind in {"response.function_call_arguments.delta", "response.function_call_arguments.done"}:
            self._read_arguments(event)
        elif kind in ENDS:
            self._read_end(event.get("response") or {}, kind)
        elif kind in FAILURES:
            response = event.get("response") or {}
            raise failure_of_error(response.get("error") or event.get("error") or without_type(event))
        elif event.get("object") == "response" and not kind:
            self._read_end(event, "")

    def _read_text(self, event: Event, text: Any) -> None:
        """Parts of one answer are paragraphs of their own, not one run of words."""
        part = (event.get("output_index"), event.get("content_index"))
        if self._part not in {None, part}:
            self._say("\n\n")
        self._part = part
        self._said.add(part[0])
        self._say(text)

    def _read_item(self, item: dict[str, Any], index: object, *, is_done: bool) -> None:
        match item.get("type"):
            case "function_call":
                self._read_call(item, index)
            case "reasoning" if is_done:
                self._items[item.get("id", index)] = item
            case "message" if is_done and index not in self._said:
                for number, part in enumerate(item.get("content") or ()):
                    self._read_text({"output_index": index, "content_index": number}, part)

    def _read_call(self, item: dict[str, Any], index: object) -> None:
        """The item as it begins or as it ends. Arguments of its end count, unless it has none there."""
        call = self._call_of(item.get("id"), index)
        self.begun = self.begun or bool(item.get("name"))
        call.call_id = str(item.get("call_id") or call.call_id or "")
        call.tool_name = str(item.get("name") or call.tool_name)
        call.extra.update({key: value for key, value in item.items() if key not in ITEM_FIELDS and value is not None})
        if arguments := item.get("arguments"):
            call.pieces = [arguments if isinstance(arguments, str) else json_text(arguments)]

    def _read_arguments(self, event: Event) -> None:
        call = self._call_of(event.get("item_id"), event.get("output_index"))
        if event["type"].endswith("delta"):
            call.add(str(event["delta"]))
        elif event.get("arguments"):
            call.pieces = [str(event["arguments"])]
        call.tool_name = call.tool_name or str(event.get("name") or "")

    def _call_of(self, item_id: object, index: object) -> PartialCall:
        """By its item's id, or by its place: servers give one, the other, or change one of them."""
        names = [("id", item_id)] if item_id else []
        names += [("index", index)] if index is not None else []
        names = names or [("place", len(self._made))]
        call = next((self._made[name] for name in names if name in self._made), None) or PartialCall()
        self._made.update(dict.fromkeys(names, call))
        return call

    def _read_end(self, response: dict[str, Any], kind: str) -> None:
        known = {call.call_id for call in self._made.values()}
        for index, item in enumerate(response.get("output") or ()):
            is_known = item.get("call_id") in known if item.get("type") == "function_call" else bool(self._said)
            if item.get("type") == "reasoning" or not is_known:
                self._read_item(item, ("end", index), is_done=True)
        self._count(response.get("usage"))
        if response.get("status") == "failed" and response.get("error"):
            raise failure_of_error(response["error"])
        details = response.get("incomplete_details") or {}
        self._finish(details.get("reason") or response.get("status") or "completed")

    def _whole_calls(self) -> list[PartialCall]:
        calls = list({id(call): call for call in self._made.values() if call.tool_name}.values())
        if calls and self._items:
            encrypted = [item for item in self._items.values() if item.get("encrypted_content")]
            self._parts["items"] = [without_nothing(item) for item in encrypted]
        return calls or super()._whole_calls()


def without_type(event: Event) -> Event:
    """The event as an error: its type and status say no more than that it is one."""
    return {key: value for key, value in event.items() if key in {"code", "message", "param"}}


def without_nothing(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if value is not None and key != "status"}


def json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
