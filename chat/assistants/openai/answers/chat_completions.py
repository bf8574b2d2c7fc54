"""Answers of the Chat Completions format: chunks of one choice, or one whole completion."""

from typing import Any

from .events import Event
from .reader import AnswerReader, is_thought

OWN_FIELDS = {"role", "content", "refusal", "tool_calls", "function_call", "audio", "annotations", "name", "padding"}


class ChatCompletionsReader(AnswerReader):
    """Of several choices, the first with text is the answer's text, and the first with calls has its calls."""

    _text_choice: object = None
    _calls_choice: object = None

    def read_event(self, event: Event) -> None:
        self._count(event.get("usage"))
        for place, choice in enumerate(event.get("choices") or ()):
            index = choice.get("index") or place
            self._count(choice.get("usage"))
            self._read_message(choice.get("delta"), index)
            if (whole := choice.get("message")) and not self._repeats(whole):
                self._read_message(whole, index)
            if isinstance(choice.get("text"), str):
                self._say_of(index, choice["text"])
            if reason := choice.get("finish_reason"):
                self._count_within(event)
                self._finish(reason)
        if not event.get("choices"):
            self._read_apart(event)

    def _read_apart(self, event: Event) -> None:
        """Events without a choice: the end's usage, or a message as Ollama's own format has it."""
        self._count(event)
        if isinstance(event.get("message"), dict) and not event.get("object"):
            self._read_message(event["message"], 0)
        if event.get("usage") or event.get("done") is True:
            self.whole = self.whole or self.begun
        self._count_within(event)

    def _count_within(self, event: Event) -> None:
        for value in event.values():
            if isinstance(value, dict):
                self._count(value.get("usage"))

    def _repeats(self, message: dict[str, Any]) -> bool:
        """Whether a whole message says at the end what came in pieces before."""
        said = self._text_choice is not None and message.get("content")
        return bool(said or (self._calls and message.get("tool_calls")))

    def _read_message(self, message: Any, index: object) -> None:
        if not isinstance(message, dict):
            return
        for key in ("content", "refusal"):
            if message.get(key):
                self._say_of(index, message[key])
        calls = message.get("tool_calls")
        if isinstance(message.get("function_call"), dict):
            calls = [message["function_call"]]
        if calls and self._calls_choice in {None, index}:
            for piece in calls if isinstance(calls, list) else [calls]:
                self._calls.add(piece)
                self._calls_choice, self.begun = index, True
        if not OWN_FIELDS.issuperset(message):
            extra = {key: value for key, value in message.items() if key not in OWN_FIELDS and value is not None}
            self._keep(extra, next((value for key, value in extra.items() if is_thought(key)), ""))

    def _say_of(self, index: object, text: Any) -> None:
        if self._text_choice is None:
            self._text_choice = index
        if self._text_choice == index:
            self._say(text)
