"""Tool calls put together from the pieces of an answer, however a server numbers and names them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chat.assistants.interface import ARGUMENTS_MAX_CHARACTERS

from .arguments import read_arguments

# More than a turn makes; the rest of a step that asks for more is not kept.
CALLS_MAX = 200
# Of one call as it is written: encoded twice, arguments are longer than they are read.
WRITTEN_MAX_CHARACTERS = 3 * ARGUMENTS_MAX_CHARACTERS
BEGINNINGS = {"{", "`"}
ENDS = {"}", "`", '"'}
OWN_FIELDS = {"index", "id", "type", "function", "name", "arguments"}
FUNCTION_FIELDS = {"index", "name", "arguments"}


@dataclass
class PartialCall:
    """A call as far as it has come. `extra` is what the server added to it, which belongs to the call."""

    index: int | None = None
    call_id: str = ""
    tool_name: str = ""
    pieces: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    written_characters: int = 0

    def add(self, arguments: str) -> None:
        """A model may go on for megabytes, which are too long in any case."""
        if arguments and self.written_characters <= WRITTEN_MAX_CHARACTERS:
            self.pieces.append(arguments)
            self.written_characters += len(arguments)

    @property
    def arguments(self) -> str:
        """All pieces; the last alone where only it can be read: some servers send all of it once more each time."""
        text = "".join(self.pieces)
        if len(self.pieces) > 1 and read_arguments(text) is None and read_arguments(self.pieces[-1]):
            return self.pieces[-1]
        return text

    @property
    def is_whole(self) -> bool:
        """Looked at closely only where the last piece may be an end: a long call comes in thousands of pieces."""
        may_end = bool(self.pieces) and self.pieces[-1].rstrip()[-1:] in ENDS
        return may_end and read_arguments("".join(self.pieces)) is not None

    @property
    def is_cut(self) -> bool:
        return bool(self.pieces) and not self.is_whole


@dataclass(frozen=True)
class Piece:
    """What one event says of a call."""

    index: int | None
    call_id: str
    tool_name: str
    arguments: str
    extra: dict[str, Any]

    @classmethod
    def of(cls, written: dict[str, Any]) -> "Piece":
        function = written.get("function")
        if not isinstance(function, dict):
            function = {"name": written.get("name"), "arguments": written.get("arguments")}
        index = written.get("index", function.get("index"))
        call_id, name = written.get("id"), function.get("name")
        extra = others(written, OWN_FIELDS)
        if within := others(function, FUNCTION_FIELDS):
            extra["function"] = within
        return cls(
            whole_number(index),
            str(call_id) if isinstance(call_id, str | int) and not isinstance(call_id, bool) else "",
            name if isinstance(name, str) else "",
            arguments_text(function.get("arguments")),
            extra,
        )


class CallsInProgress:
    """Pieces in, calls out. Neither index nor id is believed alone: servers count all calls as 0, or name none."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self._calls: list[PartialCall] = []

    def add(self, written: Any) -> None:
        """Raises TypeError for what is no piece of a call."""
        if not isinstance(written, dict):
            raise TypeError("not a piece of a call")
        piece = Piece.of(written)
        call = self._continued(piece)
        if call is None:
            if len(self._calls) >= CALLS_MAX:
                raise ValueError("too many calls")
            self._calls.append(call := PartialCall(piece.index, piece.call_id))
        elif is_repeated(piece, call):
            return
        call.call_id = call.call_id or piece.call_id
        call.tool_name = self._longer_name(call.tool_name, piece.tool_name)
        call.add(piece.arguments)
        call.extra.update(piece.extra)

    def whole_calls(self) -> list[PartialCall]:
        """In the order in which they began. The echo of a name behind its call is no call."""
        return [call for place, call in enumerate(self._calls) if not self._is_echo(place, call)]

    def __bool__(self) -> bool:
        return bool(self._calls)

    def _continued(self, piece: Piece) -> PartialCall | None:
        """The call that the piece goes on with; None where it begins another."""
        call = self._nearest(piece)
        return None if call is None or begins_another(piece, call) else call

    def _nearest(self, piece: Piece) -> PartialCall | None:
        if self._calls and not piece.call_id and self._calls[-1].index == piece.index:
            return self._calls[-1]
        newest_first = self._calls[::-1]
        at_index = [call for call in newest_first if piece.index is not None and call.index == piece.index]
        with_id = [call for call in newest_first if piece.call_id and call.call_id == piece.call_id]
        if at_index:
            return next((call for call in with_id if call in at_index), at_index[0])
        if with_id:
            return with_id[0] if piece.index is None or not piece.tool_name or with_id[0].is_cut else None
        if not newest_first or (piece.index is not None and piece.tool_name):
            return None
        return newest_first[0]

    def _longer_name(self, name: str, more: str) -> str:
        """Names may come in pieces, whole in each event, or growing."""
        if not more or more == name or (name in self._names and name + more not in self._names):
            return name
        return more if more.startswith(name) else name + more

    def _is_echo(self, place: int, call: PartialCall) -> bool:
        before = self._calls[place - 1] if place else None
        if not before or call.call_id or call.pieces:
            return False
        return bool(before.pieces) and before.tool_name == call.tool_name


def others(written: dict[str, Any], known: set[str]) -> dict[str, Any]:
    return {key: value for key, value in written.items() if key not in known and value is not None}


def begins_another(piece: Piece, call: PartialCall) -> bool:
    """Whether a piece that seems to belong to this call is the beginning of the next one."""
    if not piece.tool_name:
        return False
    if piece.call_id and call.call_id and piece.call_id != call.call_id:
        return not call.is_cut  # Some servers make up a new id for each piece.
    if not call.is_whole or (piece.call_id and not piece.arguments):
        return False
    return not is_repeated(piece, call)


def is_repeated(piece: Piece, call: PartialCall) -> bool:
    """Whether the piece says all of the call once more."""
    again = read_arguments(piece.arguments) if piece.arguments[:1] in BEGINNINGS else None
    return bool(again) and call.is_whole and again == read_arguments("".join(call.pieces))


def whole_number(index: Any) -> int | None:
    try:
        return None if index is None or isinstance(index, bool) else int(index)
    except (TypeError, ValueError):
        return None


def arguments_text(arguments: Any) -> str:
    if arguments is None:
        return ""
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
