"""What of a turn's history each of its steps sends to the model, and how well its length was estimated."""

from dataclasses import dataclass, field

from chat.assistants.interface import HistoryItem, ModelRequest, StepEnd
from chat.history.window import (
    estimated_tokens,
    fitted,
    history_max_tokens,
    is_crowded,
    measured_ratio,
    request_tokens,
)
from chat.models import Conversation


@dataclass
class Sending:
    """`history` is what the next step may send, of it at most `max_tokens`; `request` is the last one to the model.

    `is_crowded` says that it is time for a summary, `is_compacted` that the model found the history too long.
    """

    conversation: Conversation
    history: list[HistoryItem]
    request: ModelRequest | None = None
    max_tokens: int = field(default_factory=history_max_tokens)
    is_compacted: bool = False
    is_crowded: bool = False

    def fitted_history(self) -> tuple[HistoryItem, ...]:
        """What the next step sends. What is left out once is not looked at again."""
        budget = (self.max_tokens, self.conversation.token_ratio)
        sent = fitted(self.history, *budget)
        self.is_crowded = self.is_crowded or is_crowded(self.history, sent, *budget)
        self.history = sent
        return tuple(sent)

    def compact(self) -> None:
        """Send half as much from now on as the model has just refused."""
        self.is_compacted = True
        if self.request:
            self.max_tokens = int(estimated_tokens(self.request.history) * self.conversation.token_ratio) // 2

    def compare(self, counted: StepEnd) -> None:
        """Let what the model counted of the last request correct the next estimate."""
        if counted.input_tokens and not counted.is_estimate and self.request:
            self.conversation.token_ratio = measured_ratio(self.request, counted.input_tokens)

    def estimate(self, request: ModelRequest) -> int:
        """The tokens of a request."""
        return int(request_tokens(request) * self.conversation.token_ratio)
